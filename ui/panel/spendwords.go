package panel

import (
	"math"
	"time"

	"ortop/internal/credit"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// whyEmpty is why there are no rates to draw, in w cells.
func (d *SpendPlot) whyEmpty(w int) string {
	switch b := d.Plot.Buckets; {
	case len(b) == 0 || !b[len(b)-1].Known:
		return "nothing to plot yet"
	case b[0].Known:
		return draw.Pick(w, "too few readings in this range", "too few readings")
	}
	shorter := ""
	if d.Span > 0 {
		shorter = ";  [ for a shorter one"
	}
	return draw.Pick(w, "not enough history for this range"+shorter, "not enough history for this range", "not enough history", "too early")
}

// words are what happened in the span, or what is under the cursor, in w cells.
func (d *SpendPlot) words(p draw.Pen, axis draw.TimeAxis, w int) string {
	if x := d.CursorBucket(); x >= 0 {
		return draw.Cut(d.underCursor(p, x), w)
	}
	var words []string
	for _, g := range d.Plot.Gaps {
		if from, to := axis.Column(g.From), axis.Column(g.To); to-from < 2 {
			continue
		}
		cause := draw.Clean(g.Cause)
		if cause == "" {
			cause = "no readings"
		}
		words = append(words, cause+" "+d.clock(g.From, p.Now)+"-"+d.clock(g.To, p.Now))
	}
	if n := len(d.Plot.Backfilled); n > 0 {
		until := d.Plot.Backfilled[n-1].To
		if axis.Column(until)-axis.Column(d.Plot.Backfilled[0].From) >= 2 {
			words = append(words, "back-filled by hour and day until "+d.clock(until, p.Now))
		}
	}
	for _, t := range d.Plot.TopUps {
		if c := axis.Column(t.At); c >= 0 && c < axis.Cols {
			what := " top-up "
			if t.AmountUSD < 0 {
				what = " taken back "
			}
			words = append(words, string(topUpSign(t.AmountUSD))+what+text.USD(math.Abs(t.AmountUSD))+" at "+d.clock(t.At, p.Now))
		}
	}
	for _, s := range d.Plot.Segments {
		if c := axis.Column(s.At); c > 0 && c < axis.Cols && s.Reason != "" {
			words = append(words, "◆ "+draw.Clean(s.Reason)+" at "+d.clock(s.At, p.Now))
		}
	}
	return p.Dim(draw.Join(w, " · ", words...))
}

// peak is the bucket in which most was spent, of those that are over and of
// today; empty where nothing was.
func (d *SpendPlot) peak(p draw.Pen, rates []float64) string {
	most := 0
	for i, v := range rates {
		over := d.perDay() || !d.Plot.Buckets[i].To.After(p.Now)
		if over && v > rates[most] || math.IsNaN(rates[most]) {
			most = i
		}
	}
	if !(rates[most] > 0) {
		return ""
	}
	b := d.Plot.Buckets[most]
	rate, when := text.USD(rates[most])+d.unit()[1:], d.clock(b.From, p.Now)
	if wholeDay(b.Span) {
		rate, when = text.USD(rates[most]), b.From.UTC().Format("Mon 2 Jan (UTC)")
	}
	return p.Dim("dearest "+bucketWord(b.To.Sub(b.From))+" ") + rate + p.Dim(", "+when)
}

// underCursor is a bucket's time and value.
func (d *SpendPlot) underCursor(p draw.Pen, x int) string {
	b := d.Plot.Buckets[x]
	until := "15:04"
	if d.perDay() {
		until = "Mon 2 Jan, 15:04"
	}
	when := text.Format(b.From.In(p.Now.Location()), "Mon 2 Jan, 15:04") + "-" + text.Format(b.To.In(p.Now.Location()), until)
	if wholeDay(b.Span) {
		when = b.From.UTC().Format("Mon 2 Jan 2006 (UTC)")
	}
	rate := d.rates(p.Now)[x]
	switch {
	case !b.Known:
		return p.Dim(when + "   before the first reading")
	case math.IsNaN(rate):
		return p.Dim(when + "   no reading")
	}
	words := p.Dim(when+"   ") + p.Bright(text.USD(b.SpendUSD))
	if wholeDay(b.Span) {
		return words
	}
	return words + p.Dim("   "+text.USD(rate)+d.unit()[1:])
}

// wholeDay reports whether a span is a day of UTC, or what has passed of it.
func wholeDay(s credit.Span) bool {
	return s.From.Equal(s.From.Truncate(day)) && s.To.Sub(s.From) <= day && s.To.Sub(s.From) > time.Hour
}

// bucketWord names the length of a bucket.
func bucketWord(d time.Duration) string {
	switch d.Round(time.Minute) {
	case time.Minute:
		return "minute"
	case 15 * time.Minute:
		return "quarter hour"
	case time.Hour:
		return "hour"
	case day:
		return "day"
	}
	return text.Span(d)
}

// clock formats a time of the plot as short as its span allows.
func (d *SpendPlot) clock(t, now time.Time) string {
	t = t.In(now.Location())
	switch s := Spans[d.Span]; {
	case s.Back == 0 || s.Back > 30*24*time.Hour:
		return t.Format("2 Jan")
	case s.Back > 24*time.Hour:
		return text.Format(t, "Mon 2 15:04")
	}
	return text.Format(t, "15:04")
}

func topUpSign(usd float64) rune {
	if usd < 0 {
		return '▼'
	}
	return '▲'
}
