package account

import (
	"fmt"
	"math"
	"time"

	"ortop/internal/text"
)

// AboutRise is what follows from the rise of spend that an event is about: how long
// the balance lasts at the rates of now, and when such an event comes again. Both are
// empty where nothing is known, and pace where the rise is over.
func (s *Snapshot) AboutRise(e *Event) (pace, again string) {
	switch {
	case e.Kind != EventLeak || s.At.IsZero():
		return "", ""
	case s.RiseSince.IsZero() || e.At.Before(s.RiseSince.Truncate(time.Second)):
		return "", "This rise is over."
	}
	again = fmt.Sprintf("Comes again when this rise is over and another reaches %.4g times its first week.", s.RiseFactor)
	if b, u := s.Balance, s.Burn; b != nil && !s.Refilled() && u.WeekUSDPerDay != nil {
		left := b.LeftUSD()
		if pace = lasting(left, *u.WeekUSDPerDay); pace != "" {
			pace = "At the week's " + text.USD(*u.WeekUSDPerDay) + " a day " + text.USD(left) + " lasts " + pace
			if u.USDPerDay != nil {
				if day := lasting(left, *u.USDPerDay); day != "" {
					pace += "; at the last day's " + text.USD(*u.USDPerDay) + ", " + day
				}
			}
			pace += "."
		}
	}
	return pace, again
}

// lasting is how long an amount lasts at a rate, in whole days where they are many;
// empty: nothing is left, or nothing is spent.
func lasting(usd, perDay float64) string {
	switch days := math.Round(usd / perDay); {
	case usd <= 0 || perDay <= 0:
		return ""
	case days < 3 || days > 365:
		return text.Seconds(usd / perDay * 86400)
	default:
		return text.Many(int(days), "day")
	}
}
