package draw

import (
	"math"
	"strings"
	"sync"

	"github.com/guptarohit/asciigraph"
)

// traceAtOnce is how many values asciigraph draws at once: each cell of its canvas
// costs, and a short line crosses few rows.
const traceAtOnce = 16

// trace is a line through values, two a column, as the dots of each cell: rows
// from the foot, and of each its columns. asciigraph draws it at two by four of
// the cells; it panics on infinite series and draws one row more than its height,
// so each point is brought to a row of its own here. Where they are not joined,
// steps have no risers.
func trace(values []float64, s scale, joined bool) []byte {
	last := float64(4*s.rows - 1)
	points := make([]float64, 0, len(values)+1)
	for _, v := range values {
		if !(v <= s.top*1e6 && v >= -s.top*1e6) { // NaN too
			points = append(points, nan)
			continue
		}
		points = append(points, float64(int(min(last, max(0, v/s.top*float64(4*s.rows)-0.5))+0.5)))
	}
	return traces.of(points, len(values)/2, s.rows, joined)
}

// traces are the lines that were drawn last: most keys change none of them.
var traces lines

// lines are a few lines by what they are drawn from, the oldest of which makes place
// for the next. The zero lines are empty.
type lines struct {
	mu    sync.Mutex
	kept  [6]line
	next  int // the place of the next
	drawn int // how many were not kept
}

// line is one in so many rows, and its dots, which nobody changes.
type line struct {
	points     []float64
	cols, rows int
	joined     bool
	dots       []byte
}

func (l *lines) of(points []float64, cols, rows int, joined bool) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.kept {
		if k := &l.kept[i]; k.cols == cols && k.rows == rows && k.joined == joined && same(k.points, points) {
			return k.dots
		}
	}
	l.drawn++
	k := &l.kept[l.next]
	l.next = (l.next + 1) % len(l.kept)
	*k = line{points, cols, rows, joined, dotted(points, cols, rows, joined)}
	return k.dots
}

// same reports whether two lines lead through the same points.
func same(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i, v := range a {
		if v != b[i] && !(math.IsNaN(v) && math.IsNaN(b[i])) {
			return false
		}
	}
	return true
}

// dotted draws a line that leads through points.
func dotted(points []float64, cols, rows int, joined bool) []byte {
	out := make([]byte, cols*rows)
	if len(points) < 2 {
		return out
	}
	points = append(points, points[len(points)-1]) // the last one stays level
	for from := 0; from < 2*cols; from += traceAtOnce {
		traced(points[from:min(from+traceAtOnce, 2*cols)+1], func(x, up int, sign rune) {
			if joined || sign != '│' {
				x += from
				out[up/4*cols+x/2] |= brailleDots[x%2][up%4]
			}
		})
	}
	return out
}

// traced hands on the signs of a line through points, whole numbers or NaN: one
// column less than there are points, and rows from the foot.
func traced(points []float64, put func(x, up int, sign rune)) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range points {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	if low > high { // nothing is known
		return
	}
	low = max(0, min(low, high-1)) // of a level line asciigraph would take a height of its own
	high = max(high, low+1)
	drawn := asciigraph.Plot(points, asciigraph.Height(int(high-low)), asciigraph.LowerBound(low), asciigraph.UpperBound(high),
		asciigraph.YAxisValueFormatter(func(float64) string { return "" }))
	for y, line := range strings.Split(drawn, "\n") {
		signs := []rune(line)
		start := 0
		for start < len(signs) && signs[start] != '┤' && signs[start] != '┼' {
			start++
		}
		for x, sign := range signs[min(len(signs), start+1):] {
			if up := int(high) - y; up >= 0 && x < len(points)-1 && sign != ' ' {
				put(x, up, sign)
			}
		}
	}
}

// times writes ticks under their columns, as far as they find room: first come,
// first served.
func (pl plot) times(ticks []Tick) {
	foot := pl.h - 1
	for _, t := range ticks {
		if t.Mark == 0 {
			t.Mark = '╵'
		}
		if t.Col < 0 || t.Col >= pl.axis.Cols {
			continue
		}
		switch {
		case !t.Before && pl.tick(t, foot, false):
		case pl.tick(t, foot, true):
		case t.Mark != '╵' && pl.put(AxisWidth+t.Col, foot, string(t.Mark), t.Ink): // which needs no words
		default:
			continue
		}
		if t.Mark != '╵' {
			pl.at(AxisWidth+t.Col, foot).front = t.MarkInk
		}
	}
}

// tick writes a label right of its mark, or before it, where there is room.
func (pl plot) tick(t Tick, y int, before bool) bool {
	if before {
		return pl.put(AxisWidth+t.Col-len([]rune(t.Label)), y, t.Label+string(t.Mark), t.Ink)
	}
	return pl.put(AxisWidth+t.Col, y, string(t.Mark)+t.Label, t.Ink)
}

// notes write labels over the columns that their marks stand on, in the first so many,
// the newest first. One that has no room, or would lie over a mark that has no label
// of its own, is left out.
func (pl plot) notes(marks []Tick, values []float64, cols int) {
	labelled := make([]bool, len(marks))
	for range 2 { // what lies over another may have room once that has its label
		for i := len(marks) - 1; i >= 0; i-- {
			labelled[i] = labelled[i] || pl.note(i, marks, labelled, values, cols)
		}
	}
}

// note writes one label right of its mark, or else before it.
func (pl plot) note(i int, marks []Tick, labelled []bool, values []float64, cols int) bool {
	t := marks[i]
	for _, before := range [...]bool{false, true} {
		from, to := t.Col, t.Col+len([]rune(t.Label))
		if before {
			from, to = 2*from-to, from
		}
		if from < 0 || !before && to+1 >= cols {
			continue
		}
		over := false
		for j, o := range marks {
			over = over || !labelled[j] && o.Col != t.Col && o.Col >= from && o.Col <= to
		}
		row := pl.above(values[max(0, from-1):min(len(values), to+2)])
		// A line at now may reach a dot higher than what is left.
		if !over && (pl.tick(t, pl.rows-1-row, before) || pl.tick(t, pl.rows-2-row, before)) {
			return true
		}
	}
	return false
}

// above is the first row, from the foot, in which no column of the values is drawn.
func (pl plot) above(values []float64) int {
	n := 0
	for _, v := range values {
		if !math.IsNaN(v) {
			n = max(n, pl.height(v))
		}
	}
	return (n + 7) / 8
}
