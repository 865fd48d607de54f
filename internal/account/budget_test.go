package account

import (
	"math"
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
		v := Judge(&facts, Reading{At: at, Fingerprint: "fp", Key: c.key, Totals: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.5}}, b)
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
	_, o := forecasts(&st.Facts, b, t0)
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
	r := s.alertReading(&st, b, 0)
	if len(r.Limits) != 1 || r.Limits[0].Name != "member budget" || *r.Limits[0].UsedUSD != 48 {
		t.Errorf("limits that are judged = %+v, want the budget", r.Limits)
	}
	if why := s.whySubject(); why != "The member budget runs out before the balance, and never resets." {
		t.Errorf("why = %q", why)
	}
}

// A budget or cap of which too little was seen bounds the date at once, by the key's
// spend or the account's, with a wider range.
func TestALimitThatIsNewBindsAtOnce(t *testing.T) {
	long := func(minutes int) *credit.Trail {
		return trailOf(minutes, func(ago int) float64 { return 36.5 - float64(ago)/60 }, 100)
	}
	young, idle := long(2), trailOf(2, func(int) float64 { return 5 }, 0)
	budgeted := &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: usd(14)}, Budgets: []credit.Budget{{
		Scope: "member", SpendUSD: usd(48), Cap: credit.Cap{LimitUSD: usd(50), RemainingUSD: usd(2)},
	}}}
	capped := &credit.Key{Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: usd(14)}, Cap: credit.Cap{LimitUSD: usd(50), RemainingUSD: usd(2)}}
	for _, c := range []struct {
		name        string
		key         *credit.Key
		budget, own *credit.Trail
		of          forecast.Subject
		state       forecast.State
		borrowed    bool
	}{
		{"seen for hours", budgeted, long(600), long(600), forecast.Budget, forecast.OK, false},
		{"a budget seen for 2 min", budgeted, young, long(600), forecast.Budget, forecast.OK, true},
		{"an idle budget seen for 2 min", budgeted, idle, long(600), forecast.Budget, forecast.OK, true},
		{"a key seen for 2 min", budgeted, nil, young, forecast.Budget, forecast.OK, true},
		{"a cap of a key seen for 2 min", capped, nil, idle, forecast.Key, forecast.OK, true},
		{"nothing seen for long", budgeted, young, young, forecast.Account, forecast.Cold, false},
	} {
		b := bookOf(long(600))
		if c.state == forecast.Cold {
			b = bookOf(young)
		}
		b.Key, b.Budget = c.own, c.budget
		_, o := forecasts(&Facts{Key: c.key, Fingerprint: "fp", Source: FromCredits, KeyAt: t0}, b, t0)
		f := o.Forecast
		if f.Subject != c.of || f.State != c.state {
			t.Errorf("%s: %s is %s, want %s %s", c.name, f.Subject, f.State, c.of, c.state)
		}
		if c.state == forecast.Cold {
			continue
		}
		two := 2.0
		plain := model(long(600), t0, nil).Forecast(&two)
		if math.Abs(f.P50/plain.P50-1) > 0.01 || c.borrowed != (f.P90 > 1.5*plain.P90) || c.borrowed != (f.P10 < plain.P10/1.5) {
			t.Errorf("%s: %.0f %.0f %.0f s, want the middle of %.0f %.0f %.0f s, wider: %t", c.name, f.P10, f.P50, f.P90, plain.P10, plain.P50, plain.P90, c.borrowed)
		}
	}
}
