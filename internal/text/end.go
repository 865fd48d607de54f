package text

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// End is a moment to come that is known by its middle and a range, as people are told
// it: by days beyond three days, by hours within, by tens of minutes in the last three
// hours. From and Mid are rounded down and To up, so that what becomes finer as the
// moment comes near never becomes nearer.
type End struct {
	From, Mid, To, Now time.Time
	// Far reports that the range is not shown to hold: only From is claimed, and what
	// is left is said as what it is at the rate of now.
	Far bool
}

const (
	endDay  = 24 * time.Hour
	endYear = 365 * endDay
)

// Unit is as finely as the end is known.
func (e End) Unit() time.Duration {
	switch left := e.Mid.Sub(e.Now); {
	case left > 3*endDay:
		return endDay
	case left >= 3*time.Hour:
		return time.Hour
	case left >= 10*time.Minute:
		return 10 * time.Minute
	}
	return time.Minute
}

// Rounded is the end with its times as finely as they are said; where those are days,
// those that are shown for a mark are by the hour.
func (e End) Rounded() End {
	unit := min(e.Unit(), time.Hour)
	floor := func(t time.Time) time.Time { // by the clock of the zone
		t = t.In(e.Now.Location())
		_, seconds := t.Zone()
		offset := time.Duration(seconds) * time.Second
		return t.Add(offset).Truncate(unit).Add(-offset)
	}
	e.From, e.Mid, e.To = floor(e.From), floor(e.Mid), floor(e.To.Add(unit-1))
	return e
}

// Date is the middle: "Wed 9 Dec", "Mon 23 Nov, 16:00", "about now" where it is past.
func (e End) Date() string {
	unit := e.Unit()
	switch {
	case !e.Mid.After(e.Now):
		return "about now"
	case unit == endDay:
		day, _, _ := strings.Cut(Moment(e.Mid, e.Now), ", ")
		return day
	}
	return Moment(e.Rounded().Mid, e.Now)
}

// In is how far off the middle is, to be put after "in": "10 to 11 days", "31 to 32
// hours", "90 to 100 minutes", "about a month at this rate".
func (e End) In() string {
	if e.Far {
		return strings.Replace("about "+e.rough(), "about over", "over", 1) + " at this rate"
	}
	return e.left(" to ", " days", " hours", " minutes")
}

// Brief is In in a few cells: "10-11 d", "31-32 h", "a month".
func (e End) Brief() string {
	if e.Far {
		return e.rough()
	}
	return e.left("-", " d", " h", " min")
}

func (e End) left(to, days, hours, minutes string) string {
	left, unit, name, per := e.Mid.Sub(e.Now), e.Unit(), minutes, 1
	switch {
	case left < time.Minute:
		return "under 1" + strings.TrimSuffix(minutes, "s")
	case left > endYear:
		return "over a year"
	case unit == endDay:
		name = days
	case unit == time.Hour:
		name = hours
	default:
		per = int(unit / time.Minute)
	}
	n := int(left / unit)
	return strconv.Itoa(n*per) + to + strconv.Itoa((n+1)*per) + name
}

// rough is what is left by weeks and months.
func (e End) rough() string {
	days := e.Mid.Sub(e.Now).Hours() / 24
	switch {
	case days > 365:
		return "over a year"
	case days < 10.5:
		return "a week"
	case days < 24.5:
		return strconv.Itoa(int(math.Round(days/7))) + " weeks"
	case days < 38:
		return "a month"
	case days < 53:
		return "6 weeks"
	}
	return strconv.Itoa(int(math.Round(days/30.4))) + " months"
}

// Percent is how sure what Range and Days say is: from end to end, or of the first
// alone where that is all that they claim.
//
//go:noinline
func (e End) Percent() string {
	if e.Far {
		return "90 %"
	}
	return "80 %"
}

// Range is the range, as finely as the end is known: "Sun 22, 07:00 to Tue 24, 10:00".
func (e End) Range() string {
	if e.Far || e.Unit() == endDay {
		return e.Days()
	}
	e = e.Rounded()
	return Range(e.From, e.To, e.Now)
}

// Days is the range by days: "Tue 24 to Sun 29", "after Tue 24", "not within a year".
func (e End) Days() string {
	if e.Far && e.From.Sub(e.Now) > endYear {
		return "not within a year"
	} else if e.Far {
		return "after " + dayOf(e.From, e.Now)
	}
	return Days(e.From, e.To, e.Now)
}

// MoreThan is what Range claims of a far end, in words: "more than three weeks"; empty
// for any other, for less than a week, and where Range says more.
func (e End) MoreThan() string {
	weeks := int(e.From.Sub(e.Now) / (7 * endDay))
	switch {
	case !e.Far || weeks < 1 || e.From.Sub(e.Now) > endYear:
		return ""
	case weeks == 1:
		return "more than a week"
	}
	return "more than " + [...]string{"two", "three"}[min(weeks, 3)-2] + " weeks"
}
