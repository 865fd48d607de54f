package account

import (
	"slices"
	"time"

	"ortop/internal/forecast"
)

// Total is the sum over several accounts: of how many of them it is, and how
// old.
type Total struct {
	Accounts int // in all
	Known    int // of how many the balance is known
	Repeated int // how many of those are another name of one that is in the sum
	// BalanceUSD, USDPerHour and USDPerDay are sums over those whose balance is
	// known; nil where there is none, or where it is not known of one of them.
	BalanceUSD, USDPerHour, USDPerDay *float64
	// Oldest is when the oldest part of the sum was read; zero if there is none.
	Oldest time.Time
	// Stale reports whether a part of the sum is.
	Stale bool
	// First is the place of the account that is spent, or else the first to run
	// out; -1 where none is known to.
	First int
}

// TotalOf adds up what is known of accounts at now. Two names of one account count
// once: their keys are of one organization, or where that is not told, the same
// person made both and the same was bought at the same host.
func TotalOf(accounts []Snapshot, now time.Time) Total {
	var counted []*Snapshot // pointers: each is compared with all
	t := Total{Accounts: len(accounts), First: firstOut(accounts)}
	var balance, perHour, perDay float64
	sums := []struct {
		sum *float64
		out **float64
		of  func(*Snapshot) *float64
	}{
		{&balance, &t.BalanceUSD, func(s *Snapshot) *float64 { v := s.Balance.LeftUSD(); return &v }},
		{&perHour, &t.USDPerHour, func(s *Snapshot) *float64 { return s.Burn.USDPerHour }},
		{&perDay, &t.USDPerDay, func(s *Snapshot) *float64 { return s.Burn.USDPerDay }},
	}
	for i := range accounts {
		s := &accounts[i]
		if s.Balance == nil {
			continue
		}
		if t.Known++; t.Known == 1 {
			for _, v := range sums {
				*v.out = v.sum
			}
		}
		if t.Oldest.IsZero() || s.At.Before(t.Oldest) {
			t.Oldest = s.At
		}
		t.Stale = t.Stale || s.Stale(now)
		if slices.ContainsFunc(counted, s.isAlso) {
			t.Repeated++
			continue
		}
		counted = append(counted, s)
		for _, v := range sums {
			if usd := v.of(s); usd != nil {
				*v.sum += *usd
			} else {
				*v.out = nil
			}
		}
	}
	return t
}

// isAlso reports whether o is another name of the same account.
func (s *Snapshot) isAlso(o *Snapshot) bool {
	if s.Host != o.Host || s.Demo != o.Demo || s.Key == nil || o.Key == nil {
		return false
	}
	if same, known := s.Key.Owner.Same(o.Key.Owner); known {
		return same
	}
	return s.Key.Creator != "" && s.Key.Creator == o.Key.Creator && s.Balance.CreditsUSD == o.Balance.CreditsUSD
}

// firstOut is the place of the account that is spent, or the first to run out
// of those that are not refilled before.
func firstOut(accounts []Snapshot) int {
	first := -1
	var at time.Time
	for i, s := range accounts {
		switch f := s.Forecast; {
		case f.State == forecast.Depleted:
			return i
		case f.State == forecast.OK && !s.Refilled() && (first < 0 || f.Time(f.P50).Before(at)):
			first, at = i, f.Time(f.P50)
		}
	}
	return first
}
