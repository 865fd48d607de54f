package render

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/ui/scenes"
)

// TestPlain: what is the same is said once, what changes by itself, and what is
// over too.
func TestPlain(t *testing.T) {
	var p Plain
	s, now := scenes.Healthy(), scenes.Now
	want := func(name string, lines ...string) {
		t.Helper()
		if got := p.Lines(&s, now); !slices.Equal(got, lines) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(lines, "\n"))
		}
	}
	want("the first",
		"Sat 21 Nov 2026",
		"10:42 state: live",
		"10:42 left: $63.52 of $100.00 (64 %)",
		"10:42 runs out: Thu 26 Nov (80 %: Tue 24 to Sun 29)",
		"10:42 spend: $0.51 last hour, $12.30 last 24 h, $2.14 today (UTC)")
	want("the same")
	now, s.At, s.Now = now.Add(time.Minute), s.At.Add(time.Minute), s.Now.Add(time.Minute)
	s.Spend.Last1hUSD = scenes.USD(0.52)
	want("a minute later")
	s.Balance = &credit.Balance{CreditsUSD: 100, UsageUSD: 37}
	s.Alerts = []alert.Event{{ID: "a", Rule: "balance", Level: "warning", Text: "below $70"}}
	want("less, and an alert", "10:43 left: $63.00 of $100.00 (63 %)", "10:43 alert: warning: below $70")
	now = now.Add(12 * time.Minute)
	s.Fault = &account.Fault{Kind: credit.FaultNetwork, Message: "cannot resolve\x1b openrouter.ai"}
	want("stale", "10:55 state: stale since Sat 21 Nov, 10:42, cannot resolve� openrouter.ai")
	now = now.Add(time.Minute)
	want("still stale")
	s.At, s.Fault, s.Alerts = now, nil, nil
	want("live, and nobody judged", "10:56 state: live")
	s.Alerts = []alert.Event{}
	want("the alert is over", "10:56 alert over: below $70")
	s.Notes = []string{"two lines\nof a note"}
	now = now.Add(14 * time.Hour)
	s.At = now
	want("another day and hour", "Sun 22 Nov 2026", "00:56 note: two lines of a note", "00:56 spend: $0.52 last hour, $12.30 last 24 h, $2.14 today (UTC)")
	s.Notes = nil
	want("no note", "00:56 note: no longer")
}

// Accounts beside each other have their names, and do not hide each other's
// changes; no line has an escape.
func TestPlainOfEveryScene(t *testing.T) {
	for name, scene := range scenes.All {
		p := Plain{Named: true}
		s := scene()
		s.Account = "a\x1b[31m"
		first := p.Lines(&s, scenes.Now)
		other := s
		other.Account = "b"
		if got := p.Lines(&other, scenes.Now); len(got) != len(first)-1 || !strings.HasPrefix(got[0], "10:42 b state: ") {
			t.Errorf("%s: another account says %q after %q", name, got, first)
		}
		for _, line := range first {
			if strings.ContainsAny(line, "\x1b\n\t") || strings.Contains(line, "  ") {
				t.Errorf("%s: %q", name, line)
			}
		}
		if again := p.Lines(&s, scenes.Now.Add(time.Minute)); len(again) > 0 && name != "early" {
			t.Errorf("%s: a minute later it says %q", name, again)
		}
	}
}
