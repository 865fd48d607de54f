package share

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"log/slog"
	"ortop/history"
	"ortop/internal/pgwire"
)

// Collector sends the outbox of a file, and competes for its accounts with those of
// other machines.
type Collector struct {
	e    *Engine
	db   *history.DB // a handle of its own on that file
	host string
	log  *slog.Logger
	// snapshot is what status --json says of an account now; nil: nothing yet.
	snapshot func(name, baseURL string) []byte
	accounts []*Account
	id       string
	wake     chan struct{}
	// acknowledged are the events of which the file knows that: account, second, sum.
	acknowledged map[[3]int64]bool

	mu     sync.Mutex
	until  time.Time // when our lease ends; zero: there was none yet
	failed time.Time // when the engine last did not answer
	away   time.Time // since when it does not; zero: it does
	word   string    // why nothing is sent; empty: it is
}

// NewCollector returns what shares the accounts of db, which were added by Add. db is
// closed by the caller.
func (e *Engine) NewCollector(db *history.DB, host string, log *slog.Logger, snapshot func(name, baseURL string) []byte) *Collector {
	return &Collector{e: e, db: db, host: host, log: log, snapshot: snapshot, id: newID(), wake: make(chan struct{}, 1), acknowledged: map[[3]int64]bool{}}
}

func newID() string { return rand.Text() }

// Add adds an account, before Run.
func (c *Collector) Add(name, baseURL string) *Account {
	a := &Account{Name: name, BaseURL: baseURL, c: c, keys: map[string]int64{}}
	c.accounts = append(c.accounts, a)
	return a
}

// Away is how long the engine has not answered; 0: it does.
func (c *Collector) Away() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away.IsZero() {
		return 0
	}
	return max(time.Since(c.away), 1)
}

// Trouble says why nothing is sent; empty: it is.
func (c *Collector) Trouble() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.word
}

// Waits is how many entries wait in all.
func (c *Collector) Waits() (n int) {
	for _, a := range c.accounts {
		a.mu.Lock()
		n += a.waits
		a.mu.Unlock()
	}
	return n
}

// Start makes the first try to get leases, so that a collector knows from the start
// what it may read.
func (c *Collector) Start(ctx context.Context) {
	c.log.Info("sharing the history by leases", "engine", c.e.where, "collector", c.id)
	c.count(ctx)
	_ = c.e.query(`DELETE FROM @.collector WHERE expires < clock_timestamp() - interval '1 day'`, nil) // only tidies up
	c.beat(ctx)
}

// Run renews the lease and sends, until ctx ends; then it sends what it can, and lets
// the accounts go.
func (c *Collector) Run(ctx context.Context) {
	beat := time.NewTicker(c.e.lease / 4)
	defer beat.Stop()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-beat.C:
			c.beat(ctx)
			c.ship(ctx)
		case <-tick.C:
			c.ship(ctx)
		case <-c.wake:
			c.ship(ctx)
		}
	}
	if c.Away() == 0 {
		last := context.WithoutCancel(ctx)
		c.ship(last)
		_ = c.note(c.e.query(`WITH gone AS (UPDATE @.account SET owner = NULL WHERE owner = $1) DELETE FROM @.collector WHERE id = $1`, nil, c.id)) // it is logged
	}
}

// note takes in whether the engine answered, and returns err.
func (c *Collector) note(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.word
	if err == nil {
		c.away = time.Time{}
	} else {
		c.failed = time.Now()
		if c.away.IsZero() {
			c.away = c.failed
		}
	}
	if c.word = ""; err != nil {
		c.word = err.Error()
	}
	switch {
	case c.word == was:
	case err != nil:
		c.log.Warn("sharing the history", "error", c.word)
	default:
		c.log.Info("sharing the history goes on")
	}
	return err
}

// seen is an account as the engine has it.
type seen struct {
	id, token, rev, rewritten int64
	name, baseURL             string
	owner, host               string
	live                      bool
}

