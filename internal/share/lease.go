package share

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"ortop/history"
	"ortop/internal/pgwire"
)

// seen is an account as the engine has it.
type seen struct {
	id, token, rev int64
	sent           int64 // how far it has what our file sent
	due            int64 // when it is to be read next, in ms; 0: at once
	name, baseURL  string
	owner, host    string
	live           bool
}

// beat renews the lease, takes accounts that nobody has, and gives those back that
// others should have.
func (c *Collector) beat(ctx context.Context) {
	if c.mark == "" {
		id, err := c.db.OutboxID(ctx)
		if err != nil {
			c.log.Warn("reading the outbox", "error", err)
			return
		}
		c.mark = "~sent " + id + "@" + c.host // a copy on another machine is another file
	}
	for _, a := range c.accounts {
		a.held = false
	}
	renewed, err := c.renew()
	if err == nil && !renewed {
		// It had run out: what was ours may be another's by now.
		for _, a := range c.accounts {
			a.lose(false)
		}
		c.mu.Lock()
		if time.Now().Before(c.until) { // it did not for us: the engine went on from an older copy
			c.back = time.Now()
		}
		c.was, c.id = c.id, newID()
		c.mu.Unlock()
		renewed, err = c.renew()
	}
	if c.note(err) != nil || !renewed {
		c.look = min(c.look, time.Second)
		return
	}
	all, err := c.see()
	if err == nil {
		all, err = c.register(all)
	}
	if err == nil {
		c.noteOf(c.divide(ctx, all)) // it is said by the next beat too
		return
	}
	_ = c.note(err)
}

func (c *Collector) renew() (ok bool, err error) {
	var names [][2]string
	for _, a := range c.accounts {
		names = append(names, [2]string{a.Name, a.BaseURL})
	}
	can, err := json.Marshal(names)
	if err != nil {
		return false, err
	}
	found, ms := 0, int64(0)
	err = c.e.query(`SELECT version FROM @.meta`, func(r pgwire.Row) error { return r.Scan(&found) })
	switch {
	case err != nil:
		return false, err
	case found > version:
		return false, &Error{What: ErrFuture.Error(), Code: "0A000", kind: ErrFuture}
	case found < version:
		return false, &Error{What: ErrNoSchema.Error(), Code: "3F000", kind: ErrNoSchema}
	}
	began := time.Now()
	err = c.e.query(`INSERT INTO @.collector (id, host, version, expires, accounts) VALUES ($1, $2, $3, clock_timestamp() + $4::float8 * interval '1 second', $5)
		ON CONFLICT (id) DO UPDATE SET expires = excluded.expires, accounts = excluded.accounts WHERE collector.expires > clock_timestamp()
		RETURNING (extract(epoch FROM clock_timestamp()) * 1000)::bigint`,
		func(r pgwire.Row) error { ok = true; return r.Scan(&ms) }, c.me(), c.host, version, strconv.FormatFloat(c.e.lease.Seconds(), 'f', 3, 64), string(can))
	if ok {
		c.e.measure(ms, began)
		c.mu.Lock()
		c.until = began.Add(c.e.lease)
		c.mu.Unlock()
	}
	return ok, err
}

// see returns the accounts that the engine has.
func (c *Collector) see() (all map[[2]string]seen, err error) {
	all = map[[2]string]seen{}
	err = c.e.query(`SELECT a.id, a.name, base_url, coalesce(owner, ''), token, rev, coalesce(convert_from(m.value, 'UTF8')::bigint, 0),
		coalesce(c.host, ''), coalesce(c.expires > clock_timestamp(), false), coalesce(h.due_ms, 0)
		FROM @.account a LEFT JOIN @.collector c ON c.id = a.owner LEFT JOIN @.state m ON m.account = a.id AND m.name = $1
		LEFT JOIN @.series h ON h.account = a.id AND h.subject = '`+history.Own+`'`, func(r pgwire.Row) error {
		var s seen
		err := r.Scan(&s.id, &s.name, &s.baseURL, &s.owner, &s.token, &s.rev, &s.sent, &s.host, &s.live, &s.due)
		all[[2]string{s.name, s.baseURL}] = s
		return err
	}, c.mark)
	return all, err
}

