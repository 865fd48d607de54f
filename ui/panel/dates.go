package panel

import (
	"strings"
	"time"

	"ortop/internal/forecast"
	"ortop/internal/text"
)

// dateOf is the middle of the forecast.
func dateOf(f forecast.Forecast, now time.Time) string {
	at := f.Time(f.P50)
	if !at.After(now) {
		return "about now"
	}
	return text.Moment(at, now)
}

// dayOf is a date without its time of day.
func dayOf(moment string) string {
	day, _, _ := strings.Cut(moment, ",")
	return day
}

// daysOf is a range in days; one within a day has its times.
func daysOf(from, to, now time.Time) string {
	if days := text.Days(from, to, now); strings.Contains(days, " to ") {
		return days
	}
	return text.Range(from, to, now)
}

// withoutDay is a range within a day, which is named beside it, by its times;
// any other is as it is.
func withoutDay(days string) string {
	if _, times, ok := strings.Cut(days, ", "); ok && !strings.Contains(times, ", ") {
		return times
	}
	return days
}

// inOf is how far off the middle is, empty where that adds nothing.
func inOf(f forecast.Forecast, now time.Time) string {
	left := f.P50 - now.Sub(f.At).Seconds()
	if left <= 0 || left > (365*24*time.Hour).Seconds() {
		return ""
	}
	return "in " + text.Seconds(left)
}
