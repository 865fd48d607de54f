package monitor

import (
	"context"
	"errors"
	"fmt"
	"ortop/internal/sorted"
	"time"

	"ortop/client"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/gate"
	"ortop/internal/text"
)

// Charges land late, and the answers about them are up to a minute old.
const (
	// SettleStill is how long usage must have been still to be settled.
	SettleStill = 90 * time.Second
	// SettleLimit is how long that is waited for.
	SettleLimit = 4 * time.Minute
	settleEvery = 10 * time.Second
	// settleSlack is how far two totals may differ and count as equal.
	settleSlack = 1e-9
)

// Meter measures what an account, or one of its keys, spends while something is
// done. Its methods are for one goroutine.
type Meter struct {
	_ [0]func() // never compared, which would be some program for each type

	st    *store
	api   API
	fp    string
	key   string // the hash of the key that is meant; empty: the account
	own   bool   // the key in use is measured, for it sees no other
	label string // of that key
	waits *waits
	first tally
	rate  *float64 // USD per hour before; nil is unknown
}

// tally is one reading of what was ever spent.
type tally struct {
	at      time.Time
	usd     float64
	account bool // of the account, and not of a key
}

// Cost is what was spent while something was done. Sums are in USD; nil is
// unknown.
type Cost struct {
	// Of is whose spend it is: "the account", or a key.
	Of       string
	SpentUSD *float64
	// BackgroundUSD is what is spent in as long a time at the rate of before:
	// of the last hour or day, or for a key of the current UTC day. It is part
	// of SpentUSD as far as others went on.
	BackgroundUSD *float64
	Span          time.Duration // what both are of: from the first reading to the last
	// Settled reports whether usage was still for SettleStill; SettledAfter is
	// then how long after the end it was last seen to rise, 0 if it was not.
	Settled      bool
	SettledAfter time.Duration
	Still        time.Duration  // how long usage has been still
	Fault        *account.Fault // of the last reading
}

