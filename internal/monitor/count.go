package monitor

import (
	"context"
	"errors"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
)

// Count is a Meter that sends no requests: it goes by the snapshots of its
// monitor, which runs.
type Count struct {
	m     *Monitor
	meter Meter
}

// Count counts from a snapshot on. The error is for one that has no usage.
func (m *Monitor) Count(s *account.Snapshot) (*Count, error) {
	c := &Count{m: m}
	var err error
	c.meter.first, c.meter.label, err = tallyOf(s)
	c.meter.rate = hourly(s.Burn)
	return c, err
}

// Spent is what was spent from the first snapshot to s.
func (c *Count) Spent(ctx context.Context, s *account.Snapshot) (Cost, error) {
	cost := Cost{Of: c.meter.Of(), Fault: s.Fault}
	at := c.m.subject.Load()
	u, _, err := tallyOf(s)
	switch {
	case err != nil:
	case at == nil:
		err = errors.New("nothing was read yet")
	case u.usd < c.meter.first.usd-settleSlack:
		err = errBroken
	default:
		err = c.meter.first.continues(ctx, u, s, at.db, at.account)
	}
	if err == nil {
		c.meter.measure(&cost, u)
	}
	return cost, err
}

// tallyOf is what a snapshot says was ever spent, and the label of the key where
// that is a key's.
//
//go:noinline
func tallyOf(s *account.Snapshot) (u tally, label string, err error) {
	u.at = s.At
	switch {
	case s.Balance != nil:
		u.usd, u.account = s.Balance.UsageUSD, true
	case s.Key != nil && s.Key.Usage.TotalUSD != nil:
		u.usd, label = *s.Key.Usage.TotalUSD, s.Key.Label
	default:
		return u, "", &faultError{account.Fault{Kind: credit.FaultMalformed, Message: "neither the account's usage nor the key's is in the answer"}}
	}
	return u, label, nil
}

// continues returns an error where u, of the snapshot s, is not of the same numbers
// as t.
func (t tally) continues(ctx context.Context, u tally, s *account.Snapshot, db *history.DB, of history.Series) error {
	if u.account != t.account {
		return &faultError{account.Fault{Kind: credit.FaultForbidden, Message: s.BalanceNote}}
	}
	segments, err := db.Segments(ctx, of, t.at.Add(time.Second), u.at.Add(time.Second))
	if err == nil && u.account && len(segments) > 0 {
		err = errBroken
	}
	return err
}
