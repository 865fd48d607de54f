package account

import (
	"slices"
	"sort"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// AutoTopUp is the account's automatic top-up, as far as its purchases show
// it: the API does not.
type AutoTopUp struct {
	ThresholdUSD float64 // it buys when the balance is below
	AmountUSD    float64
	Seen         int       // how many of its purchases were seen, of late
	Last         time.Time // the newest
	// Next is when it buys next: the forecast of the balance over the
	// threshold. State Depleted means that it is due now.
	Next forecast.Forecast
	// USDPerMonth is what it buys in 30 days at this burn; nil is unknown.
	USDPerMonth *float64
	// MissingSince is since when the balance is below the threshold though
	// nothing was bought, where that is longer than it ever takes; else zero.
	MissingSince time.Time
}

// Refilled reports whether an automatic top-up will come before the balance
// runs out: surfaces then show when it comes. The forecast goes on
// saying how long the balance alone would last.
//
//go:noinline
func (s *Snapshot) Refilled() bool {
	a, f := s.AutoTopUp, s.Forecast
	return a != nil && a.MissingSince.IsZero() && f.Subject == forecast.Account && f.State != forecast.Depleted && f.State != forecast.Unknown
}

// TopUpMissing returns since when an automatic top-up that was expected did not
// come; ok is false where none is missing.
//
//go:noinline
func (s *Snapshot) TopUpMissing() (since time.Time, ok bool) {
	if s.AutoTopUp == nil {
		return since, false
	}
	return s.AutoTopUp.MissingSince, !s.AutoTopUp.MissingSince.IsZero()
}

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

// lastTopUp is what was bought last; zero: no purchase is known. A refund is none.
func (b *Book) lastTopUp() credit.TopUp {
	if b.Account == nil {
		return credit.TopUp{}
	}
	for _, t := range slices.Backward(b.Account.TopUps) {
		if t.AmountUSD > 0 {
			return t
		}
	}
	return credit.TopUp{}
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
