package draw

import (
	"time"

	"ortop/internal/text"
)

// TimeAxis is a span of time over columns.
type TimeAxis struct {
	From, To time.Time
	Cols     int
	Loc      *time.Location
}

// Column is where a time is, at most one column outside either end.
func (a TimeAxis) Column(t time.Time) int {
	total := a.To.Sub(a.From)
	switch {
	case total <= 0 || t.Before(a.From):
		return -1
	case t.After(a.To):
		return a.Cols
	}
	return min(a.Cols-1, int(float64(a.Cols)*(float64(t.Sub(a.From))/float64(total))))
}

// time is when a column begins.
func (a TimeAxis) time(column int) time.Time {
	return a.From.Add(time.Duration(float64(a.To.Sub(a.From)) * float64(column) / float64(max(1, a.Cols))))
}

// middle is the time halfway through a column.
func (a TimeAxis) middle(column int) time.Time {
	return a.time(column).Add(a.time(column+1).Sub(a.time(column)) / 2)
}

type tickStep struct {
	months, days int
	hours        time.Duration
	layout       string
}

var tickSteps = []tickStep{
	{hours: 5 * time.Minute, layout: "15:04"}, {hours: 10 * time.Minute, layout: "15:04"}, {hours: 15 * time.Minute, layout: "15:04"},
	{hours: 30 * time.Minute, layout: "15:04"}, {hours: time.Hour, layout: "15:04"}, {hours: 2 * time.Hour, layout: "15:04"},
	{hours: 3 * time.Hour, layout: "15:04"}, {hours: 4 * time.Hour, layout: "15:04"}, {hours: 6 * time.Hour, layout: "15:04"}, {hours: 12 * time.Hour, layout: "15:04"},
	{days: 1, layout: "Mon 2"}, {days: 2, layout: "Mon 2"}, {days: 5, layout: "2 Jan"}, {days: 7, layout: "2 Jan"}, {days: 14, layout: "2 Jan"},
	{months: 1, layout: "Jan 2006"}, {months: 2, layout: "Jan 2006"}, {months: 3, layout: "Jan 2006"}, {months: 6, layout: "Jan 2006"},
	{months: 12, layout: "2006"}, {months: 24, layout: "2006"}, {months: 60, layout: "2006"}, {months: 120, layout: "2006"}, {months: 1200, layout: "2006"},
}

// Tick is a label at a column, right of its mark, or before it.
type Tick struct {
	Col          int
	Label        string
	Short        string // what arrange may put in place of Label; empty: nothing
	Before       bool
	Mark         rune // 0: a short line
	Ink, MarkInk Ink
}

// ticks are the round moments of the axis in local time, no two labels
// closer than three columns.
//
//go:noinline
func (a TimeAxis) ticks() []Tick {
	for _, s := range tickSteps {
		if ticks, ok := a.ticksBy(s); ok {
			return ticks
		}
	}
	return nil
}

func (a TimeAxis) ticksBy(s tickStep) (ticks []Tick, ok bool) {
	span := time.Duration(s.months)*30*24*time.Hour + time.Duration(s.days)*24*time.Hour + s.hours
	if a.Cols < 1 || float64(a.To.Sub(a.From))/float64(span)*float64(len(text.Layout(s.layout))+2) > float64(a.Cols) {
		return nil, false
	}
	for t := s.before(a.From.In(a.Loc)); !t.After(a.To); t = s.next(t) {
		c := a.Column(t)
		if c < 0 || c >= a.Cols {
			continue
		}
		label := text.Format(t, s.layout)
		if s.hours > 0 && t.Hour() == 0 && t.Minute() == 0 {
			label = t.Format("Mon 2")
		}
		if n := len(ticks); n > 0 && ticks[n-1].Col+len(ticks[n-1].Label)+2 > c {
			return nil, false
		}
		ticks = append(ticks, Tick{Col: c, Label: label, Ink: Label})
	}
	return ticks, true
}

// before is a round time at or before t; next the one after it. Both count
// in local time, so that midnight is midnight on the days that have 23 or 25
// hours.
func (s tickStep) before(t time.Time) time.Time {
	y, m, d := t.Date()
	switch {
	case s.months >= 12:
		years := s.months / 12
		return time.Date(y-y%years, 1, 1, 0, 0, 0, 0, t.Location())
	case s.months > 0:
		return time.Date(y, m-time.Month((int(m)-1)%s.months), 1, 0, 0, 0, 0, t.Location())
	case s.days > 0:
		day := int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
		return time.Date(y, m, d-(day+3)%s.days, 0, 0, 0, 0, t.Location())
	}
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

func (s tickStep) next(t time.Time) time.Time {
	y, m, d := t.Date()
	if s.hours == 0 {
		return time.Date(y, m+time.Month(s.months), d+s.days, 0, 0, 0, 0, t.Location())
	}
	// Absolute steps pass through a repeated hour; the local clock is brought
	// back to round at the next midnight.
	n := t.Add(s.hours)
	if midnight := time.Date(y, m, d+1, 0, 0, 0, 0, t.Location()); n.After(midnight) || n.Day() != d {
		return midnight
	}
	return n
}
