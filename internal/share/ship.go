package share

import (
	"context"
	"errors"
	"slices"
	"time"

	"ortop/internal/pgwire"
)

// batch is how many entries are sent at once at most, of one account or of several.
const batch = 64

// ship sends what waits, until it is time to look who has which account: then the next
// one goes on where this one was.
func (c *Collector) ship(ctx context.Context) {
	waiting := c.count(ctx)
	if c.Away() > 0 || len(waiting) == 0 {
		return // the next beat asks again
	}
	var todo []*Account
	for i := range c.accounts {
		a := c.accounts[(c.from+i)%len(c.accounts)]
		if !a.held && waiting[[2]string{a.Name, a.BaseURL}] > 0 {
			todo = append(todo, a)
		}
	}
	rest, err := c.send(ctx, todo, func() bool { return !c.next.IsZero() && time.Now().After(c.next) })
	if len(rest) > 0 {
		c.from = slices.Index(c.accounts, rest[0])
	}
	c.noteOf(err)
	c.count(ctx)
}

// send sends what waits of accounts, as far as there is time, and returns those of which
// something is left, and the first error.
func (c *Collector) send(ctx context.Context, todo []*Account, late func() bool) (rest []*Account, first error) {
	refused := map[*Account]int{}
	for len(todo) > 0 && !late() {
		n, entries := 0, 0
		for n < len(todo) && (n == 0 || entries+todo[n].Waits() <= batch) {
			entries += todo[n].Waits()
			n++
		}
		left, err := c.sendSome(ctx, todo[:n], refused)
		if first == nil {
			first = err
		}
		todo = append(todo[n:], left...)
		if err != nil && !answered(err) {
			break
		}
	}
	return todo, first
}

// answered reports whether an error concerns one account alone: the engine answered, or
// was not asked.
func answered(err error) bool {
	var e *Error
	return !errors.As(err, &e) || !Away(err) && e.Code != "25006"
}

// noteOf is note for what was done for accounts: an error that concerns one of them is
// said, and keeps nothing of the others back.
func (c *Collector) noteOf(err error) {
	if err == nil || !answered(err) {
		_ = c.note(err) // it is logged
	}
	odd := ""
	switch {
	case err != nil && answered(err) && !errors.Is(err, context.Canceled):
		odd = err.Error()
	case slices.ContainsFunc(c.accounts, func(a *Account) bool { return a.held }):
		return // as said
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.odd != odd && odd != "" {
		c.log.Warn("sharing the history", "error", odd)
	}
	c.odd = odd
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

// snapshotText is the account's snapshot; nil: there is none.
func (c *Collector) snapshotText(a *Account) *string {
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
