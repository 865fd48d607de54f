package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"ortop/internal/longtest"
)

// At the charge with which a young account is known to be charged evenly, the sixth, and
// at those after it the date moves as little as later on, whatever was forecast before.
// Every fifth account is tried, or all with ORTOP_LONG.
func TestAYoungAccountBecomesSteadyByDegrees(t *testing.T) {
	eased := 0
	step := uint64(5)
	if longtest.On() {
		step = 1
	}
	for seed := uint64(0); seed < 84; seed += step {
		r := rand.New(rand.NewPCG(seed, 21))
		every := []int{10, 17, 30, 60, 180, 480, 1440}[seed%7]
		charges := steadyLeast + 12
		left := float64([]int{7, 25, 120, 400}[r.IntN(4)]) + .5*r.Float64()
		samples, over := evenly(r, charges, every, 1, .02*r.Float64(), .1+.2*r.Float64())
		total := samples[len(samples)-1].UsageUSD + left
		var was Forecast
		for n := steadyLeast; n < charges; n++ {
			for part := range 2 { // at a charge, and at the end of the silence after it
				m := over[n-1] + part*(over[n]-1-over[n-1])
				now := t0.Add(time.Duration(m) * time.Minute)
				k := 0
				for k < len(samples) && !samples[k].At.After(now) {
					k++
				}
				b := total - samples[k-1].UsageUSD
				model := New(now, samples[:k], Options{})
				f := model.Forecast(&b)
				eased += len(model.eased.models)
				sane(t, f)
				if part > 0 || n == steadyLeast {
					was = f.NotBefore(was)
					continue
				}
				bound := max(f.P50/10, float64(every)*minute) * (1 + 1e-9)
				if moved := math.Abs(f.Time(f.P50).Sub(was.Time(was.P50)).Seconds()); moved > bound {
					t.Errorf("seed %d: every %d min, %.1f left: at charge %d the date moves by %.2f h of %.2f h", seed, every, left, n, moved/hour, f.P50/hour)
				}
				was = f
			}
		}
	}
	if eased == 0 {
		t.Error("nothing was eased")
	}
}
