package forecast

import (
	"math"
	"time"

	"ortop/internal/credit"
)

// shownWithin are the times within which a purchase shows, from when the
// balance fell under the threshold, as far as they are told apart: mostly it is
// minutes, and by card it can take an hour, OpenRouter says.
var shownWithin = [...]time.Duration{3 * time.Minute, 15 * time.Minute, time.Hour}

// byHandWithin is within what time somebody buys who was told that the balance
// is low, if he is quick.
const byHandWithin = 6 * time.Hour

// Purchase is a rise of the credits bought, and the balance around it.
type Purchase struct {
	At        time.Time // of the first reading with it
	AmountUSD float64
	// lowUSD is what the balance would have been at At without the purchase,
	// highUSD what it was each of shownWithin before At, and spentUSD what was
	// spent in byHandWithin.
	lowUSD, spentUSD float64
	highUSD          [len(shownWithin)]float64
}

// NewPurchase looks at a top-up's surroundings. at returns the reading in effect
// at a moment, and whether there is one. ok is false for a refund, and where the
// readings around it cannot be compared.
func NewPurchase(t credit.TopUp, at func(time.Time) (credit.Sample, bool)) (p Purchase, ok bool) {
	after, have := at(t.At)
	before, had := at(t.At.Add(-time.Second))
	if !have || !had || !(t.AmountUSD > 0) || !after.CreditsKnown || !before.CreditsKnown || after.Segment != before.Segment {
		return p, false
	}
	was := func(ago time.Duration) credit.Sample {
		s, ok := at(t.At.Add(-ago))
		if !ok || !s.CreditsKnown || s.Segment != before.Segment {
			return before
		}
		return s
	}
	p = Purchase{
		At: t.At, AmountUSD: math.Round(t.AmountUSD*100) / 100,
		lowUSD: before.CreditsUSD - after.UsageUSD, spentUSD: after.UsageUSD - was(byHandWithin).UsageUSD,
	}
	for i, within := range shownWithin {
		s := was(within)
		p.highUSD[i] = max(before.CreditsUSD, s.CreditsUSD) - s.UsageUSD // a refund can set it off too
	}
	return p, true
}
