package account

import (
	"strings"
	"time"

	"ortop/internal/forecast"
	"ortop/internal/text"
)

// whyRhythm says when the account rarely spends, where its forecast goes by that.
func (s *Snapshot) whyRhythm(now time.Time) string {
	if s.Rhythm == nil || s.Forecast.State != forecast.OK {
		return ""
	}
	var when []string
	if days := s.Rhythm.QuietDays(); len(days) > 0 {
		on := "on " + weekdays(days)
		if _, offset := now.Zone(); offset != 0 {
			on += " (UTC)"
		}
		when = append(when, on)
	}
	if from, to, ok := s.Rhythm.Night(); ok {
		clock := func(hour int) string {
			return text.Format(time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, time.UTC).In(now.Location()), "15:04")
		}
		when = append(when, "from "+clock(from)+" to "+clock(to))
	}
	if len(when) == 0 {
		return ""
	}
	return "You rarely spend " + strings.Join(when, " and ") + "; the forecast allows for it."
}

// weekdays are UTC days from Monday, in words.
func weekdays(days []int) string {
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = time.Weekday((d+1)%7).String() + "s"
	}
	return text.List(names)
}
