package text

import (
	"strconv"
	"time"
)

// Between writes two times that are known roughly: "between tomorrow and Thu
// 3 Dec". Only what is today has a time of day.
func Between(from, to, now time.Time) string {
	a, b := vague(from, now), vague(to, now)
	switch {
	case a != b && calendarDays(from, now) == 0 && calendarDays(to, now) == 0 && from.After(now):
		return "between " + clock(from, now) + " and " + b
	case a != b:
		return "between " + a + " and " + b
	case distance(from, now) > 365*24*time.Hour:
		return "over a year from now"
	case distance(from, now) > 120*24*time.Hour:
		return "in " + a
	case calendarDays(from, now) > 1:
		return "on " + a
	}
	return a
}

// vague is a day, or a time of today.
func vague(t, now time.Time) string {
	switch days := calendarDays(t, now); {
	case !t.After(now):
		return "now"
	case days == 0:
		return clock(t, now) + " today"
	case days == 1:
		return "tomorrow"
	case distance(t, now) > 365*24*time.Hour:
		return "over a year from now"
	case distance(t, now) > 120*24*time.Hour:
		return t.In(now.Location()).Format("Jan 2006")
	}
	return t.In(now.Location()).Format("Mon 2 Jan")
}

// Rough writes a time to come by the calendar alone: "today", "tomorrow",
// "this week", "next week", "in 3 weeks", "next month", "in 5 months", "in over
// a year". This week and the next begin on Monday; others are counted in days.
func Rough(t, now time.Time) string {
	t = t.In(now.Location())
	days := calendarDays(t, now)
	weeks := (days + (int(now.Weekday())+6)%7) / 7
	months := (t.Year()-now.Year())*12 + int(t.Month()-now.Month())
	switch {
	case days <= 0:
		return "today"
	case days == 1:
		return "tomorrow"
	case weeks == 0:
		return "this week"
	case weeks == 1:
		return "next week"
	case days < 11:
		return "in a week"
	case weeks <= 3:
		return "in " + strconv.Itoa((days+3)/7) + " weeks"
	case months == 0:
		return "this month"
	case months == 1:
		return "next month"
	case distance(t, now) > 365*24*time.Hour:
		return "in over a year"
	}
	return "in " + strconv.Itoa(months) + " months"
}

// Probably writes the middle of a range that Between writes: "probably next
// week"; empty where the range says as much.
func Probably(from, mid, to, now time.Time) string {
	if Rough(from, now) == Rough(to, now) {
		return ""
	}
	return "probably " + Rough(mid, now)
}

func clock(t, now time.Time) string { return Format(t.In(now.Location()), "15:04") }

// calendarDays is how many midnights of now's zone lie between now and t.
func calendarDays(t, now time.Time) int {
	midnight := func(t time.Time) int64 {
		y, m, d := t.In(now.Location()).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()
	}
	return int((midnight(t) - midnight(now)) / 86400)
}
