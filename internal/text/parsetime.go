package text

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrPast is a time that has passed.
var ErrPast = errors.New("it has passed")

// ParseTime reads a time to come: RFC 3339, "2026-12-01", "2026-12-01 15:04",
// "1 Dec" or a weekday in now's zone, or a span from now such as "36h", "5d" or
// "2w". A day without a time is its beginning, and a day without a year the
// next one. A date that is not in the calendar, a weekday that is not the
// date's, and a time that the zone's clocks skip are refused.
func ParseTime(s string, now time.Time) (time.Time, error) {
	s = strings.Join(strings.Fields(s), " ")
	t, err := parseTime(s, now)
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("%q %w", s, err)
	case !t.After(now):
		return time.Time{}, fmt.Errorf("%q: %w", s, ErrPast)
	}
	return t, nil
}

var (
	errNotTime = errors.New("is not a time: write 2026-12-01, 1 Dec 15:04, Tue or 5d")
	errNoDay   = errors.New("is not a time: there is no such day")
	errSkipped = errors.New("is not a time: clocks are put forward over it")
)

// timeLayouts are the forms of a date. Those without a year mean the next one.
var timeLayouts = []string{
	"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02", "2 Jan 2006", "Mon 2 Jan 2006",
	"2 Jan", "Mon 2 Jan", "2 Jan 15:04", "2 Jan, 15:04", "Mon 2 Jan 15:04", "Mon 2 Jan, 15:04",
}

func parseTime(s string, now time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, s)
		var parse *time.ParseError
		switch {
		case err == nil:
			return typed{t, layout}.in(s, now)
		case errors.As(err, &parse) && strings.HasSuffix(parse.Message, "day out of range"):
			return time.Time{}, errNoDay
		}
	}
	if d, ok := weekday(s); ok {
		days := (int(d) - int(now.Weekday()) + 7) % 7
		if days == 0 {
			days = 7
		}
		year, month, day := now.Date()
		next := time.Date(year, month, day+days, 0, 0, 0, 0, time.UTC)
		return typed{t: next}.at(next.Year(), now.Location())
	}
	if d, err := ParseSpan(s); err == nil {
		return now.Add(d), nil
	}
	return time.Time{}, errNotTime
}

// typed is a date as it was typed, in UTC, where every date of the calendar
// has every time of day.
type typed struct {
	t      time.Time
	layout string
}

// in returns the time in now's zone. s is what was typed.
func (d typed) in(s string, now time.Time) (time.Time, error) {
	year := d.t.Year()
	if !strings.Contains(d.layout, "2006") {
		year = now.Year()
		if t, err := d.at(year, now.Location()); err == errNoDay || err == nil && !t.After(now) {
			year++
		}
	}
	t, err := d.at(year, now.Location())
	if err != nil {
		return time.Time{}, err
	}
	if name, _, _ := strings.Cut(s, " "); strings.HasPrefix(d.layout, "Mon ") && !strings.EqualFold(name, t.Format("Mon")) {
		return time.Time{}, fmt.Errorf("is not a time: %s is a %s", t.Format("2 Jan 2006"), t.Weekday())
	}
	return t, nil
}

// at returns the time in a year and a zone. A day whose midnight is skipped
// begins when its clocks do.
func (d typed) at(year int, zone *time.Location) (time.Time, error) {
	_, month, day := d.t.Date()
	hour, minute, _ := d.t.Clock()
	if time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Day() != day {
		return time.Time{}, errNoDay
	}
	for {
		t := time.Date(year, month, day, hour, minute, 0, 0, zone)
		if t.Day() == day && t.Hour() == hour && t.Minute() == minute {
			return t, nil
		}
		if strings.Contains(d.layout, "15:04") || hour > 3 {
			return time.Time{}, errSkipped
		}
		hour, minute = hour+(minute+30)/60, (minute+30)%60
	}
}

// weekday reads a day of the week, in full or as its first three letters.
func weekday(s string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := d.String(); strings.EqualFold(s, name) || strings.EqualFold(s, name[:3]) {
			return d, true
		}
	}
	return 0, false
}
