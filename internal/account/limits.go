package account

import (
	"slices"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
)

// How long a listing of the keys, and of what was spent of the budgets, is good
// for, and for how long a key that has expired is of interest.
const (
	listingGood = 20 * time.Minute
	budgetsGood = time.Hour
	expiredFor  = 7 * 24 * time.Hour
)

// Limits are what the keys and the workspaces of an account may spend, as they
// were last listed; the zero value is that they never were.
type Limits struct {
	At       time.Time
	All      bool // there are no others
	Caps     []alert.Allowance
	Expiries []KeyExpiry
	// Budgets are as of BudgetsAt.
	BudgetsAt time.Time
	Budgets   []alert.Allowance
}

// KeyExpiry is a key that expires, with its masked form.
type KeyExpiry struct {
	alert.Expiry
	Label string
}

// Allowance is a cap or a budget as it was at a moment.
func Allowance(id, name string, c credit.Cap, at time.Time) alert.Allowance {
	l := alert.Allowance{ID: id, Name: name, LimitUSD: *c.LimitUSD, UsedUSD: c.UsedUSD()}
	l.ResetsAt, _ = c.Reset.Next(at)
	return l
}

// report puts what is known into a reading of the rules. What an old listing
// has is not known any more, and of what has reset since only that it
// has.
func (l Limits) report(r *alert.Reading, ownLabel string) {
	age := r.Now.Sub(l.At)
	if l.At.IsZero() || age < 0 || age > listingGood {
		r.Partial = true
		return
	}
	r.Partial = !l.All
	old := l.BudgetsAt.IsZero() || r.Now.Sub(l.BudgetsAt) > budgetsGood
	for i, a := range slices.Concat(l.Caps, l.Budgets) {
		if old && i >= len(l.Caps) || !a.ResetsAt.IsZero() && !r.Now.Before(a.ResetsAt) {
			a.UsedUSD = nil
		}
		r.Limits = append(r.Limits, a)
	}
	for _, e := range l.Expiries {
		if e.Label != ownLabel && r.Now.Sub(e.At) < expiredFor {
			r.Keys = append(r.Keys, e.Expiry)
		}
	}
}