// beat renews the lease, takes accounts that nobody has, and gives those back that
// others should have.
func (c *Collector) beat(ctx context.Context) {
	renewed, err := c.renew()
	if err == nil && !renewed {
		// It had run out: what was ours may be another's by now.
		for _, a := range c.accounts {
			a.lose(false)
		}
		c.id = newID()
		renewed, err = c.renew()
	}
	if c.note(err) != nil || !renewed {
		return
	}
	all, err := c.see()
	if err == nil {
		err = c.register(all)
	}
	if err == nil {
		err = c.divide(ctx, all)
	}
	_ = c.note(err) // it is told by the next beat too
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
		func(r pgwire.Row) error { ok = true; return r.Scan(&ms) }, c.id, c.host, version, strconv.FormatFloat(c.e.lease.Seconds(), 'f', 3, 64), string(can))
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
	err = c.e.query(`SELECT a.id, name, base_url, coalesce(owner, ''), token, rev, rewritten, coalesce(c.host, ''), coalesce(c.expires > clock_timestamp(), false)
		FROM @.account a LEFT JOIN @.collector c ON c.id = a.owner`, func(r pgwire.Row) error {
		var s seen
		err := r.Scan(&s.id, &s.name, &s.baseURL, &s.owner, &s.token, &s.rev, &s.rewritten, &s.host, &s.live)
		all[[2]string{s.name, s.baseURL}] = s
		return err
	})
	return all, err
}

// register makes the accounts that the engine does not have.
func (c *Collector) register(all map[[2]string]seen) error {
	for _, a := range c.accounts {
		name := [2]string{a.Name, a.BaseURL}
		if _, ok := all[name]; ok {
			continue
		}
		s := seen{name: a.Name, baseURL: a.BaseURL}
		err := c.e.query(`INSERT INTO @.account (name, base_url) VALUES ($1, $2) ON CONFLICT (name, base_url) DO UPDATE SET name = excluded.name RETURNING id, token, rev, rewritten`,
			func(r pgwire.Row) error { return r.Scan(&s.id, &s.token, &s.rev, &s.rewritten) }, a.Name, a.BaseURL)
		if err != nil {
			return err
		}
		all[name] = s
	}
	return nil
}

// rival is a collector with a lease, and what it can read.
type rival struct {
	id  string
	can map[[2]string]bool
}

