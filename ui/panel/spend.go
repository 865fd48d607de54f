package panel

import (
	"math"
	"sort"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/ui/draw"
)

// SpendPlot is what the spend panel draws.
type SpendPlot struct {
	Plot   history.Plot
	Loaded bool
	Err    error
	Span   int       // into spans: what the plot shows
	Chosen int       // into spans: what was requested
	Cursor time.Time // zero: none
	Row    bool      // of a row of the breakdown: its data come over the network
	All    bool      // of all rows of the table above
}

// rates are the buckets as USD per hour, or as the USD of each day; NaN where
// nothing was read and nothing filled in. The hour still under way counts up to
// now, and not at all before a fifth of it has passed: a cent in the first second
// is no rate. A day is what was spent on it, today too.
func (d SpendPlot) rates(now time.Time) []float64 {
	out := make([]float64, len(d.Plot.Buckets))
	for i, b := range d.Plot.Buckets {
		out[i] = math.NaN()
		whole := b.To.Sub(b.From)
		passed := min(whole, now.Sub(b.From))
		switch {
		case !b.Known || b.Observed < 0.01 && !d.filled(b.Span) || whole <= 0:
		case d.perDay():
			out[i] = max(0, b.SpendUSD)
		case passed*5 >= whole:
			out[i] = max(0, b.SpendUSD) / passed.Hours()
		}
	}
	return out
}

// perDay reports whether the buckets are days.
func (d SpendPlot) perDay() bool {
	b := d.Plot.Buckets
	if len(b) == 0 {
		return Spans[d.Span].bucket >= day
	}
	return b[0].To.Sub(b[0].From) >= day
}

// filled reports whether the middle of a span lies in time that was filled in.
func (d SpendPlot) filled(b credit.Span) bool {
	spans, middle := d.Plot.Backfilled, b.From.Add(b.To.Sub(b.From)/2)
	i := sort.Search(len(spans), func(i int) bool { return spans[i].To.After(middle) })
	return i < len(spans) && !spans[i].From.After(middle)
}

// axis is the plot's span of time over so many columns.
func (d SpendPlot) axis(now time.Time, cols int) draw.TimeAxis {
	b := d.Plot.Buckets
	if len(b) == 0 {
		return draw.TimeAxis{Loc: now.Location()}
	}
	return draw.TimeAxis{From: b[0].From, To: b[len(b)-1].To, Cols: cols, Loc: now.Location()}
}

func (d SpendPlot) unit() string {
	if d.perDay() {
		return "$/day"
	}
	return "$/h"
}

// SpendColumns is how many columns a spend panel of w cells plots.
func SpendColumns(w int) int { return max(0, w-4-draw.AxisWidth) }

// SpanMenuRoom is what the title and the corners of the spend panel take.
const SpanMenuRoom = 24

// Render draws the spend panel: w by h cells, border included.
func (d SpendPlot) Render(p draw.Pen, w, h int) []string {
	menu, _ := SpanMenu(p, d.Chosen, w-SpanMenuRoom)
	title := "spend, " + d.unit()
	if d.All {
		title = "all " + title
	}
	return draw.Panel(p, p.Title(title), menu, spendLinesOf(p, d, w-4, h-2), w, h)
}

func spendLinesOf(p draw.Pen, d SpendPlot, w, h int) []string {
	values := d.rates(p.Now)
	highest, known := 0.0, 0
	for _, v := range values {
		if !math.IsNaN(v) {
			highest, known = max(highest, v), known+1
		}
	}
	switch {
	case d.Err != nil && d.Row:
		return []string{draw.CutWords("unknown: "+draw.Clean(fault.Message(d.Err)), w)}
	case d.Err != nil:
		return []string{"history cannot be read: " + draw.Clean(d.Err.Error())}
	case !d.Loaded && d.Row:
		return []string{p.Dim("loading")}
	case !d.Loaded:
		return []string{p.Dim("reading history…")}
	case known < 2:
		return []string{p.Dim(d.whyEmpty(w))}
	case h < 5:
		return []string{draw.Spark(values, w)}
	}
	rows := h - 2
	words := ""
	axis := d.axis(p.Now, SpendColumns(w+4))
	if h >= 7 {
		rows--
		words = d.words(p, axis, values)
	}
	c := draw.NewChart([]draw.Line{{Values: draw.Columns(values, axis.Cols)}}, highest, 0.005, rows)
	if c == nil {
		return nil
	}
	marks := map[int]rune{}
	for _, t := range d.Plot.TopUps {
		marks[axis.Column(t.At)] = topUpSign(t.AmountUSD)
	}
	for _, s := range d.Plot.Segments {
		if s.Reason != "" {
			marks[axis.Column(s.At)] = '◆'
		}
	}
	if i := d.CursorBucket(); i >= 0 {
		x := draw.ColumnOf(i, len(values), axis.Cols)
		c.Column(x, '┊')
		marks[x] = '┼'
	}
	lines := append(c.Lines(p, func(s string) string { return p.Accent(s) }, "┊"), axis.Lines(p, marks)...)
	if h >= 7 {
		lines = append(lines, draw.Blank(draw.AxisWidth)+words)
	}
	return lines
}

// CursorBucket is the bucket that the cursor is in, -1 for none.
func (d SpendPlot) CursorBucket() int {
	if d.Cursor.IsZero() {
		return -1
	}
	for i, b := range d.Plot.Buckets {
		if !d.Cursor.Before(b.From) && d.Cursor.Before(b.To) {
			return i
		}
	}
	return -1
}

// BucketAt is the bucket that is drawn in a column of a panel w cells wide, -1
// for none.
func (d SpendPlot) BucketAt(column, w int, now time.Time) int {
	values, cols := d.rates(now), SpendColumns(w)
	if column < 0 || column >= cols || len(values) == 0 {
		return -1
	}
	return draw.HighestIn(values, column, cols)
}
