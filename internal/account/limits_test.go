package account

import (
	"slices"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
)

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
		if a.UsedUSD != nil {
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
