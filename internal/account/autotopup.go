package account

import (
	"time"

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
func (s *Snapshot) TopUpMissing() (since time.Time, ok bool) {
	if s.AutoTopUp == nil {
		return since, false
	}
	return s.AutoTopUp.MissingSince, !s.AutoTopUp.MissingSince.IsZero()
}
