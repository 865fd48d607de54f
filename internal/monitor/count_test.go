package monitor

import (
	"math"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
)

func TestCountGoesBySnapshots(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, quiet())
		m := b.run()
		first := after(t, m, 2*time.Minute)
		count, err := m.Count(&first)
		if err != nil {
			t.Fatal(err)
		}
		b.account.Spend(0.5)
		b.account.TopUp(20)
		now := after(t, m, 2*time.Minute)
		asked := len(b.account.Requests())
		c, err := count.Spent(t.Context(), &now)
		if err != nil || c.SpentUSD == nil || math.Abs(*c.SpentUSD-0.5) > 1e-9 || c.Of != "the account" || c.Span != now.At.Sub(first.At) {
			t.Errorf("Spent() = %+v, %v, want $0.50 of the account since the first snapshot", c, err)
		}
		if n := len(b.account.Requests()) - asked; n != 0 {
			t.Errorf("it sent %d requests", n)
		}
		fallen := now
		fallen.Balance = &credit.Balance{CreditsUSD: 120, UsageUSD: first.Balance.UsageUSD - 1}
		ofKey := now
		usage := 3.0
		ofKey.Balance, ofKey.Key = nil, &credit.Key{Usage: credit.Usage{TotalUSD: &usage}}
		nothing := now
		nothing.Balance, nothing.Key = nil, nil
		for name, s := range map[string]account.Snapshot{"usage that fell": fallen, "a key's usage": ofKey, "no usage": nothing} {
			if c, err := count.Spent(t.Context(), &s); err == nil || c.SpentUSD != nil {
				t.Errorf("%s: Spent() = %+v, %v, want an error", name, c, err)
			}
		}
		if _, err := m.Count(&nothing); err == nil {
			t.Error("Count() of no usage has no error")
		}
	})
}
