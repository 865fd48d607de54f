package credit

import (
	"slices"
	"testing"
	"time"
)

func TestCurvePoints(t *testing.T) {
	c := dayTrail().Curve()
	for _, u := range []struct {
		bounds []float64
		want   []float64 // in seconds of the tests' time
	}{
		{[]float64{0, 1}, []float64{-1201, -1200, 0, 60, 719, 720}},
		{[]float64{3, 4}, []float64{-1201, -1200, 120, 180, 240, 600, 719, 720}},
		{[]float64{2, 10}, []float64{-1201, -1200, 120, 600, 719, 720}},
	} {
		var bounds []time.Time
		for _, m := range u.bounds {
			bounds = append(bounds, at(m))
		}
		var got []float64
		for _, p := range c.Points(bounds) {
			got = append(got, float64(p-epoch.Unix()))
		}
		if !slices.Equal(got, u.want) {
			t.Errorf("Points(%v) = %v, want %v", u.bounds, got, u.want)
		}
	}
}

// stepsOf returns a curve of usage by minute.
func stepsOf(usage map[float64]float64) func(int64) (float64, bool) {
	return func(second int64) (usd float64, ok bool) {
		last := -1e9
		for m, u := range usage {
			if m > last && at(m).Unix() <= second {
				last, usd, ok = m, u, true
			}
		}
		return usd, ok
	}
}

func TestCurveWhereSegmentsAndGapsMeet(t *testing.T) {
	usage := stepsOf(map[float64]float64{0: 10, 10: 500, 20: 400})
	gaps := []Gap{{Span: span(0, 10)}, {Span: span(10, 20)}}
	for _, c := range []struct {
		name     string
		segments []Segment
		from, to float64
		want     float64
	}{
		{"even within a gap", nil, 2, 4, 98},
		{"at its end", nil, 9, 10, 49},
		{"one that begins at its end holds it", []Segment{{At: at(10)}}, 0, 9, 0},
		{"and is no spend", []Segment{{At: at(10)}}, 0, 10, 0},
		{"nor around", []Segment{{At: at(10)}}, -1, 15, 0},
		{"usage that falls in a gap is no spend", nil, 10, 20, 0},
		{"nor in a part of it", nil, 12, 15, 0},
		{"before the first reading there is none", nil, -9, 0, 0},
		{"from before it too", nil, -9, 5, 0},
		{"a segment at the start of the span is over", []Segment{{At: at(10)}}, 10, 10.5, 0},
		{"one after the end is not met", []Segment{{At: at(11)}}, 2, 4, 98},
	} {
		curve := Curve{Gaps: gaps, Segments: c.segments, Usage: usage}
		if got := curve.Spend(at(c.from), at(c.to)); !near(got, c.want) {
			t.Errorf("%s: Spend(%v, %v) = %v, want %v", c.name, c.from, c.to, got, c.want)
		}
	}
	if _, ok := (&Curve{Gaps: gaps, Usage: usage}).At(at(-1)); ok {
		t.Error("At() before the first reading is known")
	}
	// What is spent between the last reading and the next segment's second.
	curve := Curve{Segments: []Segment{{At: at(2)}, {At: at(3)}}, Usage: stepsOf(map[float64]float64{0: 1, 1: 4, 2: 100, 2.5: 107, 3: 0, 4: 2})}
	if got := curve.Spend(at(0), at(4)); !near(got, 3+7+2) {
		t.Errorf("Spend() across two segments = %v, want 12", got)
	}
}

func TestCurveObserved(t *testing.T) {
	c := Curve{Gaps: []Gap{{Span: span(2, 4)}, {Span: span(6, 7)}}}
	for _, u := range []struct{ from, to, want float64 }{
		{0, 2, 1}, {0, 4, 0.5}, {2, 4, 0}, {3, 5, 0.5}, {0, 10, 0.7}, {-10, 10, 0.35}, {8, 12, 0.5}, {10, 12, 0}, {3, 3.5, 0},
	} {
		if got := c.Observed(span(u.from, u.to), span(0, 10)); !near(got, u.want) {
			t.Errorf("Observed(%v to %v) = %v, want %v", u.from, u.to, got, u.want)
		}
	}
	if got := (&Curve{Gaps: []Gap{{Span: span(0, 9)}}}).Observed(span(0, 10), span(5, 6)); got != 0 {
		t.Errorf("Observed() of what is covered for less than its gaps = %v, want 0", got)
	}
}

func TestShared(t *testing.T) {
	for _, c := range []struct{ from, to, want float64 }{{-5, 0, 0}, {-5, 3, 3}, {2, 4, 2}, {8, 12, 2}, {-1, 11, 10}, {10, 12, 0}, {0, 10, 10}} {
		if got := span(c.from, c.to).Shared(span(0, 10)); got != time.Duration(c.want)*time.Minute {
			t.Errorf("Shared(%v to %v) = %v, want %v min", c.from, c.to, got, c.want)
		}
	}
}

func TestSum(t *testing.T) {
	a, b := 2.0, 3.0
	if got := Sum(&a, &b); got == nil || *got != 5 {
		t.Errorf("Sum() = %v, want 5", got)
	}
	if Sum(&a, nil) != nil || Sum(nil, &b) != nil {
		t.Error("Sum() of what is not known is known")
	}
}
