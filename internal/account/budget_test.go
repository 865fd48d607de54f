package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// What is spent of a budget goes on over its windows; another budget begins anew.
func TestBudgetSeries(t *testing.T) {
	resets := t0.Add(3 * time.Minute)
	key := func(id string, spent float64) *credit.Key {
		return &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: usd(4)}, Budgets: []credit.Budget{{
			Scope: "member", ID: id, SpendUSD: usd(spent), ResetsAt: resets,
			Cap: credit.Cap{LimitUSD: usd(50), RemainingUSD: usd(50 - spent), Reset: credit.ResetDaily},
		}}}
	}
	b := bookOf(trailOf(60, func(int) float64 { return 36.5 }, 100))
	facts := Facts{Fingerprint: "fp"}
	for i, c := range []struct {
		name    string
		key     *credit.Key
		want    float64
		segment string
	}{
		{"the first reading", key("a", 10), 10, FirstReading},
		{"it goes on", key("a", 12), 12, ""},
		{"a replica lags behind", key("a", 11), 12, ""},
		{"a new window", key("a", 3), 15, ""},
		{"and on", key("a", 3.5), 15.5, ""},
		{"another budget", key("b", 1), 1, AnotherBudget},
	} {
		at := t0.Add(time.Duration(i) * time.Minute)
		v := Judge(facts, Reading{At: at, Fingerprint: "fp", Key: c.key, Totals: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.5}}, b)
		facts = v.Facts
		row := v.Rows[len(v.Rows)-1]
		if row.Of != OfBudget || row.UsageUSD != c.want || row.Segment != c.segment {
			t.Errorf("%s: %+v, want usage %v and segment %q", c.name, row, c.want, c.segment)
		}
		s := credit.Sample{At: at, UsageUSD: row.UsageUSD}
		b.Add(OfBudget, credit.Growth{ReadAt: at, Sample: &s})
	}
}

// A budget that ends before the balance is what runs out, is too little for a job,
// and is judged by the rules.
func TestBudgetEndsFirst(t *testing.T) {
	b := bookOf(trailOf(600, func(ago int) float64 { return 36.5 - float64(ago)/60 }, 100))
	b.Key = trailOf(600, func(ago int) float64 { return 14 - float64(ago)/60 }, 0)
	k := &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: usd(14)}, Budgets: []credit.Budget{{
		Scope: "member", SpendUSD: usd(48), Cap: credit.Cap{LimitUSD: usd(50), RemainingUSD: usd(2)},
	}}}
	st := State{Facts: Facts{Key: k, Fingerprint: "fp", Source: FromCredits, KeyAt: t0}}
	_, o := forecasts(st.Facts, b, t0)
	if f := o.Forecast; f.Subject != forecast.Budget || f.State != forecast.OK || f.P50 > 3*3600 {
		t.Errorf("%s %s in %v h, want the budget, in about 2 h", f.Subject, f.State, f.P50/3600)
	}
	s := Snapshot{
		Now: t0, At: t0, Interval: time.Minute, Source: FromCredits, Key: k, Forecast: o.Forecast,
		Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.5},
	}
	s.SpendableUSD, s.Binding = credit.Spendable(s.Balance, k)
	for _, c := range []struct {
		need float64
		want Answer
	}{{1, Enough}, {2.5, Short}, {10, Short}} {
		if p := s.Preflight(b, c.need, 0); p.Answer != c.want {
			t.Errorf("%v needed: %s, %s, want %s", c.need, p.Answer, p.Reason, c.want)
		}
	}
	r := s.alertReading(st, b, 0)
	if len(r.Limits) != 1 || r.Limits[0].Name != "member budget" || *r.Limits[0].UsedUSD != 48 {
		t.Errorf("limits that are judged = %+v, want the budget", r.Limits)
	}
	if why := s.whySubject(); why != "The member budget runs out before the balance, and never starts anew." {
		t.Errorf("why = %q", why)
	}
}
