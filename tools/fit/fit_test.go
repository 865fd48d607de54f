package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"ortop/internal/forecast"
	"ortop/internal/forecast/backtest"
)

// invented are examples of a known truth: ln(true / plain) is normal around
// twice the first input where that is known.
func invented(n int, censor bool) []example {
	r := rand.New(rand.NewPCG(1, 1))
	trace := &backtest.Trace{Name: "t"}
	var out []example
	for range n {
		e := example{trace: trace, group: "t", kind: task, cell: "t", capS: math.Inf(1)}
		e.input.Plain = math.Log(900) + r.Float64()*7
		e.input.Long = e.input.Plain
		e.input.X[0] = r.NormFloat64()
		e.trueS = math.Exp(e.input.Plain + 2*e.input.X[0] + .5*r.NormFloat64())
		if censor {
			e.capS = math.Exp(e.input.Plain + 2*e.input.X[0] + .2 + .3*r.Float64())
		}
		out = append(out, e)
	}
	return out
}

func TestFitFindsTheQuantiles(t *testing.T) {
	for _, c := range []struct {
		name   string
		censor bool
		levels int // that the censored leave
	}{{"all seen", false, 3}, {"long ones censored", true, 2}} {
		co, err := today.fit(invented(20_000, c.censor))
		if err != nil {
			t.Fatal(err)
		}
		for i, z := range []float64{-1.2816, 0, 1.2816}[:c.levels] {
			for k := range forecast.Knots {
				constant := co.Weights[i][0][0]
				if k > 0 {
					constant += co.Weights[i][0][k]
				}
				if weight := co.Weights[i][1][k]; math.Abs(constant-.5*z) > .15 || math.Abs(weight-2) > .15 {
					t.Errorf("%s: at level %v, knot %d: constant, weight = %.2f, %.2f, want %.2f, 2", c.name, levels[i], k, constant, weight, .5*z)
				}
			}
		}
	}
}

func TestLongCountsTheCensored(t *testing.T) {
	e := func(log float64, censored bool) example {
		x := example{kind: task, trueS: math.Exp(5 + log), capS: math.Inf(1)}
		x.input.Long = 5
		if censored {
			x.capS = x.trueS
		}
		return x
	}
	examples := []example{e(-1, false), e(.5, true), e(0, false), e(2, false)}
	got := long([]float64{1000, 2000}, examples, []float64{1, 1, 1, 1})
	want := [3]float64{-1, 0, 2}
	if got[0] != want || got[1] != [3]float64{} || got[2] != [3]float64{} {
		t.Errorf("long = %v, want %v and zeros", got, want)
	}
}

func TestWeightsAreEqualByCell(t *testing.T) {
	examples := []example{
		{kind: task, cell: "a"}, {kind: task, cell: "a"}, {kind: task, cell: "a"}, {kind: task, cell: "b"},
		{kind: gappy, cell: "c"}, {kind: gappy, cell: "d"},
	}
	w := weights(examples)
	sum := 0.0
	for _, v := range w {
		sum += v
	}
	if math.Abs(sum-4) > 1e-9 {
		t.Errorf("the weights sum to %v, want the number of tasks, 4", sum)
	}
	if a, b := w[0]+w[1]+w[2], w[3]; math.Abs(a-b) > 1e-9 {
		t.Errorf("cells weigh %v and %v, want as much", a, b)
	}
	if share := (w[4] + w[5]) / (sum - w[4] - w[5]); math.Abs(share-kindShare[gappy]) > 1e-9 {
		t.Errorf("examples with gaps weigh %v of the tasks, want %v", share, kindShare[gappy])
	}
}
