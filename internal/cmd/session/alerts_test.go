package session

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/config"
)

// TestAlertsMeanWhatTheConfigurationSays takes every rule and kind of channel
// that a configuration can name to the alert that has it.
func TestAlertsMeanWhatTheConfigurationSays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	text := `
alerts = [{rule="balance", below=20, level="info", channels=["webhook"], cooldown="2h", quiet="01:00-02:00", quiet_urgent=true},
 {rule="used", above="80%"}, {rule="runway", within="3d", chance="25%"}, {rule="spend", above=5, per="month", for="1h"}, {rule="spike", factor=4},
 {rule="leak"}, {rule="limit"}, {rule="free", above="50%"}, {rule="top_up"}, {rule="top_up_missing", below=9}, {rule="stale"}, {rule="key_expiry", off=true}]
channels = [{name="bell", kind="bell"}, {name="osc9", kind="osc9"}, {name="osc777", kind="osc777"}, {name="desktop", kind="desktop", level="urgent"},
 {name="webhook", kind="webhook", url="https://x/1"}, {name="slack", kind="slack", url="https://x/2"}, {name="discord", kind="discord", url="https://x/3"},
 {name="telegram", kind="telegram", url="https://x/4", to="42"}, {name="ntfy", kind="ntfy", url="https://x/5"},
 {name="mail", kind="mail", url="smtps://x", from="a@b", to="c@d"}, {name="command", kind="command", command=["x"]}]
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	const h = time.Hour
	want := []alert.Rule{
		{Kind: alert.Balance, BelowUSD: 20, Level: alert.Info, Channels: []string{"webhook"}, Cooldown: 2 * h, Quiet: alert.Quiet{From: h, To: 2 * h}, QuietUrgent: true},
		{Kind: alert.Used, AboveRatio: 0.8}, {Kind: alert.Runway, Within: 72 * h, Chance: 0.25}, {Kind: alert.Spend, AboveUSD: 5, Window: alert.Month, For: h},
		{Kind: alert.Spike, Factor: 4}, {Kind: alert.Leak}, {Kind: alert.Limit}, {Kind: alert.Free, AboveRatio: 0.5}, {Kind: alert.TopUp}, {Kind: alert.TopUpMissing, BelowUSD: 9}, {Kind: alert.Stale},
	}
	if got := AlertRules(&c); !reflect.DeepEqual(got, want) {
		t.Errorf("alertRules(…) = %+v, want %+v", got, want)
	}
	ways := []alert.Via{alert.Bell, alert.OSC9, alert.OSC777, alert.Desktop, alert.Webhook, alert.Slack, alert.Discord, alert.Telegram, alert.Ntfy, alert.Mail, alert.Command}
	channels := AlertChannels(&c)
	for i, via := range ways {
		ch := channels[i]
		if ch.Via != via || ch.Name != string(via) {
			t.Errorf("channel %d is %s via %s, want %s", i, ch.Name, ch.Via, via)
		}
	}
	if u, err := channels[4].URL(t.Context()); u != "https://x/1" || err != nil || channels[3].Level != alert.Urgent || channels[7].To != "42" ||
		channels[9].From != "a@b" || !reflect.DeepEqual(channels[10].Argv, []string{"x"}) {
		t.Errorf("alertChannels(…) = %+v, want every setting kept", channels)
	}
}
