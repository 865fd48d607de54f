package panel

import (
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/text"
	"ortop/ui/draw"
)

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
	each, high := max(1, (w-4-weekName-weekSum)/24), min(3, max(1, (h-3)/7))
	most, sum := 0.0, 0.0
	for _, day := range k.USD {
		for _, v := range day {
			if v != nil {
				most, sum = max(most, *v), sum+*v
			}
		}
	}
	if sum > 0 {
		legend := ""
		for i := range 5 {
			legend += draw.Shade(p, (float64(i)+0.5)/5, 1)
		}
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
		var b strings.Builder
		total, seen := 0.0, false
		for _, v := range row {
			if v == nil {
				b.WriteString(draw.Blank(each))
				continue
			}
			total, seen = total+*v, true
			share := 0.0
			if most > 0 {
				share = *v / most
			}
			b.WriteString(draw.Shade(p, share, each))
		}
		words := text.Unknown
		if seen {
			words = text.USD(total)
		}
		line := draw.Fit(name, weekName) + b.String() + draw.FlushRight(words, max(0, w-4-weekName-24*each))
		lines = append(lines, line)
		for range high - 1 { // a gap stands between days alone: ▇ leaves it above
			lines = append(lines, draw.Blank(weekName)+strings.ReplaceAll(b.String(), "▇", "█"))
		}
	}
	return f.Render(p, lines, w, h)
}
