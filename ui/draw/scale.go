package draw

import (
	"math"
	"strconv"
	"strings"
)

// Left of every plot are labels of at most labelWidth cells and a space.
const (
	labelWidth = 4
	AxisWidth  = labelWidth + 1
)

// scale is a vertical axis from 0 at the foot to top, with a label on every so
// many rows.
type scale struct {
	top, step   float64 // step is the value from one label to the next
	rows, every int     // every is the rows from one label to the next
}

// newScale returns the tightest axis of round labels that holds highest on so
// many rows, with a label above the foot wherever one has room. The least top keeps
// noise from looking like a mountain.
func newScale(highest, least float64, rows int) scale {
	if math.IsNaN(highest) || math.IsInf(highest, 0) {
		highest = 0
	}
	if highest <= 0 {
		highest = 1 // a flat line needs no fine labels
	}
	highest = min(max(highest, least), 1e12)
	best := scale{rows: rows}
	for every := 1; every <= max(rows, 1) && (every <= max(4, rows/5) && every < rows || best.every == 0); every++ {
		if every == 1 && rows > 4 || every == 2 && rows > 12 || rows > 8*every {
			continue // so many labels are too much to read
		}
		step := roundUp(highest * float64(every) / float64(max(1, rows)))
		s := scale{top: step * float64(rows) / float64(every), step: step, rows: rows, every: every}
		if Width(s.label((rows-1)/every*every)) <= labelWidth && (best.every == 0 || s.top < best.top*0.98) {
			best = s
		}
	}
	return best
}

// roundUp is the next of 1, 2, 2.5, 3, 4 and 5 times a power of ten.
func roundUp(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 2, 2.5, 3, 4, 5, 10} {
		if v <= f*unit*(1+1e-9) {
			return f * unit
		}
	}
	return 10 * unit
}

// label is what stands at a row, counted from the foot: the value at the lower
// edge of the row. It is empty between labels.
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
	case s.top >= 5e3:
		unit, suffix = 1e3, "k"
	}
	if v == 0 {
		return "0"
	}
	decimals := 0
	for step := s.step / unit; decimals < 3 && math.Abs(step-math.Round(step)) > 1e-6; decimals++ {
		step *= 10
	}
	words := strconv.FormatFloat(v/unit, 'f', decimals, 64) + suffix
	if len(words) > labelWidth {
		words = strings.TrimPrefix(words, "0")
	}
	return words
}

// height is a value in eighths of a row: all of them at the top, and at least one
// of what is more than nothing.
func (s scale) height(v float64) int {
	n := int(math.Round(min(1, max(0, v/s.top)) * float64(8*s.rows)))
	if v > 0 && n == 0 {
		n = 1
	}
	return n
}
