package forecast

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"ortop/internal/credit"
)

// kinds are what accounts spend in a minute, the m-th of so many; each has a rhythm of
// its own.
var kinds = map[string]func(r *rand.Rand, m, of int) float64{
	"two models by turns": func(r *rand.Rand, m, _ int) float64 {
		switch {
		case m/360%2 == 0 && m%4 == 0:
			return .01 * (1 + .2*r.Float64())
		case m/360%2 == 1 && m%30 == 0:
			return 1.5 * (1 + .2*r.Float64())
		}
		return 0
	},
	"a job each week": func(r *rand.Rand, m, _ int) float64 {
		if d := m % (7 * 1440); d >= 3000 && d < 3090 {
			return .3 * (1 + r.Float64())
		}
		return 0
	},
	"a job each week beside a trickle": func(r *rand.Rand, m, _ int) float64 {
		usd := 0.0
		if d := m % (7 * 1440); d >= 3000 && d < 3090 {
			usd = .3 * (1 + r.Float64())
		}
		if m%20 == 0 {
			usd += .002
		}
		return usd
	},
	"ever more": func(r *rand.Rand, m, of int) float64 {
		if r.IntN(10) == 0 {
			return .02 * math.Exp(4*float64(m)/float64(of)) * r.ExpFloat64()
		}
		return 0
	},
	"weekends": func(r *rand.Rand, m, _ int) float64 {
		if d, h := m/1440%7, m/60%24; d >= 5 && h >= 10 && h < 22 && r.IntN(7) == 0 {
			return .05 + .1*r.Float64()
		}
		return 0
	},
	"an hour a day": func(r *rand.Rand, m, _ int) float64 {
		if m/60%24 == 13 && r.IntN(3) == 0 {
			return .1 * r.ExpFloat64()
		}
		return 0
	},
	"three weeks of silence": func(r *rand.Rand, m, of int) float64 {
		if left := of - m; left > 2*1440 && left < 23*1440 || m/60%24 < 8 || r.IntN(9) > 0 {
			return 0
		}
		return .05 * r.ExpFloat64()
	},
	"each charge larger": func(_ *rand.Rand, m, _ int) float64 {
		if m%90 == 0 {
			return .05 * math.Pow(1.003, float64(m/90))
		}
		return 0
	},
}

// ofKind are the readings of so many days of a kind from Monday on, and what the cap or
// budget that resets leaves of them: a segment for each of resets parts.
func ofKind(kind string, seed uint64, days, resets int) []credit.Sample {
	r := rand.New(rand.NewPCG(seed, 21))
	start := time.Date(2026, 9, 7, 0, 0, 0, 0, time.UTC)
	samples, u, spent := make([]credit.Sample, 0, days*300), 0.0, kinds[kind]
	of, last := days*1440, -1.0
	for m := range of {
		segment := int64(m * (resets + 1) / of)
		if n := len(samples); n > 0 && samples[n-1].Segment != segment {
			u = 0
		}
		u += spent(r, m, of)
		if u != last || m%60 == 0 || m == of-1 {
			samples = append(samples, credit.Sample{At: start.Add(time.Duration(m) * time.Minute), UsageUSD: u, Segment: segment})
		}
		last = u
	}
	return samples
}

// seeds is how many accounts of each kind are tried: one of each in a short run.
func seeds() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("ORTOP_KINDS"), 10, 32); err == nil {
		return n
	}
	if testing.Short() {
		return 1
	}
	return 2
}

// What is promised holds for accounts of all these kinds, of any age, with and without
// limits that reset.
func TestPromisesHoldForOtherKinds(t *testing.T) {
	for kind := range kinds {
		for seed := range seeds() {
			r := rand.New(rand.NewPCG(seed, 22))
			days, resets := 8+r.IntN(50), r.IntN(3)
			if kind == "three weeks of silence" {
				days += 23
			}
			samples := ofKind(kind, seed, days, resets)
			t.Run(fmt.Sprintf("%s/%d", kind, seed), func(t *testing.T) {
				now := samples[len(samples)-1].At
				m := New(now, samples, Options{})
				if !m.ready() {
					t.Skip("too few rises")
				}
				moneyLasts(t, m)
				unitIsNoMatter(t, now, samples, m)
				purchasesAreNoMatter(t, now, samples, m)
				silenceIsLater(t, now, samples, m)
			})
		}
	}
}

// moneyLasts fails where more money ends earlier.
func moneyLasts(t *testing.T, m *Model) {
	t.Helper()
	var last Forecast
	more := 1.09
	if testing.Short() {
		more = 1.5
	}
	for b := m.now.base * 10; b < m.now.base*40*day; b *= more {
		f := m.Forecast(&b)
		sane(t, f)
		if f.P10 < last.P10*(1-1e-9) || f.P50 < last.P50*(1-1e-9) || f.P90 < last.P90*(1-1e-9) {
			t.Fatalf("%v USD last %v, %v, %v, that divided by %v: %v, %v, %v", b, f.P10, f.P50, f.P90, more, last.P10, last.P50, last.P90)
		}
		last = f
	}
}

