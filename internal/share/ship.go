package share

import (
	"context"
	"errors"
)

// batch is how many entries are sent at once at most.
const batch = 64

// ship sends what waits.
func (c *Collector) ship(ctx context.Context) {
	waiting := c.count(ctx)
	if c.Away() > 0 {
		return // the next beat asks again
	}
	for _, a := range c.accounts {
		if waiting[[2]string{a.Name, a.BaseURL}] == 0 {
			continue
		}
		if c.note(c.shipAccount(ctx, a)) != nil {
			break
		}
	}
	c.count(ctx)
}

// shipAccount sends an account's outbox, in order.
func (c *Collector) shipAccount(ctx context.Context, a *Account) error {
	for {
		id, token, others := a.lease()
		if id == 0 || token == 0 && !others {
			return nil
		}
		list, err := c.db.Outbox(ctx, a.Name, a.BaseURL, batch)
		if err != nil || len(list) == 0 {
			return err
		}
		if whole := list[0].Rows.Whole; len(whole) > 0 {
			rev := int64(0)
			if token == 0 {
				_, err = c.e.Push(ctx, c.db, a.Name, a.BaseURL)
			} else if rev, err = c.rewrite(ctx, a, whole); errors.Is(err, errFenced) {
				a.lose(true)
				return nil
			}
			if err != nil {
				return err
			}
			if err := c.settled(ctx, a, list[0].Seq, rev); err != nil {
				return err
			}
			continue
		}
		n := 1
		for n < len(list) && len(list[n].Rows.Whole) == 0 {
			n++
		}
		rows, err := c.e.merge(a, id, list[:n])
		if err != nil {
			return err
		}
		rev, ok := int64(0), false
		if token != 0 {
			rev, ok, err = c.e.append(id, token, c.id, rows, c.picture(a))
		} else {
			rev, err = c.e.late(id, trueRows(rows))
			rev, ok = -rev, true
		}
		if err != nil {
			return err
		}
		if !ok {
			a.lose(true) // by the next beat it is known whose it is
			continue
		}
		if err := c.settled(ctx, a, list[n-1].Seq, rev); err != nil {
			return err
		}
	}
}

// settled notes that entries were acknowledged.
func (c *Collector) settled(ctx context.Context, a *Account, seq, rev int64) error {
	if err := c.db.Sent(ctx, a.Name, a.BaseURL, seq, rev); err != nil {
		return err
	}
	before := a.storedSoFar()
	n, _, err := c.db.Waits(ctx, a.Name, a.BaseURL)
	if err != nil {
		return err
	}
	a.counted(before, n)
	a.mu.Lock()
	a.rev = max(a.rev, rev)
	settled, told := a.waits == 0, a.sent
	a.mu.Unlock()
	if told != nil && settled {
		told()
	}
	return nil
}

// picture is the account's snapshot; nil: there is none.
func (c *Collector) picture(a *Account) *string {
	if c.snapshot == nil {
		return nil
	}
	b := c.snapshot(a.Name, a.BaseURL)
	if b == nil {
		return nil
	}
	s := string(b)
	return &s
}
