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
// "1 Dec", "18:00" or a weekday, in now's zone or the one that is named behind it
// ("UTC", "+02:00", "Europe/Berlin"); "today", "tomorrow", "week" or "month", which
// end as OpenRouter counts them, in UTC; or a span from now such as "36h", "5d" or
// "2w". A day without a time is its beginning, and a day without a year the next
// one. A date that is not in the calendar, a weekday that is not the date's, and a
// time that the zone's clocks skip are refused.
func ParseTime(s string, now time.Time) (time.Time, error) {
	s = strings.Join(strings.Fields(s), " ")
	t, err := toCome.parse(s, now)
	if errors.Is(err, errNotTime) {
		if d, err := ParseSpan(s); err == nil {
			t = now.Add(d)
		} else {
			return time.Time{}, fmt.Errorf("%q %w%s", s, errNotTime, meantDay(s))
		}
	} else if err != nil {
		return time.Time{}, fmt.Errorf("%q %w", s, err)
	}
	if !t.After(now) {
		return time.Time{}, fmt.Errorf("%q: %w", s, ErrPast)
	}
	return t, nil
}

var (
	errNotTime = errors.New("is not a time: write 2026-12-01, 1 Dec 15:04, Tue, tomorrow or 5d")
	errNoDay   = errors.New("is not a time: there is no such day")
	errSkipped = errors.New("is not a time: clocks are put forward over it")
)

// timeLayouts are the forms of a date and a time of day.
var timeLayouts = []string{
	"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02", "2 Jan 2006", "Mon 2 Jan 2006",
	"2 Jan 2006 15:04", "2 Jan 2006, 15:04", "2 Jan", "Mon 2 Jan", "2 Jan 15:04", "2 Jan, 15:04", "Mon 2 Jan 15:04", "Mon 2 Jan, 15:04", "15:04",
}

// tense says which of the times that a person may mean is meant.
type tense int

const (
	toCome tense = iota
	passed
)

// yearsBack is how far back a day without a year may lie: two leap days may be
// eight years apart.
const yearsBack = 8

// parse reads a word, a weekday, a date or a time of day; what is none of them is
// errNotTime.
func (w tense) parse(s string, now time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, strings.ToUpper(s)); err == nil {
		return t, nil
	}
	if t, ok := w.word(s, now); ok {
		return t, nil
	}
	rest, zone := splitZone(s)
	if zone != nil {
		now = now.In(zone)
	}
	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, strings.ToUpper(rest)) // names of months and days are read in any case
		var parse *time.ParseError
		switch {
		case err == nil:
			return typed{t, layout}.in(rest, now, w)
		case errors.As(err, &parse) && strings.HasSuffix(parse.Message, "day out of range"):
			return time.Time{}, errNoDay
		}
	}
	if d, ok := weekday(rest); ok {
		days := (int(d) - int(now.Weekday()) + 7) % 7
		switch {
		case w == passed && days > 0:
			days -= 7
		case w == toCome && days == 0:
			days = 7
		}
		year, month, day := now.Date()
		on := time.Date(year, month, day+days, 0, 0, 0, 0, time.UTC)
		return typed{t: on}.at(on.Year(), now.Location())
	}
	return time.Time{}, errNotTime
}

// word is the last beginning of what a word names, or the next one, as OpenRouter
// counts: in UTC, weeks from Monday.
func (w tense) word(s string, now time.Time) (time.Time, bool) {
	y, m, d := now.UTC().Date()
	monday := d - (int(now.UTC().Weekday())+6)%7
	next := 0
	if w == toCome {
		next = 1
	}
	switch day := func(m time.Month, d int) (time.Time, bool) { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), true }; strings.ToLower(s) {
	case "now":
		return now, w == passed
	case "today":
		return day(m, d+next)
	case "yesterday":
		t, _ := day(m, d-1)
		return t, w == passed
	case "tomorrow":
		t, _ := day(m, d+1)
		return t, w == toCome
	case "week", "this week":
		return day(m, monday+7*next)
	case "month", "this month":
		return day(m+time.Month(next), 1)
	case "last week":
		t, _ := day(m, monday-7)
		return t, w == passed
	case "last month":
		t, _ := day(m-1, 1)
		return t, w == passed
	}
	return time.Time{}, false
}

// meantDay is the word or the weekday that a mistyped one is near to, as a question.
func meantDay(s string) string {
	known := []string{"today", "yesterday", "tomorrow", "week", "month", "now"}
	for d := time.Sunday; d <= time.Saturday; d++ {
		known = append(known, strings.ToLower(d.String()))
	}
	if meant := Nearest(strings.ToLower(s), known); meant != "" {
		return "; did you mean " + meant + "?"
	}
	return ""
}

// splitZone cuts off a zone at the end: UTC, Z, an offset, or a name of the zones of
// this system. It is nil where there is none.
func splitZone(s string) (rest string, zone *time.Location) {
	at := strings.LastIndexByte(s, ' ')
	rest, name := s[:max(at, 0)], s[at+1:]
	if n := len(s) - 1; at < 0 && n > 5 && (s[n] == 'Z' || s[n] == 'z') && s[n-1] >= '0' && s[n-1] <= '9' {
		return s[:n], time.UTC
	}
	switch upper := strings.ToUpper(name); {
	case at < 0:
		return s, nil
	case upper == "UTC" || upper == "Z" || upper == "GMT":
		return rest, time.UTC
	}
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, name); err == nil {
			return rest, t.Location()
		}
	}
	if strings.Contains(name, "/") {
		if zone, err := time.LoadLocation(name); err == nil {
			return rest, zone
		}
	}
	return s, nil
}

// typed is a date as it was typed, in UTC, where every date of the calendar
// has every time of day.
type typed struct {
	t      time.Time
	layout string
}

// in returns the time in now's zone. s is what was typed.
func (d typed) in(s string, now time.Time, w tense) (time.Time, error) {
	if d.layout == "15:04" {
		return d.next(now, w)
	}
	year := d.t.Year()
	if !strings.Contains(d.layout, "2006") {
		year = d.year(now, w)
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

// year is the year of a day without one: the last in which it has passed, or this
// one or the next.
func (d typed) year(now time.Time, w tense) int {
	if w == passed {
		for year := now.Year(); year >= now.Year()-yearsBack; year-- {
			if t, err := d.at(year, now.Location()); err == nil && !t.After(now) {
				return year
			}
		}
		return now.Year()
	}
	if t, err := d.at(now.Year(), now.Location()); err == errNoDay || err == nil && !t.After(now) {
		return now.Year() + 1
	}
	return now.Year()
}

// next is the last or the next time of day, of today or the day beside it.
func (d typed) next(now time.Time, w tense) (time.Time, error) {
	step := map[tense]int{toCome: 1, passed: -1}[w]
	hour, minute, _ := d.t.Clock()
	for day := 0; ; day += step {
		year, month, date := now.Date()
		on := time.Date(year, month, date+day, hour, minute, 0, 0, time.UTC)
		t, err := typed{on, d.layout}.at(on.Year(), now.Location())
		if err != nil {
			return time.Time{}, err
		}
		if after := t.After(now); after == (w == toCome) {
			return t, nil
		}
	}
}

// at returns the time in a year and a zone. A day whose midnight is skipped
// begins when its clocks do.
func (d typed) at(year int, zone *time.Location) (time.Time, error) {
	_, month, day := d.t.Date()
	hour, minute, second := d.t.Clock()
	if time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Day() != day {
		return time.Time{}, errNoDay
	}
	for {
		t := time.Date(year, month, day, hour, minute, second, 0, zone)
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
