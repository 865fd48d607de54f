package text

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// dayTime is a time of day.
type dayTime struct {
	hour, minute, second int
	given                bool
}

// timeOfDay is one at the end of what was typed.
var timeOfDay = Form(`^(?:(.*?)[ ,]+|(\d{4}-\d\d-\d\d)[Tt])?(\d{1,2}:\d\d(?::\d\d)?)$`)

// splitClock cuts off a time of day at the end.
func splitClock(s string) (rest string, at dayTime) {
	m := timeOfDay().FindStringSubmatch(s)
	if m == nil {
		return s, dayTime{}
	}
	for _, layout := range []string{"15:04", time.TimeOnly} {
		if t, err := time.Parse(layout, m[3]); err == nil {
			return m[1] + m[2], dayTime{t.Hour(), t.Minute(), t.Second(), true}
		}
	}
	return s, dayTime{}
}

// on returns the time of a day in a zone. A day whose midnight is skipped begins when
// its clocks do.
func (c dayTime) on(year int, month time.Month, day int, zone *time.Location) (time.Time, error) {
	if time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Day() != day {
		return time.Time{}, errNoDay
	}
	for hour, minute := c.hour, c.minute; ; hour, minute = hour+(minute+30)/60, (minute+30)%60 {
		t := time.Date(year, month, day, hour, minute, c.second, 0, zone)
		if t.Day() == day && t.Hour() == hour && t.Minute() == minute {
			return t, nil
		}
		if c.given || hour > 3 {
			return time.Time{}, errSkipped
		}
	}
}

// date is a day as it was typed.
type date struct {
	year    int // 0: none
	month   time.Month
	day     int
	weekday time.Weekday // -1: none
}

// readDate reads "2026-12-01", "1 Dec", "Dec 1", "1 December 2026" and the like, behind
// a weekday or not, in lower case.
func readDate(s string) (d date, err error) {
	words := strings.Fields(strings.ReplaceAll(s, ",", " "))
	d.weekday = -1
	if len(words) > 1 {
		if day, ok := weekday(words[0]); ok {
			d.weekday, words = day, words[1:]
		}
	}
	for i, w := range words {
		for m := time.January; m <= time.December; m++ {
			if name := strings.ToLower(m.String()); w == name || w == name[:3] {
				words[i] = m.String()[:3]
			}
		}
	}
	for _, layout := range []string{time.DateOnly, "2 Jan 2006", "2 Jan", "Jan 2 2006", "Jan 2"} {
		t, err := time.Parse(layout, strings.Join(words, " "))
		var wrong *time.ParseError
		switch {
		case err == nil:
			d.month, d.day = t.Month(), t.Day()
			if strings.Contains(layout, "2006") {
				d.year = t.Year()
			}
			return d, nil
		case errors.As(err, &wrong) && strings.HasSuffix(wrong.Message, "day out of range"):
			return d, errNoDay
		}
	}
	return d, errNotTime
}

// resolve returns the time in now's zone.
func (d date) resolve(w tense, now time.Time, at dayTime) (time.Time, error) {
	if d.year == 0 {
		d.year = d.yearOf(w, now, at)
	}
	t, err := at.on(d.year, d.month, d.day, now.Location())
	if err == nil && d.weekday >= 0 && d.weekday != t.Weekday() {
		err = fmt.Errorf("is not a time: %s is a %s", t.Format("2 Jan 2006"), t.Weekday())
	}
	return t, err
}

// yearOf is the year of a day without one: the last in which it has passed, or this
// one or the next.
func (d date) yearOf(w tense, now time.Time, at dayTime) int {
	if w == passed {
		for year := now.Year(); year >= now.Year()-yearsBack; year-- {
			if t, err := at.on(year, d.month, d.day, now.Location()); err == nil && !t.After(now) {
				return year
			}
		}
		return now.Year()
	}
	if t, err := at.on(now.Year(), d.month, d.day, now.Location()); err == errNoDay || err == nil && !t.After(now) {
		return now.Year() + 1
	}
	return now.Year()
}
