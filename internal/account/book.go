package account

import (
	"sync"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// How far back a book reaches: forecasts look at TrailBack, save for the very
// first reading; windows of spend and what is usual at windowsBack.
const (
	TrailBack   = 57 * 24 * time.Hour
	windowsBack = 35 * 24 * time.Hour
)

// Book is an account's past as one reading needs it.
type Book struct {
	Poll Poll
	// Account, Key, Cap and Budget are the series of the account, of an ordinary
	// key that asks, and of what counts against its cap and its budget. A series
	// that there is not is nil.
	Account, Key, Cap, Budget *credit.Trail
	// Open are the forecasts that have not ended, oldest first, Ended the last
	// that did, the newest end first.
	Open, Ended []credit.Forecast
	// Purchases are the newest top-ups with the balance around each, oldest
	// first.
	Purchases []forecast.Purchase
	// Acknowledged are the alerts that a person has seen.
	Acknowledged []Event
	// Limits are what the keys and the workspaces may spend.
	Limits Limits
	// StorageNote is why history is not written to disk, or empty.
	StorageNote string
	// Damage says what of the history is damaged and left out; empty: nothing.
	Damage string
	// Brief reports that no past was loaded: the state has what a snapshot
	// shows of it.
	Brief bool
}

// Poll is the state of the account's last poll. Absent times are zero.
type Poll struct {
	Success, Due time.Time
	// Totals are of the last reading; nil where they are not known.
	Totals *credit.Balance
	Fault  *Fault // nil where nothing failed
}

// balance is the account's newest; nil where it is not known.
//
//go:noinline
func (b *Book) balance() *credit.Balance {
	if b.Brief {
		return b.Poll.Totals
	}
	if newest, ok := b.Account.Newest(); ok {
		return newest.Balance()
	}
	return nil
}

// Trail is where the book has the series of a subject; nil is there where there is none.
func (b *Book) Trail(s Subject) **credit.Trail {
	switch s {
	case OfKey:
		return &b.Key
	case OfCap:
		return &b.Cap
	case OfBudget:
		return &b.Budget
	}
	return &b.Account
}

// Add takes in what a reading adds to the series of a subject.
func (b *Book) Add(s Subject, g credit.Growth) {
	t := b.Trail(s)
	if *t == nil {
		*t = &credit.Trail{FromReason: AnotherAccount}
	}
	(*t).Add(g)
}

// Copy returns a book that is not changed by what is added to b later.
func (b *Book) Copy() *Book {
	c := *b
	for _, t := range []**credit.Trail{&c.Account, &c.Key, &c.Cap, &c.Budget} {
		if *t != nil {
			trail := **t
			*t = &trail
		}
	}
	return &c
}

// Shown is the series whose spend the surfaces show: the account's, or the
// key's where the account's is not known.
func (b *Book) Shown(f *Facts) *credit.Trail {
	if f.Source == FromKey && b.Key != nil {
		return b.Key
	}
	return b.Account
}

// model is what forecasts any balance that is spent as a series of the book was. The
// account's is taught by its forecasts that have ended. The scratch may be nil.
func (b *Book) model(t *credit.Trail, at time.Time, scratch *forecast.Scratch) *forecast.Model {
	var o forecast.Options
	if t == b.Account && !t.Empty() {
		o.Taught = taught(b.Ended)
	}
	return modelOf(t, at, o, scratch)
}

// model is what forecasts any balance that is spent as a series was.
//
//go:noinline
func model(t *credit.Trail, at time.Time, scratch *forecast.Scratch) *forecast.Model {
	return modelOf(t, at, forecast.Options{}, scratch)
}

//go:noinline
func modelOf(t *credit.Trail, at time.Time, o forecast.Options, scratch *forecast.Scratch) *forecast.Model {
	if t.Empty() {
		return forecast.New(at, nil, o)
	}
	if scratch == nil {
		scratch = new(forecast.Scratch)
	}
	o.Gaps, o.ByHour, o.Scratch = t.Unobserved(), t.ByHour(), scratch
	return forecast.New(at, goneOn(t, scratch), o)
}

// scratches are those that no model uses.
var scratches sync.Pool

// goneOn are the samples of a series as a forecast takes them. In a gap of which
// nothing tells what was spent, spend is taken to have gone on as in the rest of what
// is known: it is no silence. Usage before it is lowered by that, for a forecast goes by
// differences; such samples are in the scratch.
func goneOn(t *credit.Trail, scratch *forecast.Scratch) []credit.Sample {
	var gaps []credit.Span
	seen := t.Samples[len(t.Samples)-1].At.Sub(t.Samples[0].At)
	for _, g := range t.Gaps {
		a, ok := t.At(g.From)
		b, known := t.At(g.To)
		if g.Cause == credit.NotKnown && ok && known && a.Segment == b.Segment && a.UsageUSD == b.UsageUSD {
			gaps = append(gaps, g.Span)
			seen -= g.To.Sub(g.From)
		}
	}
	if len(gaps) == 0 || seen < time.Hour {
		return t.Samples
	}
	spent := 0.0
	for i := 1; i < len(t.Samples); i++ {
		if a, b := t.Samples[i-1], t.Samples[i]; a.Segment == b.Segment && b.UsageUSD > a.UsageUSD {
			spent += b.UsageUSD - a.UsageUSD
		}
	}
	if spent == 0 {
		return t.Samples
	}
	samples, unseen := append(scratch.Samples[:0], t.Samples...), 0.0
	scratch.Samples = samples
	for i, g := len(samples)-1, len(gaps)-1; i >= 0; i-- {
		for ; g >= 0 && !samples[i].At.After(gaps[g].From); g-- {
			unseen += spent * gaps[g].To.Sub(gaps[g].From).Seconds() / seen.Seconds()
		}
		samples[i].UsageUSD -= unseen
	}
	return samples
}
