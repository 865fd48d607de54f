package account

import (
	"testing"
	"time"

	"ortop/internal/alert"
)

// A listing is good for a while, from its own moment on.
func TestListingsGrowOld(t *testing.T) {
	five := 5.0
	l := Limits{
		At: t0, All: true, BudgetsAt: t0,
		Caps:    []alert.Allowance{{ID: "cap", LimitUSD: 10, UsedUSD: &five}, {ID: "resets", LimitUSD: 10, UsedUSD: &five, ResetsAt: t0.Add(10 * time.Minute)}},
		Budgets: []alert.Allowance{{ID: "budget", LimitUSD: 10, UsedUSD: &five}},
		Expiries: []KeyExpiry{
			{alert.Expiry{Name: "other", At: t0.Add(-expiredFor).Add(time.Minute)}, "sk-a"},
			{alert.Expiry{Name: "own", At: t0}, "own"},
		},
	}
	for _, c := range []struct {
		name          string
		l             Limits
		after         time.Duration
		limits, known int
		keys          int
	}{
		{"at once", l, 0, 3, 3, 1},
		{"before a reset, as long as another key is of interest", l, time.Minute - 1, 3, 3, 1},
		{"longer", l, time.Minute, 3, 3, 0},
		{"at a reset", l, 10 * time.Minute, 3, 2, 0},
		{"as old as may be", l, listingGood, 3, 2, 0},
		{"older", l, listingGood + 1, 0, 0, 0},
		{"from a later time", l, -1, 0, 0, 0},
		{"never listed", Limits{}, 0, 0, 0, 0},
		{"budgets never listed", func() Limits { o := l; o.BudgetsAt = time.Time{}; return o }(), 0, 3, 2, 1},
		{"budgets as old as may be", func() Limits { o := l; o.BudgetsAt = t0.Add(-budgetsGood); return o }(), 0, 3, 3, 1},
		{"older budgets", func() Limits { o := l; o.BudgetsAt = t0.Add(-budgetsGood - 1); return o }(), 0, 3, 2, 1},
	} {
		r := alert.Reading{Now: t0.Add(c.after)}
		c.l.report(&r, "own")
		known := 0
		for _, a := range r.Limits {
			if _, ok := a.Used(r.Now); ok {
				known++
			}
		}
		if len(r.Limits) != c.limits || known != c.known || len(r.Keys) != c.keys || r.Partial != (c.limits == 0) {
			t.Errorf("%s: %d limits, %d of them known, %d keys, partial %v; want %d, %d, %d", c.name, len(r.Limits), known, len(r.Keys), r.Partial, c.limits, c.known, c.keys)
		}
	}
}
