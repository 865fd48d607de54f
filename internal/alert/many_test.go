package alert

import (
	"fmt"
	"testing"
	"time"
)

// TestKeysThatAreWellCostNothing judges thousands of keys with what a few take.
func TestKeysThatAreWellCostNothing(t *testing.T) {
	now, used := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC), 1.0
	allocations := func(n int) float64 {
		r := Reading{Account: "test", Now: now, At: now, Fresh: true}
		for i := range n {
			id := fmt.Sprintf("%064x", i)
			r.Limits = append(r.Limits, Allowance{ID: id, Name: "key", LimitUSD: 20, UsedUSD: &used})
			r.Keys = append(r.Keys, Expiry{ID: id, Name: "key", At: now.AddDate(1, 0, 0)})
		}
		return testing.AllocsPerRun(5, func() { Evaluate(Defaults(), State{}, r) })
	}
	if few, many := allocations(10), allocations(5000); many > few {
		t.Errorf("5,000 keys take %v allocations, 10 take %v", many, few)
	}
}
