package share

import (
	"context"
	"errors"
	"time"

	"ortop/history"
	"ortop/internal/pgwire"
)

// batch is how many entries are sent at once at most.
const batch = 64

// ship sends what waits, until it is time to look who has which account: then the next
// one goes on where this one was.
func (c *Collector) ship(ctx context.Context) {
	waiting := c.count(ctx)
	if c.Away() > 0 {
		return // the next beat asks again
	}
	var first error
	for range c.accounts {
		if !c.next.IsZero() && time.Now().After(c.next) {
			break
		}
		a := c.accounts[c.from%len(c.accounts)]
		c.from++
		if waiting[[2]string{a.Name, a.BaseURL}] == 0 {
			continue
		}
		err := c.shipAccount(ctx, a)
		if first == nil {
			first = err
		}
		if err != nil && !answered(err) {
			break
		}
	}
	if len(waiting) > 0 {
		_ = c.note(first) // it is logged
		c.count(ctx)
	}
}

// answered reports whether an error concerns one account alone: the engine answered, or
// was not asked.
func answered(err error) bool {
	var e *Error
	return !errors.As(err, &e) || e.Code != "" && e.Code != "25006"
}

// shipAccount sends an account's outbox, in order.
func (c *Collector) shipAccount(ctx context.Context, a *Account) error {
	for refused := 0; ; {
		id, token, others := a.lease()
		if id == 0 {
			return nil
		}
		list, err := c.db.Outbox(ctx, a.Name, a.BaseURL, batch)
		if err != nil || len(list) == 0 {
			return err
		}
		if token == 0 && !others && !list[0].Again { // by whose lease is not known yet
			return nil
		}
		last, err := c.lastSent(ctx, a)
		if err != nil {
			return err
		}
		n := 1
		for n < len(list) && len(list[0].Rows.Whole) == 0 && len(list[n].Rows.Whole) == 0 && list[n].Again == list[0].Again {
			n++
		}
		k := sentMark{c.mark, last, list[n-1].Seq}
		rev, ok, waits := int64(0), false, 1
		if whole := list[0].Rows.Whole; len(whole) > 0 {
			rev, ok, err = c.shipWhole(ctx, a, whole, k)
		} else {
			rev, ok, err = c.shipRows(a, list[:n], k)
		}
		switch {
		case err != nil:
			return err
		case ok:
			refused = 0
			waits, err = c.settled(ctx, a, k.seq, rev)
		case refused == attempts:
			return errorf("it refuses what the account %s sends", a.Name)
		default:
			refused++
			err = c.refused(ctx, a, id)
		}
		if err != nil || waits == 0 {
			return err
		}
	}
}

// shipRows sends entries as one batch. Without a lease rev is below 0.
func (c *Collector) shipRows(a *Account, list []history.Mail, k sentMark) (rev int64, ok bool, err error) {
	id, token, _ := a.lease()
	rows, err := c.e.merge(a, id, list)
	if err != nil {
		return 0, false, err
	}
	switch {
	case token != 0:
		return c.e.append(id, token, c.me(), rows, k, c.picture(a))
	case list[0].Again:
		rev, ok, err = c.e.again(id, rows, k, list[len(list)-1].At)
	default:
		rev, ok, err = c.e.late(id, trueRows(rows), k)
	}
	return -rev, ok, err
}

// shipWhole sends all rows of series of which some were put before others.
func (c *Collector) shipWhole(ctx context.Context, a *Account, subjects []string, k sentMark) (rev int64, ok bool, err error) {
	id, token, _ := a.lease()
	if token == 0 {
		_, err = c.e.Push(ctx, c.db, a.Name, a.BaseURL)
	} else if err = c.rewrite(ctx, a, subjects); errors.Is(err, errFenced) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	if rev, ok, err = c.e.late(id, wire{}, k); token == 0 {
		rev = -rev
	}
	return rev, ok, err
}

// lastSent is the last entry of the account that was acknowledged; 0: none was.
func (c *Collector) lastSent(ctx context.Context, a *Account) (int64, error) {
	if !a.asked {
		last, _, err := c.db.LastSent(ctx, a.Name, a.BaseURL)
		if err != nil {
			return 0, err
		}
		a.last, a.asked = last, true
	}
	return a.last, nil
}

// refused finds out why nothing was written of an account.
func (c *Collector) refused(ctx context.Context, a *Account, id int64) error {
	found, token, sent, owner := false, int64(0), int64(0), ""
	err := c.e.query(`SELECT token, coalesce(owner, ''), coalesce((SELECT convert_from(value, 'UTF8')::bigint FROM @.state WHERE account = id AND name = $2), 0)
		FROM @.account WHERE id = $1`, func(r pgwire.Row) error { found = true; return r.Scan(&token, &owner, &sent) }, id, c.mark)
	if err != nil {
		return err
	}
	if _, ours, _ := a.lease(); !found {
		a.move(0)
		a.lose(false)
	} else if ours != 0 && (owner != c.me() || token != ours) {
		a.lose(true) // by the next beat it is known whose it is
	}
	return c.unsend(ctx, a, sent)
}

// unsend offers again what an engine no longer has that went on from an older copy: of
// our file it has the entries up to sent. The keys of its series may be others, also after
// another collector's rewrite.
func (c *Collector) unsend(ctx context.Context, a *Account, sent int64) error {
	last, err := c.lastSent(ctx, a)
	if err != nil {
		return err
	}
	a.keys = map[string]int64{}
	if sent >= last || c.mark == "" {
		return nil
	}
	a.asked = false
	before := a.storedSoFar()
	n, err := c.db.Unsend(ctx, a.Name, a.BaseURL, sent)
	if err != nil {
		return err
	}
	waits, _, err := c.db.Waits(ctx, a.Name, a.BaseURL)
	if err != nil {
		return err
	}
	a.counted(before, waits)
	if n > 0 {
		c.log.Warn("the engine went on from an older copy: entries are sent again", "account", a.Name, "entries", n)
	}
	return nil
}

// settled notes that entries were acknowledged, and returns how many of the account wait.
func (c *Collector) settled(ctx context.Context, a *Account, seq, rev int64) (waits int, err error) {
	before := a.storedSoFar()
	waits, err = c.db.Sent(ctx, a.Name, a.BaseURL, seq, rev)
	if err != nil {
		return 0, err
	}
	a.counted(before, waits)
	a.last, a.asked = seq, true
	a.mu.Lock()
	settled, told := a.waits == 0, a.sent
	a.mu.Unlock()
	if told != nil && settled {
		told()
	}
	return waits, nil
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
