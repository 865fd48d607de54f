package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const alerting = `quiet = "22:00-07:30"

[[channels]]
name     = "phone"
kind     = "ntfy"
url_file = "topic"
level    = "urgent"

[[channels]]
name = "mail"
kind = "mail"
url  = "smtps://me:secret@mail.example.com"
from = "ortop@example.com"
to   = "me@example.com"

[[channels]]
name        = "chat"
kind        = "telegram"
url_command = ["op", "read", "op://x/y"]
to          = "42"

[[channels]]
name    = "script"
kind    = "command"
command = ["notify", "-x"]

[[alerts]]
rule     = "balance"
below    = 20
level    = "warning"
channels = ["phone", # and
            "mail"]

[[alerts]]
rule  = "spend"
above = 12.5
per   = "week"
for   = "3h"
quiet = ""

[[alerts]]
rule         = "runway"
within       = "3d"
chance       = "75%"
cooldown     = "36h"
quiet        = "13:00-14:00"
quiet_urgent = true

[[alerts]]
rule  = "limit"
above = "80 %"

[[alerts]]
rule = "spike"
off  = true
`

func TestReadAlerts(t *testing.T) {
	path := put(t, alerting)
	got, err := Read(path)
	must(t, err)
	const h = time.Hour
	night := Hours{22 * h, 7*h + 30*time.Minute}
	want := Config{
		Quiet: night,
		Channels: []Channel{
			{Name: "phone", Kind: "ntfy", URLFile: filepath.Join(filepath.Dir(path), "topic"), Level: "urgent"},
			{Name: "mail", Kind: "mail", URL: "smtps://me:secret@mail.example.com", From: "ortop@example.com", To: "me@example.com"},
			{Name: "chat", Kind: "telegram", URLCommand: []string{"op", "read", "op://x/y"}, To: "42"},
			{Name: "script", Kind: "command", Command: []string{"notify", "-x"}},
		},
		Alerts: []Alert{
			{Rule: "balance", BelowUSD: 20, Level: "warning", Channels: []string{"phone", "mail"}, Quiet: night},
			{Rule: "spend", AboveUSD: 12.5, Per: "week", For: 3 * h},
			{Rule: "runway", Within: 72 * h, Chance: 0.75, Cooldown: 36 * h, Quiet: Hours{13 * h, 14 * h}, QuietUrgent: true},
			{Rule: "limit", AboveRatio: 0.8, Quiet: night},
			{Rule: "spike", Off: true, Quiet: night},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Read(…) = %+v, want %+v", got, want)
	}
	if all := fmt.Sprintf("%v %+v %#v %s", got, got, got, got.Channels[1].URL); strings.Contains(all, "secret") {
		t.Errorf("a configuration prints as %s, want no secret in it", all)
	}
}

func TestReadRefusesAlerts(t *testing.T) {
	alert := func(s string) string { return "[[alerts]]\n" + s + "\n" }
	channel := func(s string) string { return "[[channels]]\nname = 'c'\n" + s + "\n" }
	balance := "rule = 'balance'\nbelow = 5\n"
	for _, tc := range []struct {
		name, text string
		line       int
		problem    string
	}{
		{"no rule", alert("below = 5"), 1, "this alert has no rule: it is one of balance, free, key_expiry"},
		{"misspelt rule", alert("rule = 'balanse'"), 2, `rule must be one of balance, free, key_expiry, leak, limit, runway, spend, spike, stale, top_up, top_up_missing, used (did you mean "balance"?)`},
		{"misspelt setting", alert(balance + "chanels = []"), 4, `unknown key "chanels" (did you mean "channels"?)`},
		{"another rule's setting", alert(balance + "chance = '50%'"), 4, `rule "balance" has no setting "chance"`},
		{"missing threshold", alert("rule = 'balance'"), 1, `rule "balance" needs the setting "below"`},
		{"text for a sum", alert("rule = 'balance'\nbelow = '5'"), 3, "below must be a number, without quotes"},
		{"negative sum", alert("rule = 'balance'\nbelow = -5"), 3, "below must be a number of 0 to"},
		{"no number", alert("rule = 'balance'\nbelow = nan"), 3, "below must be a number of 0 to"},
		{"no end", alert("rule = 'balance'\nbelow = inf"), 3, "below must be a number of 0 to"},
		{"share for a sum", alert("rule = 'spend'\nabove = '80%'"), 3, "above must be an amount in USD here"},
		{"sum for a share", alert("rule = 'used'\nabove = 0.8"), 3, "above must be in percent here"},
		{"more than all", alert("rule = 'used'\nabove = '180%'"), 3, "above must be more than 0% and at most 100%"},
		{"share without a sign", alert("rule = 'runway'\nchance = '50'"), 3, "chance must be a percentage"},
		{"number for a share", alert("rule = 'runway'\nchance = 0.5"), 3, "chance must be a percentage"},
		{"span of another unit", alert("rule = 'runway'\nwithin = '3x'"), 3, "within must be a duration"},
		{"span without end", alert("rule = 'runway'\nwithin = '367d'"), 3, "at most 366d"},
		{"span that overflows", alert("rule = 'runway'\nwithin = '200000d'"), 3, "within must be"},
		{"span of nothing", alert("rule = 'runway'\nwithin = '0d'"), 3, "more than 0"},
		{"as usual", alert("rule = 'spike'\nfactor = 1"), 3, "factor must be more than 1"},
		{"unknown level", alert("rule = 'stale'\nlevel = 'critical'"), 3, "level must be one of info, warning, urgent"},
		{"half an hour's span", alert("rule = 'stale'\nquiet = '22:00'"), 3, "quiet must be two times of day"},
		{"25 o'clock", alert("rule = 'stale'\nquiet = '22:00-25:00'"), 3, "quiet must be two times of day"},
		{"quiet without end", "quiet = '22:00-22:00'\n", 1, "quiet must be two different times"},
		{"unknown channel", channel("kind = 'bell'") + alert(balance+"channels = ['d']"), 7, `there is no channel "d" (did you mean "c"?)`},
		{"unknown account", alert(balance + "account = 'x'"), 4, `no account "x" in the configuration`},
		{"off with settings", alert("rule = 'stale'\nfor = '1h'\noff = true"), 4, "an alert that is off has no other settings"},
		{"twice", alert(balance) + alert(balance), 6, "this alert is there twice"},
		{"top setting below", alert(balance + "theme = 'x'"), 4, "theme belongs above the first [[alerts]] line"},
		{"channel's setting at the top", "url = 'https://x'\n", 1, "url belongs below a [[channels]] line"},
		{"table for a list", "[alerts]\n", 1, "alerts is a list: write [[alerts]], not [alerts]"},

		{"no name", "[[channels]]\nkind = 'bell'\n", 1, "this channel has no name"},
		{"empty name", "[[channels]]\nname = ''\n", 2, "the channel's name is empty"},
		{"name twice", channel("kind = 'bell'") + channel("kind = 'bell'"), 5, `two channels are named "c"`},
		{"no kind", channel(""), 1, `channel "c" has no kind: it is one of bell, command, desktop`},
		{"unknown kind", channel("kind = 'pager'"), 3, "kind must be one of bell, command"},
		{"another kind's setting", channel("kind = 'bell'\nurl = 'https://x'"), 4, `kind "bell" has no setting "url"`},
		{"no URL", channel("kind = 'slack'"), 1, `kind "slack" needs one of url, url_file, url_command`},
		{"two URLs", channel("kind = 'slack'\nurl = 'https://x'\nurl_file = 'y'"), 5, "this channel has both url and url_file: remove one"},
		{"URL that is none", channel("kind = 'slack'\nurl = 'hunter2'"), 4, "url must be a URL"},
		{"a key in a URL", channel("kind = 'slack'\nurl = 'https://x/" + canary + "'"), 4, "url holds what looks like a key"},
		{"mail to no one", channel("kind = 'mail'\nurl = 'smtps://x'\nfrom = 'a@b'"), 1, `kind "mail" needs the setting "to"`},
		{"command for a shell", channel("kind = 'command'\ncommand = 'a b'"), 4, "command must be a list of the program and its arguments"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Read(put(t, tc.text))
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("Read(…) = %+v, %v, want an *Error", got, err)
			}
			if e.Line != tc.line || !strings.Contains(e.Problem, tc.problem) {
				t.Errorf("Read(…) = line %d: %s, want line %d: …%s…", e.Line, e.Problem, tc.line, tc.problem)
			}
			if strings.Contains(e.Error(), "hunter2") || strings.Contains(e.Error(), "canary") {
				t.Errorf("Error() = %q, want the value not in it", e.Error())
			}
		})
	}
}