func (c *Collector) rivals() (list []rival, err error) {
	err = c.e.query(`SELECT id, accounts FROM @.collector WHERE expires > clock_timestamp()`, func(r pgwire.Row) error {
		v := rival{can: map[[2]string]bool{}}
		var text string
		if err := r.Scan(&v.id, &text); err != nil {
			return err
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

// divide takes what is free and ours by choice, and gives back what is not.
func (c *Collector) divide(ctx context.Context, all map[[2]string]seen) error {
	rivals, err := c.rivals()
	if err != nil {
		return err
	}
	var free []int64
	for _, a := range c.accounts {
		name := [2]string{a.Name, a.BaseURL}
		s := all[name]
		best := chosen(rivals, name)
		a.mu.Lock()
		a.id, a.owner = s.id, s.host
		mine := a.token != 0 && s.owner == c.id && s.token == a.token
		if !mine {
			a.token = 0
		}
		a.others = !mine && s.live && s.owner != c.id
		waits, sent := a.waits, a.rev
		a.mu.Unlock()
		switch {
		case mine && best != c.id && best != "" && waits == 0:
			// Its polls end first; what is under way is a late row.
			a.lose(false)
			if err := c.e.query(`UPDATE @.account SET owner = NULL WHERE id = $1 AND owner = $2 AND token = $3`, nil, s.id, c.id, s.token); err != nil {
				return err
			}
		case mine:
			if s.rev < sent {
				if err := c.unsend(ctx, a, s.rev); err != nil {
					return err
				}
			}
		case (best == c.id || best == "") && (!s.live || s.owner == c.id):
			free = append(free, s.id)
		}
	}
	if err := c.take(ctx, all, free); err != nil {
		return err
	}
	return c.heed(ctx)
}

// take takes the accounts that are free still.
func (c *Collector) take(ctx context.Context, all map[[2]string]seen, free []int64) error {
	if len(free) == 0 {
		return nil
	}
	slices.Sort(free)
	list, err := json.Marshal(free)
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
	}, c.id, string(list))
	for _, a := range c.accounts {
		s := all[[2]string{a.Name, a.BaseURL}]
		token := tokens[s.id]
		if token == 0 || err != nil {
			continue
		}
		if err = c.overtake(ctx, a, s); err == nil {
			a.mu.Lock()
			a.token, a.others, a.owner = token, false, c.host
			a.mu.Unlock()
			c.log.Info("took over the account", "account", a.Name)
		}
	}
	return err
}

// unsend offers again what an engine no longer has that went on from a copy.
func (c *Collector) unsend(ctx context.Context, a *Account, rev int64) error {
	n, err := c.db.Unsend(ctx, a.Name, a.BaseURL, rev)
	if err == nil {
		a.mu.Lock()
		a.rev = rev
		a.mu.Unlock()
	}
	if n > 0 {
		c.log.Warn("the engine went on from an older copy: entries are sent again", "account", a.Name, "entries", n)
	}
	return err
}

// heed takes in what viewers acknowledged of our accounts.
func (c *Collector) heed(ctx context.Context) error {
	rows := map[int64]*history.Rows{}
	err := c.e.query(`SELECT account, at, sum, kind, level, text, data FROM @.event WHERE acknowledged AND at > $1
		AND account IN (SELECT id FROM @.account WHERE owner = $2)`, func(r pgwire.Row) error {
		id, v := int64(0), history.EventRow{Seen: true}
		err := r.Scan(&id, &v.At, &v.Sum, &v.Kind, &v.Level, &v.Text, &v.Data)
		if k := [3]int64{id, v.At, v.Sum}; !c.acknowledged[k] {
			c.acknowledged[k] = true
			if rows[id] == nil {
				rows[id] = &history.Rows{}
			}
			rows[id].Events = append(rows[id].Events, v)
		}
		return err
	}, time.Now().Add(-7*24*time.Hour).Unix(), c.id)
	for _, a := range c.accounts {
		if id, token, _ := a.lease(); err == nil && token != 0 && rows[id] != nil {
			err = c.db.Take(ctx, a.Name, a.BaseURL, *rows[id])
		}
	}
	return err
}

// overtake takes in the past of an account that is about to be ours, which the next
// reading follows. What others wrote since we last did counts: what waits here is late.
func (c *Collector) overtake(ctx context.Context, a *Account, s seen) error {
	last, err := c.db.LastRev(ctx, a.Name, a.BaseURL)
	switch {
	case err != nil || last == s.rev && s.rev > 0:
		a.mu.Lock()
		a.rev = last
		a.mu.Unlock()
		return err
	case s.rev == 0 && last == 0: // what was read before it was shared
		_, err := c.e.Push(ctx, c.db, a.Name, a.BaseURL)
		return err
	case last > s.rev:
		return c.unsend(ctx, a, s.rev)
	}
	a.lose(true)
	if err := c.shipAccount(ctx, a); err != nil {
		return err
	}
	rows, m, err := c.e.pull(s.id, mark{})
	if err != nil {
		return err
	}
	rows.Whole = nil // what is here stays
	if err := c.db.Take(ctx, a.Name, a.BaseURL, rows); err != nil {
		return err
	}
	a.mu.Lock()
	a.rev = m.rev
	a.mu.Unlock()
	return nil
}

// count reads how many entries wait.
func (c *Collector) count(ctx context.Context) map[[2]string]int {
	before := make([]int, len(c.accounts))
	for i, a := range c.accounts {
		before[i] = a.storedSoFar()
	}
	waiting, err := c.db.Waiting(ctx)
	if err != nil {
		c.log.Warn("reading the outbox", "error", err)
		return nil
	}
	for i, a := range c.accounts {
		a.counted(before[i], waiting[[2]string{a.Name, a.BaseURL}])
	}
	return waiting
}
