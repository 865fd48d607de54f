package monitor

import (
	"fmt"
	"math"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/sim"
)

// TestBYOKCountsAgainstTheCap has a key that spends a dollar an hour, and three
// times as much with an own provider key.
func TestBYOKCountsAgainstTheCap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		includes bool
		perHour  float64
	}{{false, 1}, {true, 4}} {
		if testing.Short() && !c.includes {
			continue
		}
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady"})
			refused := sim.Error(403)
			refused.Path = "/credits"
			key := func(usage, byok float64) {
				b.account.Fail(refused, answered("/key", fmt.Sprintf(`{"data":{"label":"k","limit":1000,"limit_remaining":%f,"limit_reset":null,"include_byok_in_limit":%t,
					"usage":%f,"usage_daily":0,"byok_usage":%f,"byok_usage_daily":0,"is_management_key":false}}`, 1000-usage-byok, c.includes, usage, byok)))
			}
			key(10, 50)
			b.o.Interval = 3 * time.Minute
			m := b.run()
			var s account.Snapshot
			for minute := 1; minute <= 6*60; minute += 3 {
				key(10+float64(minute)/60, 50+3*float64(minute)/60)
				s = after(t, m, 3*time.Minute)
			}
			want := *s.Key.Cap.RemainingUSD / c.perHour
			if got := s.Forecast.P50 / 3600; s.Forecast.State != forecast.OK || s.Forecast.Subject != forecast.Key || math.Abs(got/want-1) > 0.25 {
				t.Errorf("BYOK counts %v: %s runs out in %.0f h, want about %.0f", c.includes, s.Forecast.Subject, got, want)
			}
			if spent := deref(s.Spend.Last1hUSD); spent != nil && math.Abs(spent.(float64)-1) > 0.05 {
				t.Errorf("BYOK counts %v: spent %v in an hour, want 1: it is no spend", c.includes, spent)
			}
			// One replica lags behind; then the number falls for good.
			key(9, 40)
			after(t, m, 3*time.Minute)
			key(16.1, 10)
			s = after(t, m, time.Hour)
			if s.Fault != nil || *s.Key.BYOK.TotalUSD != 10 {
				t.Errorf("Fault = %v, BYOK %v", s.Fault, *s.Key.BYOK.TotalUSD)
			}
		})
	}
}
