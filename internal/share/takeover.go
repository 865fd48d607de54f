package share

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"ortop/history"
	"ortop/internal/pgwire"
	"ortop/internal/sorted"
)

// take takes the accounts that are free still, those first that are to be read first.
func (c *Collector) take(ctx context.Context, all map[[2]string]seen, free []*Account) error {
	if len(free) == 0 {
		return nil
	}
	of := func(a *Account) seen { return all[[2]string{a.Name, a.BaseURL}] }
	sorted.By(free, func(a, b *Account) int { return cmp.Compare(of(a).due, of(b).due) })
	var ids []int64
	for _, a := range free {
		ids = append(ids, of(a).id)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	tokens := map[int64]int64{}
	err = c.e.query(`UPDATE @.account a SET owner = $1, token = token + 1 WHERE id IN (
		SELECT b.id FROM @.account b WHERE b.id IN (SELECT v::int FROM json_array_elements_text($2::json) v) AND (b.owner IS NULL OR b.owner = $1 OR NOT EXISTS (
			SELECT 1 FROM @.collector c WHERE c.id = b.owner AND c.expires > clock_timestamp())) ORDER BY b.id FOR UPDATE SKIP LOCKED)
		RETURNING a.id, a.token`, func(r pgwire.Row) error {
		var id, token int64
		err := r.Scan(&id, &token)
		tokens[id] = token
		return err
	}, c.me(), string(list))
	if err != nil {
		return err
	}
	var failed error
	sent := time.Now()
	for _, a := range free {
		s := of(a)
		token := tokens[s.id]
		if token == 0 {
			continue
		}
		if !c.holds() || ctx.Err() != nil { // others take them by now
			return ctx.Err()
		}
		if err := c.overtake(ctx, a, s); err != nil {
			if failed = err; !answered(err) {
				break
			}
			continue
		}
		a.mu.Lock()
		a.token, a.others, a.owner = token, false, c.host
		a.mu.Unlock()
		c.log.Info("took over the account", "account", a.Name)
		if time.Since(sent) > time.Second { // what those have that are ours already waits no longer for the rest
			c.next = time.Time{}
			c.ship(ctx)
			sent = time.Now()
		}
	}
	return failed
}

// overtake takes in the past of an account that is about to be ours, which the next
// reading follows. What others wrote since we last did counts: what waits here is late.
func (c *Collector) overtake(ctx context.Context, a *Account, s seen) error {
	_, last, err := c.db.LastSent(ctx, a.Name, a.BaseURL)
	switch {
	case err != nil || last == s.rev && s.rev > 0:
		return err
	case s.rev == 0: // what was read before it was shared, or before this copy of the engine
		_, err := c.e.Push(ctx, c.db, a.Name, a.BaseURL)
		return err
	}
	a.lose(true)
	a.keys = map[string]int64{} // they are others after another's rewrite
	if _, err := c.send(ctx, []*Account{a}, func() bool { return false }); err != nil {
		return err
	}
	return c.past(ctx, a, s.id)
}

// pastDays is how much of an account's past its collector needs.
const pastDays = 60

// beginState is since when a collector's file has the past of an account; none where it
// has all of it.
const beginState = "share-begin"

// begunState is since when rows are being taken in, none where that came to its end: what
// is taken in first has our file stand where the account stands now.
const begunState = "~share-begun"

// past takes in the rows of an account that our file needs: the last days of all its
// series, and where it has some already, all since those.
func (c *Collector) past(ctx context.Context, a *Account, id int64) error {
	own, err := c.db.Series(ctx, a.Name, a.BaseURL, history.Own)
	if err != nil {
		return err
	}
	begin := time.Now().AddDate(0, 0, -pastDays).Unix()
	_, some, err := c.db.First(ctx, own)
	if err != nil {
		return err
	}
	if some {
		p, _, err := c.db.Poll(ctx, own)
		if err != nil {
			return err
		}
		begin = min(begin, p.Success.Unix()-overlap)
	}
	begun, err := c.number(ctx, own, begunState)
	if err != nil {
		return err
	}
	if begun != 0 {
		begin = min(begin, begun)
	}
	take := func(rows history.Rows) error { return c.db.Take(ctx, a.Name, a.BaseURL, rows) }
	older := false
	if !some {
		err = c.e.query(`SELECT 1 FROM @.series s WHERE account = $1 AND subject NOT LIKE '~%' AND EXISTS (
			SELECT 1 FROM @.sample WHERE account = s.account AND key = s.key AND at < $2) LIMIT 1`, func(pgwire.Row) error { older = true; return nil }, id, begin)
	}
	if err != nil {
		return err
	}
	since := strconv.AppendInt(nil, begin, 10)
	states := []history.StateRow{{Name: begunState, Value: since}}
	if older { // before its rows: it is true of some of them too
		states = append(states, history.StateRow{Name: beginState, Value: since})
	}
	if err := take(history.Rows{States: states}); err != nil {
		return err
	}
	for range attempts {
		if _, _, err = c.e.read(ctx, span{id: id, from: max(0, begin), all: true}, take); !errors.Is(err, errCopy) {
			break
		}
	}
	if err != nil {
		return err
	}
	return take(history.Rows{States: []history.StateRow{{Name: begunState}}})
}

// begins is since when our file has the past of an account; 0: it has all.
func (c *Collector) begins(ctx context.Context, a *Account) (begin int64, err error) {
	own, err := c.db.Series(ctx, a.Name, a.BaseURL, history.Own)
	if err != nil {
		return 0, err
	}
	return c.number(ctx, own, beginState)
}

// number is a state that is one; 0: there is none.
func (c *Collector) number(ctx context.Context, s history.Series, name string) (int64, error) {
	value, err := c.db.State(ctx, s, name)
	if err != nil || len(value) == 0 {
		return 0, err
	}
	return strconv.ParseInt(string(value), 10, 64)
}
