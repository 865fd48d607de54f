package courier

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

var update = flag.Bool("update", false, "write the golden files")

// kinds are readings in which a rule of each kind fires, and in which it is over.
var kinds = []struct {
	name       string
	rule       alert.Rule
	fire, over func(r *alert.Reading)
}{
	{"balance", alert.Rule{Kind: alert.Balance, BelowUSD: 5, Level: alert.Urgent}, func(r *alert.Reading) { owns(r, 4.5, 3*time.Hour) }, func(r *alert.Reading) { owns(r, 71.2, 300*time.Hour) }},
	{"balance-spent", alert.Rule{Kind: alert.Balance, BelowUSD: 5, Level: alert.Urgent}, func(r *alert.Reading) {
		owns(r, -0.2, 0)
		r.Forecast.State = forecast.Depleted
	}, func(r *alert.Reading) { owns(r, 71.2, 300*time.Hour) }},
	{"used", alert.Rule{Kind: alert.Used, AboveRatio: 0.9}, func(r *alert.Reading) {
		owns(r, 7.6, 20*time.Hour)
		r.UsedRatio = f(0.924)
	}, func(r *alert.Reading) {
		owns(r, 57.6, 200*time.Hour)
		r.UsedRatio = f(0.4)
	}},
	{"runway", alert.Rule{Kind: alert.Runway, Within: 24 * time.Hour}, func(r *alert.Reading) { owns(r, 12.3, 10*time.Hour) }, func(r *alert.Reading) { owns(r, 62.3, 200*time.Hour) }},
	{"runway-cap", alert.Rule{Kind: alert.Runway, Within: 24 * time.Hour}, func(r *alert.Reading) {
		owns(r, 50, 10*time.Hour)
		r.Forecast.Subject = forecast.Key
	}, func(r *alert.Reading) {
		owns(r, 50, 200*time.Hour)
		r.Forecast.Subject = forecast.Key
	}},
	{"spend", alert.Rule{Kind: alert.Spend, Window: alert.Day, AboveUSD: 20}, func(r *alert.Reading) { r.DayUSD = f(25.1) }, func(r *alert.Reading) { r.DayUSD = f(2) }},
	{"spike", alert.Rule{Kind: alert.Spike}, func(r *alert.Reading) {
		r.Unusual = []alert.Unusual{{Kind: alert.Spike, ID: alert.HourID, Times: 4, ExcessUSD: 6, Value: "$8.20", USD: 8.2, Text: "spent $8.20 in an hour; at this time of day it is $2.00 at most; most of the rise is laptop with openai/gpt-5.6 ($6.10)"}}
	}, func(r *alert.Reading) { r.Unusual = []alert.Unusual{} }},
	{"leak", alert.Rule{Kind: alert.Leak}, func(r *alert.Reading) {
		r.Unusual = []alert.Unusual{{Kind: alert.Leak, ID: alert.WeeksID, Times: 2, ExcessUSD: 6, Value: "$9.00", USD: 9, Text: "spend has risen for 5 weeks, from $4.00 to $9.00 a day"}}
	}, func(r *alert.Reading) { r.Unusual = []alert.Unusual{} }},
	{"limit", alert.Rule{Kind: alert.Limit, AboveRatio: 0.9}, func(r *alert.Reading) {
		r.Limits = []alert.Allowance{{ID: "k", Name: `key "ci"`, UsedUSD: f(18.4), LimitUSD: 20, ResetsAt: start.Add(72 * time.Hour)}}
	}, func(r *alert.Reading) {
		r.Limits = []alert.Allowance{{ID: "k", Name: `key "ci"`, UsedUSD: f(1), LimitUSD: 20}}
	}},
	{"free", alert.Rule{Kind: alert.Free, AboveRatio: 0.9}, func(r *alert.Reading) {
		used, limit := int64(950), int64(1000)
		r.Free = &credit.FreeRequests{Used: &used, Limit: &limit}
	}, func(r *alert.Reading) {
		used, limit := int64(10), int64(1000)
		r.Free = &credit.FreeRequests{Used: &used, Limit: &limit}
	}},
	{"key_expiry", alert.Rule{Kind: alert.KeyExpiry}, func(r *alert.Reading) {
		r.Keys = []alert.Expiry{{ID: "k", Name: `key "ci"`, At: r.Now.Add(30 * time.Hour)}}
	}, func(r *alert.Reading) {
		r.Keys = []alert.Expiry{{ID: "k", Name: `key "ci"`, At: r.Now.Add(3000 * time.Hour)}}
	}},
	{"stale", alert.Rule{Kind: alert.Stale}, func(r *alert.Reading) { r.Fresh, r.Gap, r.Cause = false, 12*time.Minute, "no connection" }, func(*alert.Reading) {}},
	{"topup_missing", alert.Rule{Kind: alert.TopUpMissing}, func(r *alert.Reading) {
		owns(r, 3.1, 10*time.Hour)
		r.Refill = &alert.Refill{ThresholdUSD: 5, AmountUSD: 50, MissingSince: start.Add(-2 * time.Hour)}
	}, func(r *alert.Reading) {
		owns(r, 53.1, 100*time.Hour)
		r.Refill = &alert.Refill{ThresholdUSD: 5, AmountUSD: 50}
	}},
	{"topup", alert.Rule{Kind: alert.TopUp}, func(r *alert.Reading) {
		owns(r, 120.3, 300*time.Hour)
		r.TopUps = []credit.TopUp{{At: r.Now.Add(-time.Minute), AmountUSD: 50}}
	}, nil},
}

