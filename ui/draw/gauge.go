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
	n := int(math.Round(min(1, max(0, left)) * float64(w)))
	if left > 0 && n == 0 {
		n = 1
	}
	if left < 1 && n == w && w > 1 {
		n = w - 1
	}
	return p.Of(l).UnsetBold().Render(strings.Repeat("█", n)) + p.Dim(strings.Repeat("░", w-n))
}

// Bar draws a share as a bar of up to w cells. It is lower than its
// row, so that bars below each other stay apart.
func Bar(share float64, w int) string {
	if math.IsNaN(share) {
		return ""
	}
	n := int(math.Round(min(1, max(0, share)) * float64(max(0, w))))
	if share >= 0.005 && n == 0 {
		n = min(1, w)
	}
	return strings.Repeat("▇", max(0, n))
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
			b.WriteRune([]rune("▁▂▃▄▅▆▇█")[int(min(7, max(0, math.Round(v/top*7))))])
		}
	}
	return b.String()
}