func scaled(samples []credit.Sample, by float64) []credit.Sample {
	s := make([]credit.Sample, len(samples))
	for i, v := range samples {
		v.UsageUSD *= by
		s[i] = v
	}
	return s
}

// unitIsNoMatter fails where a thousand times the money, or a thousandth, is forecast
// otherwise.
func unitIsNoMatter(t *testing.T, now time.Time, samples []credit.Sample, m *Model) {
	t.Helper()
	for _, by := range []float64{1000, 1e-3} {
		other := New(now, scaled(samples, by), Options{})
		for _, span := range []float64{hour, day, week} {
			b := m.now.base * span
			scaled := b * by
			f, g := m.Forecast(&b), other.Forecast(&scaled)
			if math.Abs(f.P10/g.P10-1) > .002 || math.Abs(f.P50/g.P50-1) > .002 || math.Abs(f.P90/g.P90-1) > .002 {
				t.Errorf("money for %v s: %v, %v, %v; times %v: %v, %v, %v", span, f.P10, f.P50, f.P90, by, g.P10, g.P50, g.P90)
			}
		}
	}
}

// purchasesAreNoMatter fails where a top-up in the middle changes what the same balance
// gives.
func purchasesAreNoMatter(t *testing.T, now time.Time, samples []credit.Sample, m *Model) {
	t.Helper()
	bought := scaled(samples, 1)
	for i := range bought {
		bought[i].CreditsKnown, bought[i].CreditsUSD = true, 10
		if i > len(bought)/2 {
			bought[i].CreditsUSD = 210
		}
	}
	b := m.now.base * day
	if f, g := m.Forecast(&b), New(now, bought, Options{}).Forecast(&b); f != g {
		t.Errorf("with a top-up behind it: %+v, want %+v", g, f)
	}
}

// silenceIsLater fails where, of the dates as they are kept while nothing is spent,
// what lasts 50 h at full speed is said to be gone in less after a day of silence, or
// probably within the week after one.
func silenceIsLater(t *testing.T, now time.Time, samples []credit.Sample, m *Model) {
	t.Helper()
	g := m.path.grid
	b := g.most(50 * 4)
	var was Forecast
	for _, silent := range []time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour, 3 * 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour} {
		f := At(now.Add(silent), samples, &b, Options{}).NotBefore(was)
		sane(t, f)
		if f.P10 < 45*hour && silent >= 24*time.Hour && g.shortest(b) > 49*hour {
			t.Errorf("P10 after %v without spend = %.1f h, want 50, less a tenth at most", silent, f.P10/hour)
		}
		if c, _ := f.Chance(7 * 24 * time.Hour); c > .8 && silent >= 7*24*time.Hour {
			t.Errorf("chance within 7 d after %v without spend = %.2f, want .8 at most", silent, c)
		}
		was = f
	}
}

// Who spends at weekends alone has until Saturday, from the fifth on.
func TestWeekendsAlone(t *testing.T) {
	for seed := range seeds() {
		samples := ofKind("weekends", seed, 5*7+1, 0)
		monday := samples[len(samples)-1].At.Add(-19 * time.Hour)
		for !samples[len(samples)-1].At.Before(monday) {
			samples = samples[:len(samples)-1]
		}
		b := 24 * 60. / 7 * .1 // a weekend's
		f := At(monday, samples, &b, Options{})
		if c, _ := f.Chance(96 * time.Hour); c >= .1 {
			t.Errorf("seed %d: chance by Friday = %.2f, want under .1 (P10 %.0f h)", seed, c, f.P10/hour)
		}
	}
}

// What is charged evenly and falls silent: neither edge of where its middle is held
// comes nearer.
func TestSilenceMovesNoEdge(t *testing.T) {
	for _, n := range []float64{1.5, 8, 90} {
		was := [2]float64{}
		for ago := 0.; ago < 3*hour; ago += 7 * minute {
			s := cadence{every: hour, usd: 1, ago: ago, alike: .5}
			for i, q := range []float64{1, 1e9} {
				end := ago + s.hold([len(levels)]float64{q, q, q}, n)[1]
				if end < was[i]*(1-1e-12) {
					t.Errorf("%v charges, %v min after the last: edge %d at %v s, was at %v s", n, ago/minute, i, end, was[i])
				}
				was[i] = end
			}
		}
	}
}

// A job each week, beside what is charged evenly: the week in which it does not come
// does not make that all.
func TestAJobEachWeekIsNotForgotten(t *testing.T) {
	for seed := range seeds() {
		samples := ofKind("a job each week beside a trickle", seed, 30, 0)
		now := samples[len(samples)-1].At
		for silent := range 30 {
			m := New(now.Add(time.Duration(silent)*time.Hour), samples, Options{})
			if m.steady.usd > 0 {
				t.Fatalf("seed %d: after %d h without spend it is charged evenly: %+v", seed, silent, m.steady)
			}
		}
	}
}
