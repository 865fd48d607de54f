package draw

import (
	"math"
	"strconv"
	"strings"

	"github.com/guptarohit/asciigraph"
)

// Left of every chart are a label of labelWidth, a space and the axis.
const (
	labelWidth = 5
	AxisWidth  = labelWidth + 2
)

// Chart is a drawn plot: rows of single-cell runes, the axis included.
type Chart [][]rune

// Line is a series of a chart: a value a column, NaN where there is none.
type Line struct {
	Values []float64
	Dotted bool
}

// NewChart draws series of equally many points, one a column, over a scale of
// round labels from 0 to highest, or to least where that is more. It is nil
// where there is nothing to draw: asciigraph panics on empty and infinite
// series and draws one row more than its height, so each point is brought to a
// row of its own here, and the scale is pinned.
func NewChart(series []Line, highest, least float64, rows int) Chart {
	s := newScale(highest, least, rows)
	if rows < 2 || !(s.top > 0) || math.IsInf(s.top, 0) {
		return nil
	}
	last := float64(rows - 1)
	drawn := 0
	scaled, chars := make([][]float64, len(series)), make([]asciigraph.CharSet, len(series))
	for i, l := range series {
		values := l.Values
		if len(values) == 0 || len(values) != len(series[0].Values) {
			return nil
		}
		// The line of a column runs on to the next one; the last stays level.
		points := make([]float64, 0, len(values)+1)
		for _, v := range append(values[:len(values):len(values)], values[len(values)-1]) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				v = math.NaN()
			} else {
				v = math.Round(min(1, max(0, v/s.top)) * last)
				drawn++
			}
			points = append(points, v)
		}
		scaled[i], chars[i] = points, asciigraph.DefaultCharSet
		if l.Dotted {
			chars[i] = asciigraph.CreateCharSet("·")
			chars[i].StartCap = " " // which stands in the column before the first
		}
	}
	if drawn == 0 {
		return nil
	}
	text := asciigraph.PlotMany(scaled,
		asciigraph.Height(rows-1), asciigraph.LowerBound(0), asciigraph.UpperBound(last),
		asciigraph.SeriesChars(chars...),
		asciigraph.YAxisValueFormatter(func(v float64) string {
			return FlushRight(s.label(int(math.Round(v))), labelWidth)
		}))
	lines := strings.Split(text, "\n")
	c := make(Chart, rows)
	for y := range c {
		c[y] = []rune(Blank(AxisWidth + len(series[0].Values)))
		if y < len(lines) {
			copy(c[y], []rune(lines[y])[1:]) // asciigraph begins with a space
		}
		if c[y][AxisWidth-1] == '┤' && s.label(rows-1-y) == "" {
			c[y][AxisWidth-1] = '│'
		}
	}
	return c
}

// Column draws a mark down a column wherever nothing else is.
func (c Chart) Column(x int, mark rune) {
	for _, row := range c {
		if x >= 0 && AxisWidth+x < len(row) && row[AxisWidth+x] == ' ' {
			row[AxisWidth+x] = mark
		}
	}
}

// put writes words into the top row from a column on and reports whether there
// was room.
func (c Chart) put(x int, words string) bool {
	row := c[0]
	end := AxisWidth + x + len([]rune(words))
	if x < 0 || end > len(row) || strings.TrimSpace(string(row[AxisWidth+x:end])) != "" {
		return false
	}
	copy(row[AxisWidth+x:], []rune(words))
	return true
}

// Lines paints the axis dim and the curve as a meaning; faint are runes that
// are dim within the curve.
func (c Chart) Lines(p Pen, curve func(string) string, faint string) []string {
	out := make([]string, len(c))
	for y, row := range c {
		var b strings.Builder
		b.WriteString(p.Dim(string(row[:AxisWidth])))
		for i := AxisWidth; i < len(row); {
			kind := kindOf(row[i], faint)
			j := i
			for j < len(row) && kindOf(row[j], faint) == kind {
				j++
			}
			switch run := string(row[i:j]); kind {
			case ' ':
				b.WriteString(run)
			case 'f':
				b.WriteString(p.Dim(run))
			default:
				b.WriteString(curve(run))
			}
			i = j
		}
		out[y] = b.String()
	}
	return out
}

func kindOf(r rune, faint string) rune {
	switch {
	case r == ' ':
		return ' '
	case strings.ContainsRune(faint, r):
		return 'f'
	}
	return 'c'
}

// scale is a vertical axis from 0 to top with a label on every so many rows.
type scale struct {
	top, step float64 // step is the value from one label to the next
	every     int     // rows from one label to the next
}

// newScale returns the tightest axis of round labels that holds highest on so
// many rows. The least top keeps noise from looking like a mountain.
func newScale(highest, least float64, rows int) scale {
	if math.IsNaN(highest) || math.IsInf(highest, 0) {
		highest = 0
	}
	if highest <= 0 {
		highest = 1 // a flat line needs no fine labels
	}
	highest = min(max(highest, least), 1e12)
	best := scale{}
	for every := 1; every < max(rows, 2) && (every <= 4 || best.every == 0); every++ {
		if every == 1 && rows > 6 {
			continue // a label on each row is too much to read
		}
		step := roundUp(highest * float64(every) / float64(max(1, rows-1)))
		s := scale{top: step * float64(rows-1) / float64(every), step: step, every: every}
		highestLabel := s.label((rows - 1) / every * every)
		if len(highestLabel) <= labelWidth && (best.every == 0 || s.top < best.top*0.98) {
			best = s
		}
	}
	return best
}

// roundUp is the next of 1, 2, 2.5 and 5 times a power of ten.
func roundUp(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 2, 2.5, 5, 10} {
		if v <= f*unit*(1+1e-9) {
			return f * unit
		}
	}
	return 10 * unit
}

// label is what stands at a row, counted from the foot; empty between labels.
func (s scale) label(row int) string {
	if s.every == 0 || row%s.every != 0 {
		return ""
	}
	v := s.step * float64(row/s.every)
	unit, suffix := 1.0, ""
	switch {
	case s.top >= 1e9:
		unit, suffix = 1e9, "G"
	case s.top >= 1e6:
		unit, suffix = 1e6, "M"
	case s.top >= 1e4:
		unit, suffix = 1e3, "k"
	}
	decimals := 0
	for step := s.step / unit; decimals < 3 && math.Abs(step-math.Round(step)) > 1e-6; decimals++ {
		step *= 10
	}
	return strconv.FormatFloat(v/unit, 'f', decimals, 64) + suffix
}
