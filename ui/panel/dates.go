package panel

import (
	"strings"
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
)

// dateOf is the middle of the forecast.
func dateOf(f forecast.Forecast, now time.Time) string { return account.EndOf(f, now).Date() }

// dayOf is a date without its time of day.
func dayOf(moment string) string {
	day, _, _ := strings.Cut(moment, ",")
	return day
}

// daysOf is the range in days; one within a day has its times.
func daysOf(f forecast.Forecast, now time.Time) string {
	end := account.EndOf(f, now)
	if days := end.Days(); end.Far || strings.Contains(days, " to ") {
		return days
	}
	return end.Range()
}

// briefDays is that without the days of the week.
func briefDays(f forecast.Forecast, now time.Time) string {
	end := account.EndOf(f, now)
	if !end.Far {
		end = end.Rounded()
	}
	from, to := end.From.In(now.Location()), end.To.In(now.Location())
	switch {
	case end.Far && from.Sub(now) < 300*day:
		return "after " + from.Format("2 Jan")
	case end.Far || to.Sub(from) < day || to.Sub(now) > 300*day:
		return daysOf(f, now)
	case from.Month() == to.Month():
		return from.Format("2") + " to " + to.Format("2 Jan")
	}
	return from.Format("2 Jan") + " to " + to.Format("2 Jan")
}

// withoutDay is a range within a day, which is named beside it, by its times;
// any other is as it is.
func withoutDay(days string) string {
	if _, times, ok := strings.Cut(days, ", "); ok && !strings.Contains(times, ", ") {
		return times
	}
	return days
}

// inOf is how far off the middle is, and the same in a few cells; empty where that
// adds nothing.
func inOf(f forecast.Forecast, now time.Time) (in, brief string) {
	left := f.P50 - now.Sub(f.At).Seconds()
	if left <= 0 || left > (365*24*time.Hour).Seconds() {
		return "", ""
	}
	end := account.EndOf(f, now)
	return "in " + end.In(), "in " + end.Brief()
}
