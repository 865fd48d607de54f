package panel

import (
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/text"
)

// window is what was spent up to the newest reading.
type window struct {
	label, short string
	usd          *float64
	from         time.Time
}

// windowsOf are the windows of the overview.
func windowsOf(s *account.Snapshot) []window {
	back := func(days int) time.Time { return s.At.AddDate(0, 0, -days) }
	return []window{
		{"today (UTC)", "today", s.Spend.TodayUSD, credit.DayStart(s.At)},
		{"24 h", "", s.Spend.Last24hUSD, back(1)},
		{"7 d", "", s.Spend.Last7dUSD, back(7)},
		{"30 d", "", s.Spend.Last30dUSD, back(30)},
	}
}

// says is the sum of a window, or that some of it was not seen.
func (w window) says(s *account.Snapshot) string { return seen(s, w.usd, w.from) }

// seen is an amount that was spent since from, or that some of it was not seen.
func seen(s *account.Snapshot, usd *float64, from time.Time) string {
	if usd == nil && s.NotSeen(from) != "" {
		return "not seen"
	}
	return text.MaybeUSD(usd)
}

// NotSeen is how much was not seen, for which a window has no sum; empty: nothing.
func NotSeen(s *account.Snapshot) string {
	for _, w := range windowsOf(s) {
		if w.usd == nil {
			if says := s.NotSeen(w.from); says != "" {
				return says
			}
		}
	}
	return ""
}