// register makes the accounts that the engine does not have, and returns all that it has.
func (c *Collector) register(all map[[2]string]seen) (map[[2]string]seen, error) {
	var missing []map[string]string
	for _, a := range c.accounts {
		if _, ok := all[[2]string{a.Name, a.BaseURL}]; !ok {
			missing = append(missing, map[string]string{"name": a.Name, "url": a.BaseURL})
		}
	}
	if len(missing) == 0 {
		return all, nil
	}
	list, err := json.Marshal(missing)
	if err == nil {
		err = c.e.query(`INSERT INTO @.account (name, base_url) SELECT name, url FROM json_to_recordset($1::json) AS t(name text, url text)
			ORDER BY name, url ON CONFLICT DO NOTHING`, nil, string(list))
	}
	if err != nil {
		return nil, err
	}
	return c.see()
}

// lookAfter is how long after the end of a lease its accounts are looked for.
const lookAfter = 200 * time.Millisecond

// rival is a collector with a lease, and what it can read.
type rival struct {
	id  string
	can map[[2]string]bool
}

// It notes when the first lease of another ends, unless that is renewed.
func (c *Collector) rivals() (list []rival, err error) {
	c.look = c.e.lease / 4
	err = c.e.query(`SELECT id, accounts, (extract(epoch FROM expires - clock_timestamp()) * 1000)::bigint FROM @.collector WHERE expires > clock_timestamp()`, func(r pgwire.Row) error {
		v := rival{can: map[[2]string]bool{}}
		var text string
		var ms int64
		if err := r.Scan(&v.id, &text, &ms); err != nil {
			return err
		}
		if v.id != c.me() {
			c.look = min(c.look, time.Duration(ms)*time.Millisecond+lookAfter)
		}
		var names [][2]string
		_ = json.Unmarshal([]byte(text), &names) // of a version that says it otherwise: it competes for none
		for _, n := range names {
			v.can[n] = true
		}
		list = append(list, v)
		return nil
	})
	return list, err
}

// chosen is the one of the rivals that should have an account: all of them come to the
// same, and few accounts move where one joins or leaves.
func chosen(rivals []rival, name [2]string) (id string) {
	best := uint64(0)
	for _, r := range rivals {
		if !r.can[name] {
			continue
		}
		h := sha256.Sum256([]byte(strings.Join([]string{name[0], name[1], r.id}, "\x00")))
		sum := binary.BigEndian.Uint64(h[:])
		if id == "" || sum > best || sum == best && r.id > id {
			id, best = r.id, sum
		}
	}
	return id
}

// grant is an account by the token of a lease.
type grant struct {
	ID    int64 `json:"id"`
	Token int64 `json:"token"`
}

// give lets others have accounts.
func (c *Collector) give(list []grant) error {
	if len(list) == 0 {
		return nil
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return c.e.query(`UPDATE @.account a SET owner = NULL FROM json_to_recordset($1::json) AS t(id int, token bigint)
		WHERE a.id = t.id AND a.owner = $2 AND a.token = t.token`, nil, string(text), c.me())
}

// early reports whether an account is another's still, although its lease has ended: while
// the engine was away nobody could renew one, and one that went on from an older copy has
// older leases. Who comes back offers again first what that copy lacks, so that nobody
// goes on from alerts that were not told yet.
func (c *Collector) early(owner string) bool {
	c.mu.Lock()
	left := c.e.lease/4 + lookAfter - time.Since(c.back)
	early := owner != "" && owner != c.was && left > 0
	c.mu.Unlock()
	if early {
		c.look = min(c.look, left)
	}
	return early
}

// divide takes what is free and ours by choice, and gives back what is not.
func (c *Collector) divide(ctx context.Context, all map[[2]string]seen) error {
	rivals, err := c.rivals()
	if err != nil {
		return err
	}
	var free []*Account
	var others []grant
	me := c.me()
	for _, a := range c.accounts {
		name := [2]string{a.Name, a.BaseURL}
		s := all[name]
		best := chosen(rivals, name)
		a.move(s.id)
		if last, err := c.lastSent(ctx, a); err != nil {
			return err
		} else if s.sent < last {
			if err := c.unsend(ctx, a, s.sent); err != nil {
				return err
			}
		}
		a.mu.Lock()
		a.owner = s.host
		mine := a.token != 0 && s.owner == me && s.token == a.token
		if !mine {
			a.token = 0
		}
		a.others = !mine && s.live && s.owner != me
		waits := a.waits
		a.mu.Unlock()
		switch {
		case mine && best != me && best != "" && waits == 0:
			// Its polls end first; what is under way is a late row.
			a.lose(false)
			others = append(others, grant{s.id, s.token})
		case !mine && (best == me || best == "") && (s.owner == me || !s.live && !c.early(s.owner)):
			free = append(free, a)
		}
	}
	if err := c.give(others); err != nil {
		return err
	}
	if err := c.take(ctx, all, free); err != nil {
		return err
	}
	return c.takeAcknowledged(ctx)
}
