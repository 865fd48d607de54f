package account

import (
	"strings"
	"testing"
	"time"
)

// What is left is compared with what is needed, by the tightest of the bounds.
func TestPreflightJudges(t *testing.T) {
	after := func(name string, left, after float64) bound { return bound{name, left, &after} }
	unknown := func(name string, left float64) bound { return bound{name: name, leftUSD: left} }
	for _, c := range []struct {
		name               string
		bounds             []bound
		needUSD            float64
		d                  time.Duration
		answer             Answer
		background, margin any
		reason             string // a part of it
	}{
		{"enough", []bound{after("the account", 10, 8)}, 5, time.Hour, Enough, 2.0, 3.0, "the account has $10.00 left, $5.00 needed, up to $2.00 spent otherwise in 1 h: $3.00 to spare"},
		{"just enough", []bound{after("the account", 10, 10)}, 10, 0, Enough, 0.0, 0.0, "$10.00 needed: $0.00 to spare"},
		{"by less than the slack short", []bound{after("the account", 10, 10)}, 10 + slack/2, 0, Enough, 0.0, -slack / 2, "$0.00 to spare"},
		{"short of what is left", []bound{after("the account", 10, 10)}, 10 + 3*slack, 0, Short, 0.0, -3 * slack, "the account has $10.00 left, $10.00 needed"},
		{"short by what is spent otherwise", []bound{after("the account", 10, 8)}, 9, time.Hour, Short, 2.0, -1.0, "up to $2.00 spent otherwise in 1 h: $1.00 short"},
		{"by less than the slack short after it", []bound{after("the account", 10, 8)}, 8 + slack/2, time.Hour, Enough, 2.0, -slack / 2, "$0.00 to spare"},
		{"the cap is tighter", []bound{after("the account", 10, 8), after("the key", 6, 4)}, 3, time.Hour, Enough, 2.0, 1.0, "the key has $6.00 left"},
		{"the first of two alike", []bound{after("the account", 10, 8), after("the key", 10, 8)}, 3, time.Hour, Enough, 2.0, 5.0, "the account has"},
		{"an unknown end", []bound{after("the account", 10, 8), unknown("the key", 6)}, 3, time.Hour, CannotBeSaid, nil, nil, ""},
		{"too little in any case", []bound{after("the account", 10, 8), unknown("the key", 2)}, 3, time.Hour, Short, nil, nil, "the key has $2.00 left, $3.00 needed"},
		{"too little after it in any case", []bound{after("the account", 10, 2), unknown("the key", 6)}, 3, time.Hour, Short, nil, nil, "the account has $10.00 left, $3.00 needed, up to $8.00 spent otherwise in 1 h: $1.00 short"},
		{"nothing known", nil, 3, time.Hour, CannotBeSaid, nil, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Preflight{Answer: CannotBeSaid}
			for i, b := range c.bounds {
				if p.SpendableUSD == nil || b.leftUSD < *p.SpendableUSD {
					p.SpendableUSD = &c.bounds[i].leftUSD
				}
			}
			p.judge(c.bounds, c.needUSD, c.d)
			same := func(got *float64, want any) bool {
				if want == nil || got == nil {
					return want == nil && got == nil
				}
				return near(*got, want.(float64))
			}
			if p.Answer != c.answer || !same(p.BackgroundUSD, c.background) || !same(p.MarginUSD, c.margin) {
				t.Errorf("answer %v, background %v, margin %v; want %v, %v, %v", p.Answer, deref(p.BackgroundUSD), deref(p.MarginUSD), c.answer, c.background, c.margin)
			}
			if !strings.Contains(p.Reason, c.reason) || c.reason == "" && p.Reason != "" {
				t.Errorf("reason %q, want it to hold %q", p.Reason, c.reason)
			}
		})
	}
}