// Meter reads what was ever spent, to compare with it later. An empty keyHash
// means the account, or the key in use where that cannot see the account. An
// ordinary key sees no other: whatever keyHash is, its own spend is then
// measured, and Cost.Of names it.
func (m *Monitor) Meter(ctx context.Context, keyHash string) (*Meter, error) {
	st, err := openStore(ctx, m, Freshness{})
	if err != nil {
		return nil, err
	}
	t := &Meter{st: st, key: keyHash}
	if t.api, t.fp, err = m.o.Connect(ctx); err != nil {
		return nil, &ConnectError{err}
	}
	t.waits = m.newWaits(t.fp, gate.Policy{})
	if t.first, err = t.read(ctx); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// Close lets the connections go.
func (t *Meter) Close() { t.api.CloseIdle() }

// Of names whose spend is measured.
func (t *Meter) Of() string {
	switch {
	case t.first.account:
		return "the account"
	case t.label != "":
		return "the key " + t.label
	}
	return "the key"
}

// Settle waits until usage has been still for SettleStill, at most SettleLimit
// and until ctx ends, and returns what was spent since the Meter was made. It
// calls progress after each reading.
func (t *Meter) Settle(ctx context.Context, progress func(Cost)) Cost {
	ctx, cancel := context.WithTimeout(ctx, SettleLimit)
	defer cancel()
	ended := t.st.o.Now()
	last, moved := t.first, ended
	c := Cost{Of: t.Of()}
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for {
		r, err := t.read(ctx)
		if err == nil && r.usd < last.usd-settleSlack {
			err = errBroken
		}
		switch {
		case ctx.Err() != nil:
			return c
		case err != nil:
			c.Fault = newFault(err)
		default:
			if r.usd > last.usd+settleSlack {
				moved = sorted.Later(moved, r.at)
				c.SettledAfter = moved.Sub(ended)
			}
			last, c.Fault = r, nil
			t.measure(&c, r)
			c.Still = max(0, r.at.Sub(moved))
			c.Settled = c.Still >= SettleStill
		}
		progress(c)
		if c.Settled || c.Fault != nil && c.Fault.Kind == credit.FaultUnauthorized {
			return c
		}
		select {
		case <-ctx.Done():
			return c
		case <-tick.C:
		}
	}
}

// Read reads what was spent since the Meter was made.
func (t *Meter) Read(ctx context.Context) (Cost, error) {
	c := Cost{Of: t.Of()}
	r, err := t.read(ctx)
	if err == nil && r.usd < t.first.usd-settleSlack {
		err = errBroken
	}
	if err == nil {
		t.measure(&c, r)
	}
	return c, err
}

// measure puts what was spent up to r, and the background, into c.
func (t *Meter) measure(c *Cost, r tally) {
	spent := max(0, r.usd-t.first.usd)
	c.SpentUSD, c.Span = &spent, r.at.Sub(t.first.at)
	if t.rate != nil {
		background := *t.rate * c.Span.Hours()
		c.BackgroundUSD = &background
	}
}

// read requests what was ever spent.
func (t *Meter) read(ctx context.Context) (tally, error) {
	ctx, cancel := context.WithTimeout(ctx, onceLimit)
	defer cancel()
	if t.key != "" {
		return t.readKey(ctx)
	}
	if err := t.st.load(ctx); err != nil {
		return tally{}, err
	}
	s, err := t.st.refreshed(ctx, t.api, t.fp)
	if err != nil {
		return tally{}, err
	}
	if s.Fault != nil {
		return tally{}, &faultError{*s.Fault}
	}
	u, label, err := tallyOf(&s)
	if err != nil {
		return u, err
	}
	t.label = label
	if t.first.at.IsZero() {
		t.rate = hourly(s.Burn)
		return u, nil
	}
	return u, t.first.continues(ctx, u, &s, t.st.db, t.st.of())
}

var errBroken = &faultError{account.Fault{Kind: credit.FaultMalformed, Message: "the numbers do not continue those from before"}}

// hourly is the rate of the last hour, or for want of that of the last day.
func hourly(b account.Burn) *float64 {
	if b.USDPerHour == nil && b.USDPerDay != nil {
		rate := *b.USDPerDay / 24
		return &rate
	}
	return b.USDPerHour
}

// readKey requests what one key spent. Nothing of it is stored.
func (t *Meter) readKey(ctx context.Context) (tally, error) {
	o := t.st.o
	t.waits.restore(ctx)
	if until, err := t.waits.gate.Until(t.key); err != nil {
		return tally{}, &faultError{account.Fault{Kind: credit.FaultRateLimited, Message: "the server asks to wait until " + text.Moment(until, o.Now())}}
	}
	var u client.KeyUsage
	err := t.waits.within(ctx, t.key, func(ctx context.Context) (err error) {
		u, err = t.requestKey(ctx)
		return err
	})
	if err != nil {
		return tally{}, fmt.Errorf("reading the key %.8s: %w", text.Clean(t.key, maxName), err)
	}
	now := o.Now()
	if t.first.at.IsZero() {
		t.rate = today(u.UsageDailyUSD, now)
		t.label = text.Clean(u.Label, maxName)
	}
	return tally{at: now, usd: u.UsageUSD}, nil
}

func (t *Meter) requestKey(ctx context.Context) (client.KeyUsage, error) {
	var own client.Key
	askOwn := func() (err error) {
		own, err = t.api.Key(ctx)
		return err
	}
	if t.own {
		err := again(ctx, askOwn)
		return own.KeyUsage, err
	}
	var k client.APIKey
	err := again(ctx, func() (err error) {
		k, err = t.api.KeyByHash(ctx, t.key)
		return err
	})
	if t.first.at.IsZero() && (errors.Is(err, client.ErrForbidden) || errors.Is(err, client.ErrUnauthorized)) {
		// This is how a key is answered that is no management key, too.
		if again(ctx, askOwn) == nil && own.IsManagementKey != nil && !*own.IsManagementKey {
			t.own = true
			return own.KeyUsage, nil
		}
	}
	return k.KeyUsage, err
}

// Own reports whether the key in use is measured for want of the one that was
// meant.
func (t *Meter) Own() bool { return t.own }

// today is the rate in USD per hour of a UTC day that is at least an hour old.
func today(usd *float64, now time.Time) *float64 {
	hours := now.Sub(credit.DayStart(now)).Hours()
	if usd == nil || hours < 1 {
		return nil
	}
	rate := *usd / hours
	return &rate
}
