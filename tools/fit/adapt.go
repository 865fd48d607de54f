package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"ortop/internal/forecast"
)

// all is a window that no account fills.
const all = 1 << 20

// adapt prints what it would be worth to teach the range by the account's own graded
// forecasts, by adaptive conformal inference: each of the last window that have ended
// widens the side that it lay beyond, in logs, by rate * (1 - level), or narrows it by
// rate * level.
func adapt(w io.Writer, examples []example, graded []forecast.Forecast) {
	fmt.Fprintf(w, "\nadaptive conformal inference   pin3   held   >P90  Brier  mean |held - .8| of a trace\n")
	for _, c := range []struct {
		rate   float64
		window int
	}{{0, 0}, {.005, all}, {.01, all}, {.03, all}, {.1, all}, {.005, 40}, {.01, 40}, {.02, 40}, {.03, 40}} {
		taught := teach(examples, graded, c.rate, c.window)
		judged := func(e example) bool { return e.kind == task && e.horizon != "30d" }
		s, n := overKinds(examples, taught, judged)
		off, traces := 0.0, map[string]bool{}
		for _, e := range examples {
			traces[e.trace.Name] = true
		}
		for name := range traces {
			off += math.Abs(score(examples, taught, func(e example) bool { return e.trace.Name == name && judged(e) }).Coverage-.8) / float64(len(traces))
		}
		fmt.Fprintf(w, "  rate %5.3f, last %-8d    %6.4f %6.3f %6.3f %6.4f %6.3f\n", c.rate, c.window, s.Pin3/n, s.Coverage/n, s.above/n, s.brier/n, off)
	}
}

// teach returns the forecasts with the ranges that each account would have learned by
// then: a forecast teaches when its outcome is known, and only those made after.
func teach(examples []example, graded []forecast.Forecast, rate float64, window int) []forecast.Forecast {
	taught := slices.Clone(graded)
	byTrace := map[string][]int{}
	for i, e := range examples {
		if e.kind == task {
			byTrace[e.trace.Name] = append(byTrace[e.trace.Name], i)
		}
	}
	for _, list := range byTrace {
		slices.SortStableFunc(list, func(a, b int) int { return int(examples[a].at - examples[b].at) })
		var low, high []float64
		var open []int
		for _, i := range list {
			now := float64(examples[i].at)
			open = slices.DeleteFunc(open, func(j int) bool {
				e, f := examples[j], taught[j]
				if e.trueS > f.P90 && e.capS < f.P90 { // it is never known
					return true
				}
				if float64(e.at)+min(e.trueS, f.P90) > now {
					return false
				}
				step := func(beyond bool) float64 {
					if beyond {
						return rate * .9
					}
					return -rate * .1
				}
				low, high = append(low, step(e.trueS < f.P10)), append(high, step(e.trueS > f.P90))
				return true
			})
			f := &taught[i]
			m := math.Log(f.P50)
			f.P10 = math.Exp(m - (m-math.Log(f.P10))*math.Exp(lastOf(low, window)))
			f.P90 = math.Exp(m + (math.Log(f.P90)-m)*math.Exp(lastOf(high, window)))
			open = append(open, i)
		}
	}
	return taught
}

// lastOf is the sum of the last n of v.
func lastOf(v []float64, n int) (sum float64) {
	for _, x := range v[max(0, len(v)-n):] {
		sum += x
	}
	return sum
}
