package panel

import (
	"math"
	"strings"
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
	if so := s.Spend.MonthUSD; so != nil && !s.At.Before(start) { // which is newer
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

// The cells of a week: a day's name, a cell or more an hour, and its sum.
const (
	weekName  = 4
	weekSum   = 8
	WeekWidth = weekName + 24 + weekSum + 4
	WeekRows  = 1 + 7 + 2
)

// Week draws when money is spent, by weekday and hour: w by h cells, border
// included.
func Week(p draw.Pen, k account.Week, loaded bool, w, h int) []string {
	f := draw.Frame{Title: p.Title("by weekday and hour"), Right: p.Dim("$, " + text.Span(account.WeekBack))}
	if !loaded {
		return f.Render(p, []string{p.Dim("reading history…")}, w, h)
	}
	each, high := max(1, (w-4-weekName-weekSum)/24), max(1, (h-3)/7)
	most, sum := 0.0, 0.0
	for _, day := range k.USD {
		for _, v := range day {
			if v != nil {
				most, sum = max(most, *v), sum+*v
			}
		}
	}
	if sum > 0 {
		legend := draw.Shades(p, []float64{0.1, 0.3, 0.5, 0.7, 0.9}, 1)
		f.FootLeft, f.FootRight = p.Dim("less ")+legend+p.Dim(" more"), p.Dim("sum ")+text.USD(sum)
		if draw.Width(f.FootLeft)+draw.Width(f.FootRight)+9 > w {
			f.FootRight = ""
		}
	}
	hours := draw.Blank(weekName)
	for hour := 0; hour < 24; hour += 6 {
		hours += draw.Fit([]string{"00", "06", "12", "18"}[hour/6], 6*each)
	}
	lines := []string{p.Dim(hours)}
	today := (p.Now.Weekday() + 6) % 7
	for day, row := range k.USD {
		name := time.Weekday((day + 1) % 7).String()[:3]
		if time.Weekday(day) == today {
			name = p.Bright(name)
		} else {
			name = p.Dim(name)
		}
		var shares [24]float64
		total, seen := 0.0, false
		for hour, v := range row {
			if v == nil {
				shares[hour] = math.NaN()
				continue
			}
			total, seen = total+*v, true
			if most > 0 {
				shares[hour] = *v / most
			}
		}
		cells := draw.Shades(p, shares[:], each)
		words := text.Unknown
		if seen {
			words = text.USD(total)
		}
		line := draw.Fit(name, weekName) + cells + draw.FlushRight(words, max(0, w-4-weekName-24*each))
		lines = append(lines, line)
		if high > 1 { // a gap stands between days alone: ▇ leaves it above
			below := draw.Blank(weekName) + strings.ReplaceAll(cells, "▇", "█")
			for range high - 1 {
				lines = append(lines, below)
			}
		}
	}
	return f.Render(p, lines, w, h)
}
