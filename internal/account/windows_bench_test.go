package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
)

// BenchmarkRecent sums up an account whose past was filled in by the hour, and
// which is polled since.
func BenchmarkRecent(b *testing.B) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	t := &credit.Trail{ReadAt: now}
	at := now.Truncate(time.Hour).AddDate(0, 0, -34)
	for usd := 0.0; at.Before(now); usd += 0.01 {
		t.Samples = append(t.Samples, credit.Sample{At: at, UsageUSD: usd, CreditsUSD: 100, CreditsKnown: true})
		step := time.Minute
		if now.Sub(at) > 9*time.Hour {
			step = time.Hour
			t.Backfilled = append(t.Backfilled, credit.Span{From: at, To: at.Add(step)})
		}
		at = at.Add(step)
	}
	t.First = t.Samples[0]
	for b.Loop() {
		if r := recentOf(t, now, Rules{}); r.Spend.MonthUSD == nil {
			b.Fatal(r)
		}
	}
}
