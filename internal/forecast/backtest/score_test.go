package backtest

import (
	"math"
	"testing"
)

func TestGrade(t *testing.T) {
	e := math.E
	for _, c := range []struct {
		name     string
		outcomes []Outcome
		want     Score
	}{
		{"nothing", nil, Score{}},
		{"as said", []Outcome{{10, 20, 40, 20, 1000}}, Score{N: 1, Pin3: (.1*math.Log(2) + .1*math.Log(2)) / 3, Coverage: 1, Factor: 1}},
		{"later than P90", []Outcome{{1, 1, 1, e, 1000}}, Score{N: 1, Pin3: .5, P50: .5, Factor: e}},
		{"sooner than P10", []Outcome{{e, e, e, 1, 1000}}, Score{N: 1, Pin3: .5, P50: .5, Factor: e}},
		{"not seen to end, as said", []Outcome{{10, 2000, 4000, 3000, 1000}}, Score{N: 1, Pin3: .1 * math.Log(100) / 3, Coverage: 1, Factor: 1}},
		{"not seen to end, said to", []Outcome{{10, 20, 1000 / e, 3000, 1000}}, Score{N: 1, Pin3: (.1*math.Log(100) + .5*math.Log(50) + .9) / 3, P50: .5 * math.Log(50), Factor: 50}},
	} {
		got := Grade(c.outcomes)
		if got.N != c.want.N || math.Abs(got.Pin3-c.want.Pin3)+math.Abs(got.P50-c.want.P50)+math.Abs(got.Factor-c.want.Factor)+math.Abs(got.Coverage-c.want.Coverage) > 1e-9 {
			t.Errorf("%s: Grade = %+v, want %+v", c.name, got, c.want)
		}
	}
}
