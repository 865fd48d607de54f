package main

import (
	"fmt"
	"io"
	"math"
	"time"

	"ortop/internal/forecast"
	"ortop/internal/forecast/backtest"
)

// report prints how good the forecasts of examples were, each made without its
// kind of account. Losses are means within each trace and horizon, then over
// horizons, then over traces; shares are of moments. Then all are means over
// kinds.
func report(w io.Writer, name string, examples []example, graded []forecast.Forecast) {
	fmt.Fprintf(w, "\n%-28s %6s %6s %6s %6s %6s %6s\n", name, "n", "pin3", "P50", "held", ">P90", "Brier")
	line := func(name string, keep func(e example) bool) {
		sum, n := overKinds(examples, graded, keep)
		fmt.Fprintf(w, "%-28s %6d %6.4f %6.4f %6.3f %6.3f %6.4f\n", name, sum.N, sum.Pin3/n, sum.P50/n, sum.Coverage/n, sum.above/n, sum.brier/n)
	}
	judged := func(e example) bool { return e.kind == task && e.horizon != "30d" }
	line("up to 7 d", judged)
	line("  long history", func(e example) bool { return judged(e) && !e.cold })
	line("  short history", func(e example) bool { return judged(e) && e.cold })
	line("  under 6 h of history", func(e example) bool { return judged(e) && e.history < 6*time.Hour })
	for _, h := range horizons {
		line("  "+h.name, func(e example) bool { return e.kind == task && e.horizon == h.name })
	}
	for _, k := range kinds[1:] {
		line(k, func(e example) bool { return e.kind == k })
	}
	for _, g := range groups(examples) {
		line("  "+g, func(e example) bool { return judged(e) && e.group == g })
	}
	far(w, examples, graded)
}

// overKinds sums up the scores of the n kinds that have any.
func overKinds(examples []example, graded []forecast.Forecast, keep func(e example) bool) (sum scores, n float64) {
	for _, g := range groups(examples) {
		s := score(examples, graded, func(e example) bool { return e.group == g && keep(e) })
		if s.N == 0 {
			continue
		}
		n++
		sum.N += s.N
		sum.Pin3 += s.Pin3
		sum.P50 += s.P50
		sum.Coverage += s.Coverage
		sum.above += s.above
		sum.brier += s.brier
	}
	return sum, max(1, n)
}

type scores struct {
	backtest.Score
	above float64 // share of the truths beyond P90
	brier float64 // of the chance of running out within the horizon
}

func score(examples []example, graded []forecast.Forecast, keep func(e example) bool) (s scores) {
	type cell struct {
		outcomes []backtest.Outcome
		brier, n float64
	}
	traces := map[string]map[string]*cell{}
	held, above := 0.0, 0.0
	for i, e := range examples {
		if !keep(e) {
			continue
		}
		byHorizon := traces[e.trace.Name]
		if byHorizon == nil {
			byHorizon = map[string]*cell{}
			traces[e.trace.Name] = byHorizon
		}
		c := byHorizon[e.horizon]
		if c == nil {
			c = new(cell)
			byHorizon[e.horizon] = c
		}
		f := graded[i]
		o := backtest.Outcome{P10: f.P10, P50: f.P50, P90: f.P90, TrueS: e.trueS, CapS: e.capS}
		c.outcomes = append(c.outcomes, o)
		s.N++
		if o.Held() {
			held++
		} else if math.Log(min(o.TrueS, o.CapS)) > math.Log(min(o.P90, o.CapS)) {
			above++
		}
		if within := span(e.horizon); e.capS >= within {
			p, _ := f.Chance(time.Duration(within * float64(time.Second)))
			came := 0.0
			if e.trueS <= within {
				came = 1
			}
			c.brier += (p - came) * (p - came)
			c.n++
		}
	}
	for _, byHorizon := range traces {
		var pin3, p50, brier, n, briers float64
		for _, c := range byHorizon {
			g := backtest.Grade(c.outcomes)
			pin3 += g.Pin3
			p50 += g.P50
			n++
			if c.n > 0 {
				brier += c.brier / c.n
				briers++
			}
		}
		s.Pin3 += pin3 / n / float64(len(traces))
		s.P50 += p50 / n / float64(len(traces))
		s.brier += brier / max(1, briers) / float64(len(traces))
	}
	s.Coverage = held / math.Max(1, float64(s.N))
	s.above = above / math.Max(1, float64(s.N))
	return s
}

func span(horizon string) float64 {
	for _, h := range horizons {
		if h.name == horizon {
			return float64(h.seconds)
		}
	}
	return 0
}

// far prints how often the range holds by how far off its middle is, of moments whose
// trace goes on to its end, horizons of 30 d among them; and how many balances lasted
// three weeks of those that were said to.
func far(w io.Writer, examples []example, graded []forecast.Forecast) {
	const day = 86400
	edges := [...]float64{0, 1, 3, 7, 14, 21, 36500}
	var n, held, above [len(edges)]int
	said, lasted := 0, 0
	for i, e := range examples {
		f := graded[i]
		if e.kind != task {
			continue
		}
		if f.P10 >= 21*day && e.capS >= 21*day {
			said++
			if e.trueS >= 21*day {
				lasted++
			}
		}
		if e.capS < f.P90 {
			continue
		}
		b := 0
		for f.P50 >= edges[b+1]*day {
			b++
		}
		n[b]++
		switch {
		case e.trueS > f.P90:
			above[b]++
		case e.trueS >= f.P10:
			held[b]++
		}
	}
	for b := range len(edges) - 1 {
		share := max(1, float64(n[b]))
		fmt.Fprintf(w, "  middle from %2.0f d             %6d               %6.3f %6.3f\n", edges[b], n[b], float64(held[b])/share, float64(above[b])/share)
	}
	fmt.Fprintf(w, "  P10 beyond three weeks: %d, of which %d lasted them\n", said, lasted)
}
