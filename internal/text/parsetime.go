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
// "1 Dec", "Dec 1 18:00", "18:00", a weekday, "today", "tomorrow", "week" or "month",
// which mean their end, or a span from now such as "36h", "5d" or "2w".
//
// A day, a week and a month are those of UTC, as OpenRouter counts them; a time of
// day is of now's zone, and so is the day beside it. A zone that is named at the end
// ("UTC", "+02:00", "Europe/Berlin") holds for both. A day without a time is its
// beginning, and a day without a year the next one. A date that is not in the
// calendar, a weekday that is not the date's, and a time that the zone's clocks skip
// are refused.
func ParseTime(s string, now time.Time) (time.Time, error) {
	s = strings.Join(strings.Fields(s), " ")
	t, err := toCome.parse(s, now)
	if errors.Is(err, errNotTime) {
		if d, err := ParseSpan(s); err == nil {
			t = now.Add(d)
		} else {
			return time.Time{}, fmt.Errorf("%q %w%s", s, errNotTime, toCome.meant(s))
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
	rest, zone := splitZone(s)
	rest, at := splitClock(rest)
	switch {
	case zone != nil:
		now = now.In(zone)
	case !at.given:
		now = now.UTC()
	}
	if day, ok := weekday(rest); ok {
		return w.find(now, at, func(on time.Time) bool { return on.Weekday() == day })
	}
	switch rest = strings.ToLower(rest); {
	case rest == "" && at.given:
		return w.find(now, at, func(time.Time) bool { return true })
	case rest == "now" && !at.given:
		return now, nil
	}
	if on, ok := w.word(rest, now, at.given); ok {
		return at.on(on.Year(), on.Month(), on.Day(), now.Location())
	}
	d, err := readDate(rest)
	if err != nil {
		return time.Time{}, err
	}
	return d.resolve(w, now, at)
}

// find is the last or the next of the days that fit, at a time of day.
func (w tense) find(now time.Time, at dayTime, fits func(time.Time) bool) (time.Time, error) {
	step := map[tense]int{toCome: 1, passed: -1}[w]
	year, month, day := now.Date()
	for ; ; day += step {
		on := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		if !fits(on) {
			continue
		}
		t, err := at.on(on.Year(), on.Month(), on.Day(), now.Location())
		if err != nil || t.After(now) == (w == toCome) {
			return t, err
		}
	}
}

// word is the day with which what a word names begins, or ends. Only a day has
// times of day.
func (w tense) word(s string, now time.Time, timed bool) (time.Time, bool) {
	y, m, d := now.Date()
	day := func(m time.Month, d int) (time.Time, bool) { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), true }
	monday := d - (int(now.Weekday())+6)%7
	next := 0
	if w == toCome && !timed {
		next = 1
	}
	switch s {
	case "today":
		return day(m, d+next)
	case "yesterday":
		return day(m, d-1)
	case "tomorrow":
		return day(m, d+1+next)
	}
	if timed {
		return time.Time{}, false
	}
	switch s {
	case "week", "this week":
		return day(m, monday+7*next)
	case "month", "this month":
		return day(m+time.Month(next), 1)
	case "last week":
		return day(m, monday-7)
	case "last month":
		return day(m-1, 1)
	}
	return time.Time{}, false
}

// meant is the word or the weekday that a mistyped one is near to, as a question.
func (w tense) meant(s string) string {
	known := []string{"today", "week", "month", "tomorrow"}
	if w == passed {
		known = []string{"today", "week", "month", "yesterday", "last week", "last month", "now"}
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		known = append(known, strings.ToLower(d.String()))
	}
	if zone := zoneMeant(s); zone != "" {
		return zone
	}
	if meant := Nearest(s, known); meant != "" {
		return "; did you mean " + meant + "?"
	}
	return ""
}

// zoneMeant is the zone that a mistyped one is, but for small and capital letters.
func zoneMeant(s string) string {
	at := strings.LastIndexByte(s, ' ')
	name := s[at+1:]
	if at < 0 || !strings.Contains(name, "/") {
		return ""
	}
	var parts []string
	for _, part := range strings.Split(strings.ToLower(name), "/") {
		words := strings.Split(part, "_")
		for i, w := range words {
			if w != "" && (i == 0 || w != "of" && w != "de") {
				words[i] = strings.ToUpper(w[:1]) + w[1:]
			}
		}
		parts = append(parts, strings.Join(words, "_"))
	}
	meant := strings.Join(parts, "/")
	if _, err := time.LoadLocation(meant); err != nil || meant == name {
		return ""
	}
	return "; did you mean " + s[:at+1] + meant + "?"
}

// offset is a zone that is written directly behind a time of day.
var offset = Form(`^(.*\d:\d\d)(Z|z|[+-]\d\d(?::?\d\d)?)$`)

// splitZone cuts off a zone at the end: UTC, Z, an offset, or a name of the zones of
// this system. It is nil where there is none.
func splitZone(s string) (rest string, zone *time.Location) {
	var name string
	if m := offset().FindStringSubmatch(s); m != nil {
		rest, name = m[1], m[2]
	} else if at := strings.LastIndexByte(s, ' '); at > 0 {
		rest, name = s[:at], s[at+1:]
	} else {
		return s, nil
	}
	switch strings.ToUpper(name) {
	case "UTC", "Z", "GMT":
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

// weekday reads a day of the week, in full or as its first three letters.
func weekday(s string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := d.String(); strings.EqualFold(s, name) || strings.EqualFold(s, name[:3]) {
			return d, true
		}
	}
	return 0, false
}
