package share

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"log/slog"

	"ortop/history"
	"ortop/internal/pgwire"
	"ortop/internal/routine"
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
	mark     string // by which the engine keeps how far our file was sent; empty: not known yet
	wake     chan struct{}
	lapsed   chan struct{} // our lease had run out when it was to be renewed
	look     time.Duration // from a beat to the next
	next     time.Time     // when that is; zero: nothing waits for it
	from     int           // which account is sent next
	// acknowledged are the events of which the file knows that: account, second, sum.
	acknowledged map[[3]int64]bool

	mu     sync.Mutex
	id     string    // of our lease
	was    string    // of the one before; empty: there was none
	back   time.Time // when the engine last was there again, or an older copy of it
	until  time.Time // when that ends; zero: there was none yet
	failed time.Time // when the engine last did not answer
	away   time.Time // since when it does not; zero: it does
	word   string    // why nothing is sent; empty: it is
	odd    string    // why nothing of one account is; empty: it is
}

// NewCollector returns what shares the accounts of db, which were added by Add. db is
// closed by the caller.
func (e *Engine) NewCollector(db *history.DB, host string, log *slog.Logger, snapshot func(name, baseURL string) []byte) *Collector {
	return &Collector{e: e, db: db, host: host, log: log, snapshot: snapshot, id: newID(), wake: make(chan struct{}, 1), lapsed: make(chan struct{}, 1), look: e.lease / 4, acknowledged: map[[3]int64]bool{}}
}

func newID() string { return rand.Text() }

// me is the collector's name, which is another after its lease ran out.
func (c *Collector) me() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.id
}

// holds reports whether the lease has not run out.
func (c *Collector) holds() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Before(c.until)
}

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

// Trouble says why nothing, or not all, is sent; empty: it is.
func (c *Collector) Trouble() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.word, c.odd)
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
	c.log.Info("sharing the history by leases", "engine", c.e.where, "collector", c.me())
	c.count(ctx)
	_ = c.e.query(`DELETE FROM @.collector WHERE expires < clock_timestamp() - interval '1 day'`, nil) // only tidies up
	c.beat(ctx)
}

// gather is how long what is stored waits at most for more that is sent with it.
const gather = 250 * time.Millisecond

// Run renews the lease and sends, until ctx ends; then it sends what it can, and lets
// the accounts go.
func (c *Collector) Run(ctx context.Context) {
	last := context.WithoutCancel(ctx)
	kept, letGo := context.WithCancel(last) // while what waits is sent at the end too
	done := make(chan struct{})
	routine.Go(func() {
		defer close(done)
		c.keep(kept)
	})
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	shipped := time.Time{}
	for c.next = time.Now().Add(c.look); ctx.Err() == nil; c.ship(last) {
		select {
		case <-ctx.Done():
			continue
		case <-c.lapsed:
			c.next = time.Now()
		case <-time.After(time.Until(c.next)):
		case <-tick.C:
		case <-c.wake:
			select { // what comes at about the same time is sent at once
			case <-ctx.Done():
				continue
			case <-time.After(time.Until(shipped.Add(gather))):
			}
		}
		if !time.Now().Before(c.next) {
			c.look = c.e.lease / 4
			c.beat(ctx)
			c.next = time.Now().Add(c.look)
		}
		shipped = time.Now()
	}
	c.next = time.Time{}
	if c.Away() > 0 { // it may be back
		_, _, err := c.e.Version()
		_ = c.note(err) // it is logged
	}
	if c.Away() == 0 {
		for _, a := range c.accounts {
			if _, token, _ := a.lease(); token == 0 { // what waits of it is late, whoever has it next
				a.lose(true)
			}
		}
		c.ship(last)
	}
	letGo()
	<-done
	if c.Away() == 0 {
		_ = c.note(c.e.query(`WITH gone AS (UPDATE @.account SET owner = NULL WHERE owner = $1) DELETE FROM @.collector WHERE id = $1`, nil, c.me())) // it is logged
	}
}

// keep renews the lease, whatever else there is to do.
func (c *Collector) keep(ctx context.Context) {
	renew := time.NewTicker(c.e.lease / 4)
	defer renew.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-renew.C:
		}
		if ok, err := c.renew(); c.note(err) == nil && !ok {
			select {
			case c.lapsed <- struct{}{}:
			default:
			}
		}
	}
}

// note takes in whether the engine answered, and returns err.
func (c *Collector) note(err error) error {
	if errors.Is(err, context.Canceled) { // we did not ask
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.word
	if err == nil {
		if !c.away.IsZero() {
			c.back = time.Now()
		}
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

// takeAcknowledged takes in what viewers acknowledged of our accounts.
func (c *Collector) takeAcknowledged(ctx context.Context) error {
	rows := map[int64]*history.Rows{}
	err := c.e.query(`SELECT account, at, sum, kind, level, text, data FROM @.event WHERE acknowledged AND at > $1
		AND account IN (SELECT id FROM @.account WHERE owner = $2)`, func(r pgwire.Row) error {
		id, v := int64(0), history.EventRow{Seen: true}
		err := r.Scan(&id, &v.At, &v.Sum, &v.Kind, &v.Level, &v.Text, &v.Data)
		if !c.acknowledged[[3]int64{id, v.At, v.Sum}] {
			if rows[id] == nil {
				rows[id] = &history.Rows{}
			}
			rows[id].Events = append(rows[id].Events, v)
		}
		return err
	}, time.Now().Add(-7*24*time.Hour).Unix(), c.me())
	for _, a := range c.accounts {
		id, token, _ := a.lease()
		if err != nil || token == 0 || rows[id] == nil {
			continue
		}
		if err = c.db.Take(ctx, a.Name, a.BaseURL, *rows[id]); err == nil {
			for _, v := range rows[id].Events {
				c.acknowledged[[3]int64{id, v.At, v.Sum}] = true
			}
		}
	}
	return err
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