func f(v float64) *float64 { return &v }

func owns(r *alert.Reading, usd float64, lasts time.Duration) {
	s := lasts.Seconds()
	r.BalanceUSD = &usd
	r.Forecast = forecast.Forecast{State: forecast.OK, At: r.Now, Subject: forecast.Account, P10: s / 2, P50: s, P90: s * 2}
}

// TestMessages has the messages of all kinds on all channels in testdata; -update
// writes them. They are to be read aloud.
func TestMessages(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	for _, k := range kinds {
		reading := func(after time.Duration, set func(*alert.Reading)) alert.Reading {
			now := start.Add(after).In(zone)
			r := alert.Reading{Account: "personal", Now: now, At: now, Fresh: true, Why: "Spent $8.20 in the last hour, 4 times the usual $2.05 at this hour."}
			set(&r)
			return r
		}
		var events []alert.Event
		state := alert.State{}
		hear := func(r alert.Reading) {
			var new []alert.Event
			state, new, _ = alert.Evaluate([]alert.Rule{k.rule}, state, r)
			events = append(events, new...)
		}
		if k.rule.Kind == alert.TopUp { // what was bought before is no news
			hear(reading(-time.Hour, func(r *alert.Reading) { owns(r, 70.3, 100*time.Hour) }))
		}
		hear(reading(0, k.fire))
		if k.over != nil {
			hear(reading(2*time.Hour, k.over))
			hear(reading(2*time.Hour+15*time.Minute, k.over))
		}
		want := 2
		if k.over == nil || k.rule.Kind == alert.Spend || k.rule.Kind == alert.Free {
			want = len(events) // the end of a day says nothing
		}
		if len(events) == 0 || len(events) != want {
			t.Errorf("%s: %d events, want that it fires and that it is over", k.name, len(events))
		}
		var out strings.Builder
		for _, e := range events {
			out.WriteString(onAllChannels(t, e))
		}
		file := filepath.Join("testdata", "messages", k.name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(file)
		if err != nil || string(golden) != out.String() {
			t.Errorf("%s: the messages are (%v)\n%s", k.name, err, out.String())
		}
		for _, e := range events {
			if len(e.Title) > 90 || !strings.HasPrefix(e.Title, "personal: ") {
				t.Errorf("%s: the subject is %q", k.name, e.Title)
			}
		}
	}
}

func onAllChannels(t *testing.T, e alert.Event) string {
	t.Helper()
	var out strings.Builder
	for _, c := range []alert.Channel{
		{Via: alert.Webhook}, {Via: alert.Slack}, {Via: alert.Discord}, {Via: alert.Telegram, To: "42"}, {Via: alert.Ntfy},
	} {
		_, body := requestOf(&c, &url.URL{Scheme: "https", Host: "example.com", Path: "/topic"}, &e)
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "--- %s\n%s\n", c.Via, &pretty)
	}
	sender := &mail.Address{Address: "ortop@example.com"}
	for line := range strings.Lines(strings.ReplaceAll(string(message(sender, []*mail.Address{sender}, &e)), "\r", "")) {
		if strings.HasPrefix(line, "From:") {
			out.WriteString("--- mail\n")
		}
		if !strings.HasPrefix(line, "Message-ID") {
			out.WriteString(line)
		}
	}
	fmt.Fprintf(&out, "--- desktop\n%s\n%s\n", desktopBody(mark(&e)+subject(&e)), desktopBody(body(&e)))
	for _, via := range []alert.Via{alert.OSC9, alert.OSC777} {
		fmt.Fprintf(&out, "--- %s\n%q\n", via, sequence(via, &e))
	}
	return out.String() + "\n"
}
