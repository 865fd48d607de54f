package panel

import (
	"math"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// MonthPeriod is the last UTC month and this one, up to the end of today.
func MonthPeriod(now time.Time) (from, to time.Time) {
	return credit.MonthStart(credit.MonthStart(now).Add(-time.Hour)), credit.DayStart(now).Add(day)
}

// Month draws what was spent so far in this UTC month, day by day, against the
// last one: w by h cells, border included.
func Month(p draw.Pen, s *account.Snapshot, plot history.Plot, loaded bool, w, h int) []string {
	f := draw.Frame{Title: p.Title("this month (UTC), $")}
	if !loaded {
		return f.Render(p, []string{p.Dim("reading history…")}, w, h)
	}
	start := credit.MonthStart(p.Now)
	end := credit.MonthStart(start.Add(32 * day))
	days := int(end.Sub(start) / day)
	now, last := runningSum(plot.Buckets, start, days), runningSum(plot.Buckets, credit.MonthStart(start.Add(-time.Hour)), days)
	today := int(p.Now.Sub(start) / day)
	if so := s.Spend.MonthUSD; so != nil { // which is newer
		now[today] = *so
	}
	bars := draw.Bars{Axis: draw.TimeAxis{From: start, To: end, Loc: time.UTC}, Values: now, Usual: last, Cursor: -1}
	lines := bars.Lines(p, w-4, h-2)
	if so := now[today]; !math.IsNaN(so) {
		f.Title += p.Dim(" · ") + p.Bright(text.USD(so)) + p.Dim(" so far")
	}
	line := usualLine(p)
	f.FootLeft = line + p.Dim(" last month: not seen from its beginning")
	if by := last[today]; !math.IsNaN(by) {
		f.FootLeft = line + p.Dim(" last month, by this day ") + text.USD(by)
	}
	if lines == nil {
		lines = []string{p.Dim("too low for a plot")}
	}
	return f.Render(p, lines, w, h)
}

// usualLine is the sign of a line of dots.
func usualLine(p draw.Pen) string {
	if p.ASCII {
		return "··"
	}
	return "⠒⠒"
}

// runningSum is what was spent from the first of so many days to the end of each;
// NaN from a day on that was not seen, and for those still to come.
func runningSum(buckets []history.Bucket, from time.Time, days int) []float64 {
	out := make([]float64, days)
	for i := range out {
		out[i] = math.NaN()
	}
	sum := 0.0
	for _, b := range buckets {
		i := int(b.From.Sub(from) / day)
		if b.From.Before(from) || i >= days {
			continue
		}
		if !b.Known {
			sum = math.NaN()
		}
		sum += max(0, b.SpendUSD)
		out[i] = sum
	}
	return out
}
