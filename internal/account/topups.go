package account

import (
	"slices"
	"sort"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// autoTopUp is the automatic top-up that the account's purchases show, and by
// the model of its spend, when it buys next; nil where they show none.
func (b *Book) autoTopUp(m *forecast.Model, newest credit.Sample, at time.Time) *AutoTopUp {
	p, ok := forecast.FindTopUps(b.Purchases)
	if !ok || !newest.CreditsKnown {
		return nil
	}
	a := &AutoTopUp{ThresholdUSD: p.ThresholdUSD, AmountUSD: p.AmountUSD, Seen: p.Seen, Last: p.Last}
	over := newest.CreditsUSD - newest.UsageUSD - p.ThresholdUSD
	a.Next = m.Forecast(&over)
	if usd, ok := m.MonthUSD(); ok {
		a.USDPerMonth = &usd
	}
	a.MissingSince = b.missing(p, newest, at)
	return a
}

// lastTopUpUSD is what was bought last; 0: no purchase is known. A refund is none.
func (b *Book) lastTopUpUSD() float64 {
	if b.Account == nil {
		return 0
	}
	for _, t := range slices.Backward(b.Account.TopUps) {
		if t.AmountUSD > 0 {
			return t.AmountUSD
		}
	}
	return 0
}

// missing returns since when a purchase of p is overdue at at; zero if it is
// not.
func (b *Book) missing(p forecast.TopUpPattern, newest credit.Sample, at time.Time) time.Time {
	under := func(s credit.Sample) bool {
		return s.Segment == newest.Segment && s.CreditsKnown && s.CreditsUSD == newest.CreditsUSD && s.CreditsUSD-s.UsageUSD < p.SureUSD
	}
	if !under(newest) {
		return time.Time{}
	}
	before, ok := b.Account.At(at.Add(-p.Overdue))
	if !ok || !under(before) {
		return time.Time{}
	}
	// With the same credits a balance only falls.
	samples := b.Account.Samples
	if i := sort.Search(len(samples), func(i int) bool { return under(samples[i]) }); i < len(samples) {
		return samples[i].At
	}
	return before.At
}

// refill is what the rules may know of an automatic top-up.
func (a *AutoTopUp) refill() *alert.Refill {
	if a == nil {
		return nil
	}
	return &alert.Refill{ThresholdUSD: a.ThresholdUSD, AmountUSD: a.AmountUSD, MissingSince: a.MissingSince}
}
