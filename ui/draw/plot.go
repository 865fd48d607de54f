package draw

import (
	"math"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// plot is a canvas with a scale at its left and times at its foot.
type plot struct {
	canvas
	scale
	axis TimeAxis
}

// newPlot lays out a plot of w by h cells; ok is false where that is too small.
func newPlot(axis TimeAxis, highest, least float64, w, h int) (pl plot, ok bool) {
	rows := h - 1
	axis.Cols = w - AxisWidth
	if axis.Cols < 2 || rows < 2 {
		return plot{}, false
	}
	pl = plot{newCanvas(w, h), newScale(highest, least, rows), axis}
	for row := range rows {
		label := pl.label(row)
		if label == "" {
			continue
		}
		pl.put(labelWidth-len(label), rows-1-row, label, Label)
		for x := range axis.Cols {
			*pl.cell(x, row) = cell{sign: '▁', front: inkGrid}
		}
	}
	return pl, true
}

// cell is the one of a column in a row from the foot.
//
//go:noinline
func (pl plot) cell(x, row int) *cell { return pl.at(AxisWidth+x, pl.rows-1-row) }

// blank takes the grid out of a column: nothing is known there.
//
//go:noinline
func (pl plot) blank(x int) {
	for row := range pl.rows {
		*pl.cell(x, row) = cell{sign: ' '}
	}
}

// column fills a column from its foot, in the ink of each row.
func (pl plot) column(x int, v float64, inkOf func(row int) Ink) {
	n := pl.height(v)
	for row := range pl.rows {
		if k := min(8, n-8*row); k > 0 {
			*pl.cell(x, row) = cell{sign: eighths[k], front: inkOf(row)}
		}
	}
}

// line draws values, two a column, as a line of dots: over all, or where no
// column ends.
func (pl plot) line(p Pen, values []float64, over bool) {
	for i, dots := range trace(values, pl.scale, over) {
		if dots == 0 {
			continue
		}
		x, row := i%pl.axis.Cols, i/pl.axis.Cols
		c := pl.cell(x, row)
		switch {
		case c.sign == '█' && (p.ASCII || p.ink.front[c.front] == ""): // it would be a hole in the column
		case p.ASCII:
			*c = cell{sign: '·'}
		case c.sign == ' ' || c.front == inkGrid:
			*c = cell{sign: 0x2800 + rune(dots)}
		case c.sign == '█' || over && (c.back != Text || c.filled() >= surface): // it lies on a surface
			*c = cell{sign: 0x2800 + rune(dots), back: c.front}
		case over:
			*c = cell{sign: 0x2800 + rune(dots)}
		}
	}
}

// surface is how many eighths of a cell a line takes for all of it: a cell has no
// room for a line and an edge.
const surface = 3

// filled is how many eighths of a cell are of its ink.
func (c *cell) filled() int {
	n := int(c.sign - eighths[1] + 1)
	switch {
	case n < 1 || n > 8:
		return 0
	case c.reversed:
		return 8 - n
	}
	return n
}

// ghost draws values, two a column, as a faint line of single dots beneath the others.
func (pl plot) ghost(p Pen, values []float64) {
	for i := 1; i < len(values); i += 2 {
		values[i-1] = values[i]
	}
	for i, dots := range trace(values, pl.scale, true) {
		c := pl.cell(i%pl.axis.Cols, i/pl.axis.Cols)
		dots &= brailleDots[0][0] | brailleDots[0][1] | brailleDots[0][2] | brailleDots[0][3]
		switch {
		case dots == 0 || c.sign > 0x2800 && c.sign <= 0x28ff:
		case p.ASCII:
			*c = cell{sign: '-'}
		case c.sign == '█' && p.ink.front[c.front] != "":
			*c = cell{sign: 0x2800 + rune(dots), back: c.front}
		case c.sign == ' ' || c.front == inkGrid:
			*c = cell{sign: 0x2800 + rune(dots), front: Label}
		}
	}
}

// GhostLine is how a line without what is planned is drawn.
func GhostLine(p Pen) string {
	if p.ASCII {
		return "--"
	}
	return "⠂⠂"
}

// brailleDots are the bits of a cell's eight dots: of its columns, from the foot.
var brailleDots = [2][4]byte{{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}}

// traceAtOnce is how many values asciigraph draws at once: each cell of its canvas
// costs, and a short line crosses few rows.
const traceAtOnce = 16

// trace is a line through values, two a column, as the dots of each cell: rows
// from the foot, and of each its columns. asciigraph draws it at two by four of
// the cells; it panics on infinite series and draws one row more than its height,
// so each point is brought to a row of its own here. Where they are not joined,
// steps have no risers.
func trace(values []float64, s scale, joined bool) []byte {
	cols, last := len(values)/2, float64(4*s.rows-1)
	out := make([]byte, cols*s.rows)
	points := make([]float64, 0, len(values)+1)
	for _, v := range values {
		if !(v <= s.top*1e6 && v >= -s.top*1e6) { // NaN too
			points = append(points, nan)
			continue
		}
		points = append(points, float64(int(min(last, max(0, v/s.top*float64(4*s.rows)-0.5))+0.5)))
	}
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
