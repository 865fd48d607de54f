package ui

import (
	"sort"
	"strings"
	"time"
)

// timeaxis is a span of time over columns.
type timeaxis struct {
	from, to time.Time
	cols     int
	loc      *time.Location
}

// column is where a moment is, at most one column outside either end.
func (a timeaxis) column(t time.Time) int {
	total := a.to.Sub(a.from)
	switch {
	case total <= 0 || t.Before(a.from):
		return -1
	case t.After(a.to):
		return a.cols
	}
	return min(a.cols-1, int(float64(a.cols)*(float64(t.Sub(a.from))/float64(total))))
}

// time is when a column begins.
func (a timeaxis) time(column int) time.Time {
	return a.from.Add(time.Duration(float64(a.to.Sub(a.from)) * float64(column) / float64(max(1, a.cols))))
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

type tick struct {
	col   int
	label string
}

// ticks are the round moments of the axis in local time, no two labels
// closer than three columns.
func (a timeaxis) ticks() []tick {
	for _, s := range tickSteps {
		if ticks, ok := a.ticksBy(s); ok {
			return ticks
		}
	}
	return nil
}

func (a timeaxis) ticksBy(s tickStep) (ticks []tick, ok bool) {
	span := time.Duration(s.months)*30*24*time.Hour + time.Duration(s.days)*24*time.Hour + s.hours
	if a.cols < 1 || float64(a.to.Sub(a.from))/float64(span)*float64(len(s.layout)+2) > float64(a.cols) {
		return nil, false
	}
	for t := s.before(a.from.In(a.loc)); !t.After(a.to); t = s.next(t) {
		c := a.column(t)
		if c < 0 || c >= a.cols {
			continue
		}
		label := t.Format(s.layout)
		if s.hours > 0 && t.Hour() == 0 && t.Minute() == 0 {
			label = t.Format("Mon 2")
		}
		if n := len(ticks); n > 0 && ticks[n-1].col+len(ticks[n-1].label)+2 > c {
			return nil, false
		}
		ticks = append(ticks, tick{c, label})
	}
	return ticks, true
}

// before is a round moment at or before t; next the one after it. Both count
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

// lines are the axis with its ticks and marks, and the labels beneath.
func (a timeaxis) lines(p pen, marks map[int]rune) []string {
	axis := []rune(blank(axisWidth-1) + "└" + strings.Repeat("─", a.cols))
	labels := []rune(blank(axisWidth + a.cols))
	for _, t := range a.ticks() {
		if t.col+len(t.label) <= a.cols {
			axis[axisWidth+t.col] = '┬'
			copy(labels[axisWidth+t.col:], []rune(t.label))
		}
	}
	for c, mark := range marks {
		if c >= 0 && c < a.cols {
			axis[axisWidth+c] = mark
		}
	}
	return []string{p.th.dim.Render(string(axis)), p.th.dim.Render(string(labels))}
}

// words puts phrases on one line, each as near to its column as the others
// let it; those that find no place are left out.
func (a timeaxis) words(phrases []tick) string {
	sort.SliceStable(phrases, func(i, j int) bool { return phrases[i].col < phrases[j].col })
	out, end := "", 0
	for i, ph := range phrases {
		at := max(ph.col, end)
		// What is still to come needs room too, as far as there is any.
		need := width(ph.label)
		for _, later := range phrases[i+1:] {
			need += 3 + width(later.label)
		}
		at = max(end, min(at, a.cols-min(need, a.cols)))
		if at+width(ph.label) > a.cols {
			continue
		}
		out += blank(at-width(out)) + ph.label
		end = width(out) + 3
	}
	return out
}
