package account

import (
	"slices"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
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
// has is not known any more.
func (l Limits) report(r *alert.Reading, ownLabel string) {
	age := r.Now.Sub(l.At)
	if l.At.IsZero() || age < 0 || age > listingGood {
		r.Partial = true
		return
	}
	r.Partial = !l.All
	old := l.BudgetsAt.IsZero() || r.Now.Sub(l.BudgetsAt) > budgetsGood
	r.Limits = append(append(slices.Grow(r.Limits, len(l.Caps)+len(l.Budgets)), l.Caps...), l.Budgets...)
	for i := range r.Limits {
		if a := &r.Limits[i]; old && i >= len(r.Limits)-len(l.Budgets) {
			a.UsedUSD = nil
		}
	}
	r.Keys = slices.Grow(r.Keys, len(l.Expiries))
	for _, e := range l.Expiries {
		if e.Label != ownLabel && r.Now.Sub(e.At) < expiredFor {
			r.Keys = append(r.Keys, e.Expiry)
		}
	}
}

// Bound is a limit of the key as something that runs out of its own: the cap, or the
// budget that binds it.
type Bound struct {
	Forecast forecast.Forecast `json:"forecast"` // its Subject says which limit
	ResetsAt time.Time         `json:"resets_at,omitzero"`
}

// Chance is how likely it is spent before it resets; ok is false where that is
// not known, and where it never does.
func (b Bound) Chance() (p float64, ok bool) {
	if b.ResetsAt.IsZero() {
		return 0, false
	}
	return b.Forecast.Chance(b.ResetsAt.Sub(b.Forecast.At))
}

// ChanceOf is the Chance of a limit of the key.
func (s *Snapshot) ChanceOf(limit forecast.Subject) (p float64, ok bool) {
	for _, b := range s.Bounds {
		if b.Forecast.Subject == limit {
			return b.Chance()
		}
	}
	return 0, false
}

// LimitChance is that chance in words, to be put behind what is left of the limit:
// ", 34 % likely to be spent before"; empty where it is not known.
func (s *Snapshot) LimitChance(limit forecast.Subject) string {
	if p, ok := s.ChanceOf(limit); ok && p < 1 {
		return ", " + text.Chance(p) + " likely to be spent before"
	}
	return ""
}

// whyLimits names what runs out, where that is not the balance, and says of each limit
// of the key how likely it is spent before it resets.
func (s *Snapshot) whyLimits() (lines []string) {
	if len(s.Bounds) == 0 {
		return nil
	}
	for _, b := range s.Bounds {
		f, first := b.Forecast, b.Forecast.Subject == s.Forecast.Subject
		line := "The " + s.LimitName(f.Subject)
		resets := "it resets on " + text.Format(b.ResetsAt.UTC(), "2 Jan, 15:04") + " UTC"
		p, known := b.Chance()
		switch {
		case f.State == forecast.Depleted && b.ResetsAt.IsZero():
			line += " is spent, and never resets."
		case f.State == forecast.Depleted:
			line += " is spent; " + resets + "."
		case first && b.ResetsAt.IsZero():
			line += " runs out before the balance, and never resets."
		case !known:
			continue
		case first:
			line += " runs out first: " + text.Chance(p) + " likely before " + resets + "."
		case p < .5:
			line += " probably lasts: " + text.Chance(p) + " likely to be spent before " + resets + "."
		default:
			line += " runs out later: " + text.Chance(p) + " likely before " + resets + "."
		}
		lines = append(lines, line)
	}
	return lines
}
