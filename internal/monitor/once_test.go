package monitor

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/sim"
)

// What a collector read is live for its whole interval, and fresh for a minute
// of it: what was spent since is not seen.
func TestOnceAsksWhereTheCollectorIsSlow(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "idle"})
		path := filepath.Join(t.TempDir(), "history.db")
		db, err := history.Open(t.Context(), path, history.Options{Now: b.now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		b.o.Open, b.o.Interval = opened(db), time.Hour
		left := after(t, b.run(), 30*time.Second).Balance.LeftUSD()
		b.account.Spend(5)
		for _, c := range []struct {
			wait     time.Duration
			fresh    Freshness
			asks     int
			spentUSD float64
		}{{0, Live, 0, 0}, {0, Fresh, 0, 0}, {10 * time.Minute, Live, 0, 0}, {0, Fresh, 1, 5}} {
			time.Sleep(c.wait)
			before := b.asked("/credits")
			s, err := New(b.o).Once(t.Context(), c.fresh)
			if err != nil || s.Balance == nil {
				t.Fatalf("Once() = %+v, %v", s, err)
			}
			age, _ := s.Age(s.Now)
			if n, spent := b.asked("/credits")-before, left-s.Balance.LeftUSD(); n != c.asks || math.Abs(spent-c.spentUSD) > 1e-9 {
				t.Errorf("with a reading %v old: %d requests and $%v less, want %d and $%v", age, n, spent, c.asks, c.spentUSD)
			}
		}
	})
}
