package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/longtest"
)

// evenly are readings by the minute, kept where usage rose and every hour, of an
// account that is charged about 1 USD every so often, in so many minutes each time,
// each late by up to a part of it; and when its charges are over.
func evenly(r *rand.Rand, charges, every, takes int, late, uneven float64) (samples []credit.Sample, over []int) {
	type rise struct {
		minute int
		usd    float64
	}
	var rises []rise
	for c := range charges {
		begin := 1 + c*every + int(late*float64(every)*r.Float64())
		each := (1 + uneven*(2*r.Float64()-1)) / float64(takes)
		for m := range takes {
			rises = append(rises, rise{begin + m, each})
		}
		over = append(over, begin+takes-1)
	}
	u, at := 0.0, 0
	for _, rise := range rises {
		for ; at < rise.minute; at++ {
			if at%60 == 0 {
				samples = append(samples, credit.Sample{At: t0.Add(time.Duration(at) * time.Minute), UsageUSD: u})
			}
		}
		u += rise.usd
		samples = append(samples, credit.Sample{At: t0.Add(time.Duration(at) * time.Minute), UsageUSD: u})
		at++
	}
	return samples, over
}

// At a charge of an account that is charged evenly, from every two minutes to every
// day, a few minutes late, the date moves by a tenth of what remains at most, or by one
// charge's worth; from eight charges on of sums within 30 %, however few are left. Every
// fifth account is tried, or all with ORTOP_LONG.
func TestChargesThatAreFarApartMoveNoDate(t *testing.T) {
	step := uint64(5) // by which each way of charging has its turn
	if longtest.On() {
		step = 1
	}
	for seed := uint64(0); seed < 180; seed += step {
		r := rand.New(rand.NewPCG(seed, 11))
		every := []int{2, 5, 10, 17, 30, 60, 180, 480, 1440}[seed%9]
		takes, late, uneven := 1, .1*r.Float64(), .1*r.Float64()
		if seed%2 == 1 && every >= 180 {
			takes, late = 2+r.IntN(every/20), late/3
		}
		charges := 12 + r.IntN(40)
		if seed >= 90 { // few of them, of uneven sums
			charges, late, uneven = 11+r.IntN(4), .02*r.Float64(), .3*r.Float64()
		}
		left := float64([]int{2, 3, 7, 25, 120, 400}[r.IntN(6)]) + .5*r.Float64()
		samples, over := evenly(r, charges, every, takes, late, uneven)
		total := samples[len(samples)-1].UsageUSD + left
		var was Forecast
		begins := t0.Add(time.Duration(over[charges-4]) * time.Minute)
		for m := over[charges-4]; m <= over[charges-1]; m++ {
			now := t0.Add(time.Duration(m) * time.Minute)
			n := 0
			for n < len(samples) && !samples[n].At.After(now) {
				n++
			}
			charged := func(n int, at time.Time) bool {
				return n < len(samples) && samples[n].At.Equal(at) && samples[n].UsageUSD > samples[n-1].UsageUSD
			}
			is, before, next := charged(n-1, now), charged(n-2, now.Add(-time.Minute)), charged(n, now.Add(time.Minute))
			switch { // of a long silence, and of a long charge, a few minutes
			case !is && !next && m%max(1, every/2) > 0, is && before && next && m%max(1, takes/8) > 0:
				continue
			}
			b := total - samples[n-1].UsageUSD
			f := At(now, samples[:n], &b, Options{})
			if !is {
				f = f.NotBefore(was)
			} else if was.State == OK {
				bound := max(f.P50/10, float64(every)*minute) * (1 + 1e-9)
				if moved := math.Abs(f.Time(f.P50).Sub(was.Time(was.P50)).Seconds()); moved > bound {
					t.Errorf("seed %d: every %d min in %d min, %d charges, %.1f left: at the one of %v the date moves by %.2f h of %.2f h", seed, every, takes, charges, left, now.Sub(begins), moved/hour, f.P50/hour)
				}
			}
			was = f
		}
	}
}

// What is charged evenly is spent when the charges that are left have come.
func TestEvenChargesAreCounted(t *testing.T) {
	for _, every := range []int{30, 180, 1440} {
		samples, _ := evenly(rand.New(rand.NewPCG(1, 1)), 30, every, 1, 0, 0)
		now := samples[len(samples)-1].At
		for _, left := range []float64{1, 2, 6.5, 40} {
			want := math.Ceil(left) * float64(every) * minute
			if f := At(now, samples, &left, Options{}); math.Abs(f.P50/want-1) > .03 || f.P10 > want || f.P90 < want {
				t.Errorf("every %d min, %v USD: %.1f, %.1f, %.1f h, want %.1f h", every, left, f.P10/hour, f.P50/hour, f.P90/hour, want/hour)
			}
		}
	}
}

// A charge that does not come: the longer ago, the later the date.
func TestAChargeThatIsOverdueMakesItLater(t *testing.T) {
	samples, _ := evenly(rand.New(rand.NewPCG(1, 1)), 40, 60, 1, 0, 0)
	last := samples[len(samples)-1].At
	b, was := 10.0, time.Time{}
	for _, silent := range []time.Duration{0, time.Hour, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour, 72 * time.Hour, 7 * 24 * time.Hour} {
		f := At(last.Add(silent), samples, &b, Options{})
		if is := f.Time(f.P50); is.Before(was) {
			t.Errorf("after %v: %v, before %v", silent, is, was)
		} else {
			was = is
		}
	}
	if f := At(last.Add(72*time.Hour), samples, &b, Options{}); f.P50 < 20*hour {
		t.Errorf("10 charges after 72 h without one: %.1f h, want that those of every hour are no more", f.P50/hour)
	}
}

// A balance that is a whole number of the busiest weeks.
func TestWholeWeeksAreANumber(t *testing.T) {
	samples, _ := evenly(rand.New(rand.NewPCG(1, 1)), 40, 1440, 1, 0, 0)
	m := New(samples[len(samples)-1].At.Add(13*time.Hour), samples, Options{})
	if m.week == nil {
		t.Fatal("forty days are no week")
	}
	last := 0.0
	for _, share := range []float64{.5, .999, 1, 1.001, 1.5, 2, 3, 3.0001} {
		usd := share * m.week.sum
		if got := m.week.lasts(m.path.now, usd); !(got >= last) || got > (share+1)*week {
			t.Errorf("%v weeks last %v s, want at least the %v s of less", share, got, last)
		} else {
			last = got
		}
		sane(t, m.Forecast(&usd))
	}
}
