package account

import (
	"slices"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
)

// What was used of a limit that has reset since is not known, and what a key's windows
// had is of their time alone.
func TestNothingIsKnownOfAWindowThatIsOver(t *testing.T) {
	at := time.Date(2026, 11, 29, 23, 59, 30, 0, time.UTC) // a Sunday
	key := &credit.Key{
		Kind: credit.KeyOrdinary, Usage: credit.Usage{TotalUSD: usd(9), DailyUSD: usd(1), WeeklyUSD: usd(2), MonthlyUSD: usd(3)},
		Cap:     credit.Cap{LimitUSD: usd(10), RemainingUSD: usd(.5), Reset: credit.ResetDaily},
		Budgets: []credit.Budget{{SpendUSD: usd(9), ResetsAt: at.Add(30 * time.Second), Cap: credit.Cap{LimitUSD: usd(10), RemainingUSD: usd(1)}}},
	}
	key.BYOK = key.Usage
	f := Facts{Key: key, KeyAt: at}
	for _, c := range []struct {
		read, now  time.Time
		windows    int  // of the usage that are known
		used, left bool // of the limits is known, for alerts and at all
	}{
		{at, at.Add(29 * time.Second), 3, true, true},
		{at, at.Add(30 * time.Second), 1, false, true}, // the last reading stands
		{at.Add(30 * time.Second), at.Add(31 * time.Second), 1, false, false},
		{at.AddDate(0, 0, 2), at.AddDate(0, 0, 2), 0, false, false}, // December
	} {
		k := f.KeyBy(c.read, c.now)
		for _, u := range []credit.Usage{k.Usage, k.BYOK} {
			windows := 0
			for _, w := range []*float64{u.DailyUSD, u.WeeklyUSD, u.MonthlyUSD} {
				if w != nil {
					windows++
				}
			}
			if windows != c.windows || u.TotalUSD == nil {
				t.Errorf("at %v: %d windows of %+v, want %d", c.now, windows, u, c.windows)
			}
		}
		if g := k.Budget(); (k.Cap.RemainingUSD != nil) != c.left || (g != nil) != c.left {
			t.Errorf("read at %v: %v is left of the cap, budget %+v, want known: %t", c.read, deref(k.Cap.RemainingUSD), g, c.left)
		}
		r := alert.Reading{Now: c.now, At: c.read}
		Snapshot{Key: k, At: c.read}.allowed(&r, "fp", Limits{})
		for _, l := range r.Limits {
			if _, used := l.Used(c.now); used != c.used {
				t.Errorf("read at %v, judged at %v: %+v, want used known: %t", c.read, c.now, l, c.used)
			}
		}
		_, o := forecasts(&f, &Book{Key: trailOf(60, func(ago int) float64 { return 9 - float64(ago)/60 }, 0)}, c.read)
		if (len(o.Bounds) != 0) != c.left {
			t.Errorf("read at %v: bounds %+v", c.read, o.Bounds)
		}
	}
	if *key.Cap.RemainingUSD != .5 || key.Usage.DailyUSD == nil || key.Budgets[0].SpendUSD == nil {
		t.Errorf("the facts were changed: %+v", key)
	}
}

func TestAnOrdinaryKeysCapIsJudged(t *testing.T) {
	limit, left := 10.0, 0.5
	at := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		key     *credit.Key
		limits  int // below 0: not known
		partial bool
		usedUSD any
	}{
		{"nothing known of the key", nil, -1, false, nil},
		{"a cap", &credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: &limit, RemainingUSD: &left}}, 1, false, 9.5},
		{"a cap of which nothing is known", &credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: &limit}}, 1, false, nil},
		{"no cap any more", &credit.Key{Kind: credit.KeyOrdinary}, 0, false, nil},
		{"a key of unknown kind", &credit.Key{Kind: credit.KeyUnknown}, 0, true, nil},
		{"a management key before its keys are listed", &credit.Key{Kind: credit.KeyManagement}, 0, true, nil},
	} {
		r := alert.Reading{Now: at, At: at}
		Snapshot{Key: c.key, At: at}.allowed(&r, "fp", Limits{})
		if c.limits < 0 && r.Limits != nil || c.limits >= 0 && (r.Limits == nil || len(r.Limits) != c.limits) || r.Partial != c.partial {
			t.Errorf("%s: Limits = %+v, Partial = %v, want %d, %v", c.name, r.Limits, r.Partial, c.limits, c.partial)
		}
		if c.limits > 0 && deref(r.Limits[0].UsedUSD) != c.usedUSD {
			t.Errorf("%s: %v is used, want %v", c.name, deref(r.Limits[0].UsedUSD), c.usedUSD)
		}
	}
}

func TestAListingWithoutLimitsIsKnown(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	r := alert.Reading{Now: at, At: at}
	Snapshot{Key: &credit.Key{Kind: credit.KeyManagement}, At: at}.allowed(&r, "fp", Limits{At: at, All: true})
	if r.Limits == nil || r.Keys == nil || r.Partial {
		t.Errorf("Limits = %#v, Keys = %#v, Partial = %v, want none of them, and all known", r.Limits, r.Keys, r.Partial)
	}
}

func TestOldBudgetsAreNotKnown(t *testing.T) {
	at, used := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC), 3.0
	l := Limits{At: at, All: true, BudgetsAt: at.Add(-2 * budgetsGood)}
	l.Caps = []alert.Allowance{{ID: "a", LimitUSD: 9, UsedUSD: &used}, {ID: "b", LimitUSD: 9, UsedUSD: &used, ResetsAt: at}}
	l.Budgets = []alert.Allowance{{ID: "c", LimitUSD: 9, UsedUSD: &used}}
	r := alert.Reading{Now: at, At: at}
	l.report(&r, "")
	var known []string
	for _, a := range r.Limits {
		if _, ok := a.Used(r.Now); ok {
			known = append(known, a.ID)
		}
	}
	if !slices.Equal(known, []string{"a"}) || len(r.Limits) != 3 {
		t.Errorf("of %d limits %v are known, want a of three", len(r.Limits), known)
	}
	if l.Caps[1].UsedUSD == nil || l.Budgets[0].UsedUSD == nil {
		t.Error("the listing itself was changed")
	}
}
