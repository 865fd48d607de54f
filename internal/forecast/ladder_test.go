package forecast

import (
	"testing"
	"time"
)

// What is found by halving is what is found by trying one rung after another, of fewer.
func TestLadderIsHalved(t *testing.T) {
	for seed := range uint64(30) {
		samples, gaps := account(seed)
		m := New(samples[len(samples)-1].At, samples, Options{Gaps: gaps})
		if !m.ready() {
			continue
		}
		for _, from := range []float64{0, .2, 20} {
			for _, d := range []time.Duration{time.Second, time.Hour, 24 * time.Hour, 90 * 24 * time.Hour} {
				l, all := ladder{model: m}, ladder{model: m}
				l.start(from)
				all.start(from)
				got, ok := l.reach(d.Seconds())
				i := 0
				for all.lasts(i)[0] < d.Seconds() {
					i++
				}
				want := all.usd(i)
				if i > 0 {
					want = between(d.Seconds(), all.lasts(i - 1)[0], all.lasts(i)[0], all.usd(i-1), all.usd(i))
				}
				if !ok || got != want {
					t.Errorf("seed %d: reach(%v) from %v USD = %v, %v, want %v", seed, d, from, got, ok, want)
				}
				tried := 0
				for _, r := range l.rungs {
					if r.known {
						tried++
					}
				}
				if tried > 16 {
					t.Errorf("seed %d: reach(%v) from %v USD tried %d rungs for the %d-th", seed, d, from, tried, i)
				}
			}
		}
	}
}
