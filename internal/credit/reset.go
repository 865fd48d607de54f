package credit

import "time"

// Reset is how often a cap resets, always in UTC. Other values than
// those below may come from the API; they are shown and never computed with.
type Reset string

// The known resets.
const (
	ResetNever   Reset = ""
	ResetDaily   Reset = "daily"
	ResetWeekly  Reset = "weekly" // from Monday
	ResetMonthly Reset = "monthly"
)

// Next returns the first time after now at which the cap resets; ok is
// false where it never does, or where the period is not one that is known.
func (r Reset) Next(now time.Time) (at time.Time, ok bool) {
	switch r {
	case ResetDaily:
		return DayStart(now).AddDate(0, 0, 1), true
	case ResetWeekly:
		return WeekStart(now).AddDate(0, 0, 7), true
	case ResetMonthly:
		return MonthStart(now).AddDate(0, 1, 0), true
	}
	return time.Time{}, false
}

// Per is the reset as it follows a limit: "/week". Other words stand as they came.
func (r Reset) Per() string {
	switch r {
	case ResetNever:
		return ""
	case ResetDaily:
		return "/day"
	case ResetWeekly:
		return "/week"
	case ResetMonthly:
		return "/month"
	}
	return " " + string(r)
}

// DayStart returns the start of t's UTC day.
func DayStart(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// WeekStart returns the start of t's UTC week, a Monday.
func WeekStart(t time.Time) time.Time {
	d := DayStart(t)
	return d.AddDate(0, 0, -(int(d.Weekday())+6)%7)
}

// MonthStart returns the start of t's UTC month.
func MonthStart(t time.Time) time.Time {
	y, m, _ := t.UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}
