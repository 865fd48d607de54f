package account

import (
	"fmt"
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
)

// BenchmarkLimits judges the keys of a large account, all of them capped.
func BenchmarkLimits(b *testing.B) {
	limit, now := 20.0, time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	l := Limits{At: now, All: true}
	for i := range 5000 {
		c := credit.Cap{LimitUSD: &limit, RemainingUSD: &limit, Reset: "monthly"}
		l.Caps = append(l.Caps, Allowance(fmt.Sprintf("%064x", i), fmt.Sprintf("key-%d", i), c, now))
	}
	s := Snapshot{Account: "test", Now: now, At: now, Interval: time.Minute, Key: &credit.Key{Kind: credit.KeyManagement}}
	rules := alert.Defaults()
	for b.Loop() {
		if _, events, _ := alert.Evaluate(rules, alert.State{}, s.alertReading(&State{}, &Book{Limits: l}, 0)); len(events) > 0 {
			b.Fatal(events)
		}
	}
}
