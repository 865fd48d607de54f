package draw

import (
	"math"
	"strings"
)

// Gauge draws a fuel gauge of w cells: the filled part is what is left.
// Anything left shows, and anything used shows.
func Gauge(p Pen, left float64, l Level, w int) string {
	if w <= 0 {
		return ""
	}
	n := int(math.Round(min(1, max(0, left)) * float64(8*w)))
	if left > 0 && n == 0 {
		n = 1
	}
	if left < 1 && n == 8*w {
		n--
	}
	empty := '░'
	if p.shades() {
		empty = '█'
	}
	c := newCanvas(w, 1)
	for x := range w {
		k := min(8, max(0, n-8*x))
		switch {
		case k == 0:
			c.cells[x] = cell{sign: empty, front: inkGrid}
		case k < 8 && p.shades():
			c.cells[x] = cell{sign: thin[k], front: Status(l), back: inkGrid}
		case k < 8 && !p.shades() && k < 4 && n > 8:
			c.cells[x] = cell{sign: empty, front: inkGrid}
		default:
			c.cells[x] = cell{sign: '█', front: Status(l)}
		}
	}
	if !p.shades() && left < 1 && w > 1 && c.cells[w-1].front != inkGrid {
		c.cells[w-1] = cell{sign: empty, front: inkGrid}
	}
	return c.lines(p)[0]
}

// Bar draws a share as a bar of up to w cells, in eighths of a cell, in an ink.
func Bar(p Pen, share float64, k Ink, w int) string {
	if math.IsNaN(share) || w <= 0 {
		return ""
	}
	n := int(math.Round(min(1, max(0, share)) * float64(8*w)))
	if share > 0 && n == 0 {
		n = 1
	}
	s := strings.Repeat("█", n/8)
	if n%8 > 0 {
		s += string(thin[n%8])
	}
	return p.Paint(k, s)
}

// Spark draws values as one row of w cells, 0 at the foot; NaN is
// blank.
func Spark(values []float64, w int) string {
	if len(values) == 0 || w <= 0 {
		return ""
	}
	top := 0.0
	cells := Columns(values, w)
	for _, v := range cells {
		if v > top {
			top = v
		}
	}
	var b strings.Builder
	for _, v := range cells {
		switch {
		case math.IsNaN(v):
			b.WriteByte(' ')
		case top == 0:
			b.WriteRune('▁')
		default:
			b.WriteRune(eighths[1+int(min(7, max(0, math.Round(v/top*7))))])
		}
	}
	return b.String()
}

// Trend draws values as columns in one row of w cells, coloured by their height
// below a top that rows share; NaN is blank, and what is not 0 shows.
func Trend(p Pen, values []float64, top float64, w int) string {
	c := newCanvas(max(0, w), 1)
	if len(values) == 0 || w <= 0 {
		return Blank(max(0, w))
	}
	for x, v := range Columns(values, w) {
		switch {
		case math.IsNaN(v):
		case v <= 0 || top <= 0:
			c.cells[x] = cell{sign: '▁', front: inkGrid}
		default:
			part := min(1, v/top)
			c.cells[x] = cell{sign: eighths[max(1, int(math.Round(8*part)))], front: Heat(part)}
		}
	}
	return c.lines(p)[0]
}

// Shades are surfaces of w cells each, side by side, whose ink, or whose sign where there
// are few colours, says how much there is, 0 to 1; NaN is blank.
func Shades(p Pen, much []float64, w int) string {
	c := newCanvas(w*len(much), 1)
	for i := range c.cells {
		v := much[i/w]
		if v != v {
			continue
		}
		k := cell{sign: '▇', front: inkGrid}
		if v > 0 {
			k.front = Heat(v)
		}
		switch {
		case p.shades():
		case v <= 0:
			k.sign = '·'
		default:
			k.sign = []rune("░▒▓█")[min(3, int(v*4))]
		}
		c.cells[i] = k
	}
	return c.lines(p)[0]
}

// Heights draws values as columns in w by h cells without axes, coloured by their
// height; NaN is blank.
func Heights(p Pen, values []float64, w, h int) []string {
	c := newCanvas(w, h)
	cells := Columns(values, w)
	top := 0.0
	for _, v := range cells {
		if v > top {
			top = v
		}
	}
	s := scale{top: max(top, leastBars), rows: h}
	for x, v := range cells {
		if math.IsNaN(v) {
			continue
		}
		n := s.height(v)
		if n == 0 {
			*c.at(x, h-1) = cell{sign: '▁', front: inkGrid}
		}
		for row := range h {
			if k := min(8, n-8*row); k > 0 {
				*c.at(x, h-1-row) = cell{sign: eighths[k], front: Heat((float64(row) + 0.5) / float64(h))}
			}
		}
	}
	return c.lines(p)
}

// Strip draws the range of a forecast on a line of time of w cells, from now to
// span seconds on: its band, its core and the likeliest moment.
func Strip(p Pen, ends [5]float64, l Level, span float64, w int) string {
	c := newCanvas(w, 1)
	at := func(s float64) int { return StripAt(s, span, w) }
	fill := func(from, to float64, sign, poor rune, k Ink) {
		if !p.shades() {
			sign = poor
		}
		for x := at(from); x <= at(to); x++ {
			c.cells[x] = cell{sign: sign, front: k}
		}
	}
	for x := range c.cells {
		c.cells[x] = cell{sign: '─', front: inkChrome}
	}
	fill(ends[0], ends[4], '▆', '░', inkBand)
	if !math.IsNaN(ends[2]) {
		fill(ends[1], ends[3], '▆', '▒', inkCore)
		c.cells[at(ends[2])] = cell{sign: '▆', front: Status(l)}
	}
	return c.lines(p)[0]
}

// StripDates names points of a Strip of w cells beneath it, and beneath the first
// cells before it. A name that has no room whole is left out.
func StripDates(p Pen, ticks []Tick, before, w int) string {
	pl := plot{canvas: newCanvas(w+AxisWidth, 1), axis: TimeAxis{Cols: w}}
	placed, rest := arrange(ticks, -before, w)
	for _, t := range rest {
		t.Label = ""
		placed = append(placed, t)
	}
	pl.times(placed)
	pl.canvas.cells, pl.canvas.w = pl.canvas.cells[AxisWidth-before:], w+before
	return pl.lines(p)[0]
}

// StripAt is the column of a moment on a Strip.
//
//go:noinline
func StripAt(seconds, span float64, w int) int {
	return min(w-1, max(0, int(math.Round(seconds/span*float64(w-1)))))
}
