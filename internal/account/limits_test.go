package account

import (
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
