package text

import (
	"math"
	"strings"
	"time"
)

// Moment writes a time as a date with no more precision than its distance
// from now deserves: "Thu 26 Nov, 14:20" within a week, "Thu 10 Dec" within
// four months, "Mar 2027" within a year, "> 1 year" beyond. Both are shown in
// the zone of now.
func Moment(t, now time.Time) string {
	if distance(t, now) < 7*24*time.Hour {
		return Format(t.In(now.Location()), "Mon 2 Jan, 15:04")
	}
	return dated(t, now, "Mon 2 Jan")
}

// Zone is the name of now's zone, as clocks are labelled.
func Zone(now time.Time) string {
	name, seconds := now.Zone()
	if name == "" || name[0] == '+' || name[0] == '-' { // a zone without a name of letters
		return "UTC" + now.Format("-07:00")
	}
	if seconds == 0 || name == "UTC" {
		return name
	}
	return name + " (UTC" + now.Format("-07:00") + ")"
}

// Range writes two times as "Tue 24, 09:10 to Sun 29, 22:00": the month is
// there only where it differs from now's, the time only within a week, and a
// day that is both is written once.
func Range(from, to, now time.Time) string {
	a, b := bound(from, now), bound(to, now)
	if a == b {
		return a
	}
	day, _, timed := strings.Cut(a, ", ")
	if other, clock, ok := strings.Cut(b, ", "); timed && ok && other == day {
		b = clock
	}
	return a + " to " + b
}

// Days is Range without the times of day: "Tue 24 to Sun 29".
func Days(from, to, now time.Time) string {
	a, b := dayOf(from, now), dayOf(to, now)
	if a == b {
		return a
	}
	return a + " to " + b
}

func bound(t, now time.Time) string {
	if distance(t, now) < 7*24*time.Hour {
		return dayOf(t, now) + Format(t.In(now.Location()), ", 15:04")
	}
	return dayOf(t, now)
}

func dayOf(t, now time.Time) string {
	if sameMonth(t, now) {
		return dated(t, now, "Mon 2")
	}
	return dated(t, now, "Mon 2 Jan")
}

// dated writes the date of t by layout, or coarser where it is far off.
func dated(t, now time.Time, layout string) string {
	switch d := distance(t, now); {
	case d > 365*24*time.Hour:
		return "> 1 year"
	case d > 120*24*time.Hour:
		layout = "Jan 2006"
	}
	return t.In(now.Location()).Format(layout)
}

func sameMonth(t, now time.Time) bool {
	t = t.In(now.Location())
	return t.Month() == now.Month() && t.Year() == now.Year()
}

//go:noinline
func distance(t, now time.Time) time.Duration {
	d := t.Sub(now)
	if d < 0 {
		if d == math.MinInt64 {
			return math.MaxInt64
		}
		return -d
	}
	return d
}

// Ago writes an age: "4 s ago", "12 min ago".
//
//go:noinline
func Ago(d time.Duration) string { return Span(max(d, 0)) + " ago" }
