package panel

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// SpendPlot is what the spend panel draws.
type SpendPlot struct {
	Plot   history.Plot
	Loaded bool
	Err    error
	Span   int          // into spans: what the plot shows
	Chosen int          // into spans: what was requested
	Cursor time.Time    // zero: none
	Row    bool         // of a row of the breakdown: its data come over the network
	All    bool         // of all rows of the table above
	Of     string       // whose it is; empty: the account's
	Note   string       // what else is known of them
	Pace   []string     // how fast money goes now, beside the title, in ever fewer words
	Unseen string       // what was spent when nobody saw it, likewise
	Until  time.Time    // the end of the plot; zero: now
	Usual  [24]*float64 // of each UTC hour of day, USD
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
		case !b.Known || b.Blurred || b.Observed < 0.01 && !d.filled(b.Span) || whole <= 0:
		case d.perDay():
			out[i] = max(0, b.SpendUSD) / max(1, whole.Hours()/24)
		case passed*5 >= whole:
			out[i] = max(0, b.SpendUSD) / passed.Hours()
		}
	}
	return out
}

// known is how many rates are.
func known(rates []float64) (n int) {
	for _, v := range rates {
		if !math.IsNaN(v) {
			n++
		}
	}
	return n
}

// spark is its rates in a row of w cells; empty: too few are known to be compared.
func (d *SpendPlot) spark(p draw.Pen, w int) string {
	values := d.rates(p.Now)
	if known(values) < 2 {
		return ""
	}
	return p.Paint(draw.Spend, draw.Spark(values, w))
}

// perDay reports whether the buckets are days.
func (d *SpendPlot) perDay() bool {
	b := d.Plot.Buckets
	if len(b) == 0 {
		return Spans[d.Span].bucket >= day
	}
	return b[0].To.Sub(b[0].From) >= day
}

// filled reports whether the middle of a span lies in time that was filled in.
func (d *SpendPlot) filled(b credit.Span) bool {
	spans, middle := d.Plot.Backfilled, b.From.Add(b.To.Sub(b.From)/2)
	i := sort.Search(len(spans), func(i int) bool { return spans[i].To.After(middle) })
	return i < len(spans) && !spans[i].From.After(middle)
}

// axis is the plot's span of time over so many columns.
func (d *SpendPlot) axis(now time.Time, cols int) draw.TimeAxis {
	b := d.Plot.Buckets
	if len(b) == 0 {
		return draw.TimeAxis{Loc: now.Location()}
	}
	return draw.TimeAxis{From: b[0].From, To: b[len(b)-1].To, Cols: cols, Loc: now.Location()}
}

func (d *SpendPlot) unit() string {
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
func (d *SpendPlot) Render(p draw.Pen, w, h int) []string {
	menu, _ := SpanMenu(p, d.Chosen, w-SpanMenuRoom)
	of := "spend"
	if d.Of != "" {
		of = draw.CutName(d.Of, max(8, w-draw.Width(menu)-16))
	} else if d.All {
		of = "all spend"
	}
	title := p.Title(of + ", " + d.unit())
	if !d.Until.IsZero() {
		title += p.Low(" until " + text.Moment(d.Until, p.Now))
	} else {
		room := func() int { return w - draw.Width(title) - draw.Width(menu) - 15 }
		title = draw.JoinAll(p.Dim(" · "), title, draw.Pick(room(), append(d.Pace, "")...))
		title = draw.JoinAll(p.Dim(" · "), title, p.Dim(draw.Pick(room(), d.Unseen, "")))
	}
	lines, words, most := spendLinesOf(p, d, w-4, h-2)
	f := draw.Frame{Title: title, Right: menu, FootLeft: words}
	if b := d.Plot.Buckets; most != "" { // in ever fewer words
		short := strings.Replace(most, " "+bucketWord(b[0].To.Sub(b[0].From)), "", 1)
		brief := strings.Replace(words, " at this hour", "", 1)
		for _, foot := range [...][2]string{{words, most}, {words, short}, {brief, short}} {
			if draw.Width(foot[0])+draw.Width(foot[1])+9 <= w {
				f.FootLeft, f.FootRight = foot[0], foot[1]
				break
			}
		}
	}
	f.FootLeft = draw.CutWords(f.FootLeft, w-6)
	return f.Render(p, lines, w, h)
}

// spendLinesOf draws the plot in w by h cells, and returns what is to be said of
// it: what happened or is under the cursor, and when most was spent.
func spendLinesOf(p draw.Pen, d *SpendPlot, w, h int) (lines []string, words, most string) {
	values := d.rates(p.Now)
	one := func(s string) ([]string, string, string) { return []string{s}, "", "" }
	switch {
	case d.Err != nil && d.Row:
		return one(draw.CutWords("unknown: "+draw.Clean(fault.Message(d.Err)), w))
	case d.Err != nil:
		return one("history cannot be read: " + draw.Clean(d.Err.Error()))
	case !d.Loaded && d.Row:
		return one(p.Dim("loading"))
	case !d.Loaded:
		return one(p.Dim("reading history…"))
	case known(values) < 2:
		return one(p.Dim(d.whyEmpty(w)))
	case h < 3:
		return one(p.Paint(draw.Spend, draw.Spark(values, w)))
	}
	bars := draw.Bars{Axis: d.axis(p.Now, SpendColumns(w+4)), Values: values, Usual: d.usual(), Cursor: d.CursorBucket()}
	for _, t := range d.Plot.TopUps {
		bars.Marks = append(bars.Marks, draw.Tick{Col: bars.Axis.Column(t.At), Mark: topUpSign(t.AmountUSD), Ink: draw.Label})
	}
	for _, s := range d.Plot.Segments {
		if s.Reason != "" {
			bars.Marks = append(bars.Marks, draw.Tick{Col: bars.Axis.Column(s.At), Mark: '◆', Ink: draw.Label})
		}
	}
	words = d.words(p, bars.Axis, w)
	if draw.Width(words) == 0 && d.Usual != [24]*float64{} && bars.Usual != nil {
		words = usualLine(p) + p.Dim(" usual at this hour")
	}
	if d.CursorBucket() < 0 {
		if words = draw.JoinAll(p.Dim(" · "), words, p.Dim(d.Note)); draw.Width(words) > w {
			words = draw.CutWords(words, w)
		}
		most = d.peak(p, values)
		none := draw.JoinAll(p.Dim(" · "), p.Dim("no spend seen in this range"), words)
		if !slices.ContainsFunc(values, func(v float64) bool { return v > 0 }) && draw.Width(none) <= w {
			words = none
		}
	}
	return bars.Lines(p, w, h), words, most
}

// usual are the usual rates of the buckets' hours, NaN where none is known; nil
// where buckets are days, or too many to be told apart.
func (d *SpendPlot) usual() []float64 {
	if d.perDay() || d.Row || len(d.Plot.Buckets) == 0 || d.Plot.Buckets[len(d.Plot.Buckets)-1].To.Sub(d.Plot.Buckets[0].From) > 2*day {
		return nil
	}
	out := make([]float64, len(d.Plot.Buckets))
	for i, b := range d.Plot.Buckets {
		out[i] = math.NaN()
		if v := d.Usual[b.From.UTC().Hour()]; v != nil {
			out[i] = *v
		}
	}
	return out
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
