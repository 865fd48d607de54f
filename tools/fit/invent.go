package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast/backtest"
)

// The tasks were polled without a gap, and knew nothing from before the first
// poll. invent makes examples that were not, of the same traces: with spans in
// which nothing was polled, and with a history that was filled in from hourly
// or daily totals before polling began.
func invent(tasks []example, seed uint64) []example {
	var all []example
	var traces []*backtest.Trace
	groupOf := map[string]string{}
	for _, e := range tasks {
		if !slices.Contains(traces, e.trace) {
			traces = append(traces, e.trace)
			groupOf[e.trace.Name] = e.group
		}
	}
	for i, t := range traces {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		minutes := (t.To() - t.From()) / backtest.Poll
		if minutes >= 400 {
			for range 3 {
				all = append(all, withGaps(r, t, groupOf[t.Name])...)
			}
		}
		if minutes >= 2*1440 {
			for k := range 6 {
				kind, unit := daily, int64(86400)
				if k%3 == 0 {
					kind, unit = hourly, 3600
				}
				all = append(all, filledIn(r, t, groupOf[t.Name], kind, unit)...)
			}
		}
	}
	return all
}

// horizons are the classes of the tasks.
var horizons = []struct {
	name    string
	seconds int64
}{{"15m", 900}, {"1h", 3600}, {"6h", 21600}, {"1d", 86400}, {"3d", 3 * 86400}, {"7d", 7 * 86400}, {"30d", 30 * 86400}}

// lookedFor is how long the end of a balance is looked for, in seconds.
func lookedFor(horizon int64) int64 { return max(8*horizon, 2*86400) }

// logUniform draws from lo to hi, evenly in logs.
func logUniform(r *rand.Rand, lo, hi float64) float64 {
	return lo * math.Exp(r.Float64()*math.Log(hi/lo))
}

// withGaps makes examples of one pattern of polling: a laptop that is on for
// some hours of most days, or spells of polling and of none.
func withGaps(r *rand.Rand, t *backtest.Trace, group string) []example {
	start := t.From() / backtest.Poll * backtest.Poll
	n := int((t.To() - start) / backtest.Poll)
	polled := make([]bool, n)
	if r.IntN(3) == 0 {
		on, hours := 5+r.IntN(7), 3+r.IntN(9)
		off := map[int64]bool{}
		for i := range polled {
			at := start + int64(i)*backtest.Poll
			d := at / 86400
			if _, ok := off[d]; !ok {
				off[d] = r.Float64() < .2
			}
			polled[i] = !off[d] && (int(at%86400/3600)-on+24)%24 < hours
		}
	} else {
		on, off := logUniform(r, 60, 2880), logUniform(r, 20, 1440)
		for i, running := 0, true; i < n; running = !running {
			mean := off
			if running {
				mean = on
			}
			for end := min(n, i+1+int(mean*r.ExpFloat64())); i < end; i++ {
				polled[i] = running
			}
		}
	}
	polled[0] = true

	// The samples and gaps of all of it; an example has those up to its moment.
	var samples []credit.Sample
	var gaps []credit.Span
	last := -1
	for i, p := range polled {
		if !p {
			continue
		}
		at := time.Unix(start+int64(i)*backtest.Poll, 0).UTC()
		if last >= 0 && last < i-1 {
			gaps = append(gaps, credit.Span{From: time.Unix(start+int64(last)*backtest.Poll, 0).UTC(), To: at})
		}
		last = i
		samples = append(samples, credit.Sample{At: at, UsageUSD: t.UsageUSD(at.Unix())})
	}
	var out []example
	for _, h := range horizons {
		wide := h.seconds / backtest.Poll
		if int64(n) < 4*wide {
			continue
		}
		made := 0
		for tries := 0; made < 40 && tries < 240; tries++ {
			i := int(r.Float64() * float64(int64(n)-2*wide))
			from := 0
			if cold := r.Float64() < .45; cold {
				from = max(0, i-int(logUniform(r, 5, 1+max(20160, 6*float64(wide)))))
			}
			for from < i && !polled[from] {
				from++
			}
			if i < 6 || !polled[i] || i-from < 5 {
				continue
			}
			begin, at := start+int64(from)*backtest.Poll, start+int64(i)*backtest.Poll
			known := between(samples, begin, at)
			e := example{
				trace: t, group: group, kind: gappy, horizon: h.name, cold: i-from < 1440, at: at,
				samples: func() []credit.Sample { return known }, gaps: gaps,
			}
			if e.draw(r, h.seconds) {
				out = append(out, e)
				made++
			}
		}
	}
	return out
}

func between(s []credit.Sample, from, to int64) []credit.Sample {
	at := func(s credit.Sample, t int64) int { return s.At.Compare(time.Unix(t, 0)) }
	a, _ := slices.BinarySearchFunc(s, from, at)
	b, _ := slices.BinarySearchFunc(s, to+1, at)
	return s[a:b]
}

// filledIn makes examples of an account that is polled since a short time, and
// whose totals of every unit of seconds before are known: of a year of days, or
// of 30 days of hours.
func filledIn(r *rand.Rand, t *backtest.Trace, group, kind string, unit int64) []example {
	first := t.From() / backtest.Poll * backtest.Poll
	back := int64(365 * 86400)
	if unit == 3600 {
		back = 30 * 86400
	}
	begin := first + int64((.15+.75*r.Float64())*float64(t.To()-first))/backtest.Poll*backtest.Poll
	from := max(first, begin-back)
	var before []credit.Sample
	sample := func(at int64) {
		before = append(before, credit.Sample{At: time.Unix(at, 0).UTC(), UsageUSD: t.UsageUSD(at)})
	}
	sample(from)
	for at := (from/unit + 1) * unit; at < begin; at += unit {
		sample(at)
	}
	gap := credit.Span{From: time.Unix(from, 0).UTC(), To: time.Unix(begin, 0).UTC()}

	var out []example
	for _, h := range horizons {
		for range 20 {
			at := begin + int64(logUniform(r, 5, 1440))*backtest.Poll
			if at > t.To()-max(180, h.seconds/2) {
				continue
			}
			e := example{
				trace: t, group: group, kind: kind, horizon: h.name, cold: true, at: at,
				samples: func() []credit.Sample { return append(slices.Clip(before), t.Samples(begin, at)...) },
				gaps:    []credit.Span{gap},
			}
			if kind == hourly {
				e.byHour = e.gaps
			}
			if e.draw(r, h.seconds) {
				out = append(out, e)
			}
		}
	}
	return out
}

// draw draws a balance that lasts about the horizon, and looks what came; ok is
// false where there is no forecast.
func (e *example) draw(r *rand.Rand, horizon int64) (ok bool) {
	const much = 1e6
	e.balanceUSD = much
	if !e.look() {
		return false
	}
	base := much / math.Exp(e.input.Plain)
	e.balanceUSD = base * float64(horizon) * math.Exp(.5*r.NormFloat64())
	e.trueS, _ = e.trace.Lasted(e.at, e.balanceUSD)
	e.capS = float64(min(e.trace.To()-e.at, lookedFor(horizon)))
	return e.capS > 0 && e.look()
}
