// Package monitor is the one use case of ortop: ask what the account has left,
// check the answer, store it, forecast, and say all of that in one Snapshot.
//
// A Monitor never waits for whoever looks at it. It shares its account with
// the other processes of this machine: the one that holds the account's lock
// polls, the others show what that one stores, and take over when it is late.
package monitor

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/spenders"
)

// API is what a monitor asks; *client.Client is one.
type API interface {
	Credits(ctx context.Context) (client.Credits, error)
	Key(ctx context.Context) (client.Key, error)
	KeyByHash(ctx context.Context, hash string) (client.APIKey, error)
	spenders.API
	CloseIdle()
}

// Options say what is monitored. BaseURL, Open and Connect are required.
type Options struct {
	Account string // its configured name
	BaseURL string
	Host    string // shown where it is not OpenRouter's own
	Demo    string // the simulated profile, or empty
	// Open returns the history, and why it is in memory only where it is. It
	// is called once, by Run or Once, and the monitor does not close it.
	Open func(ctx context.Context) (db *history.DB, note string, err error)
	// Connect finds the key and returns a client that uses it, with the key's
	// fingerprint. It is called at the first poll, and again after the key was
	// refused.
	Connect func(ctx context.Context) (api API, fingerprint string, err error)
	// Rules are what alerts are judged by, in the process that polls; Deliver
	// is handed what is to be told, and must not wait. If Rules is empty or
	// Deliver nil, there are no alerts.
	Rules   []alert.Rule
	Deliver func([]alert.Event)
	// Overheard is handed what another process of this machine tells: this one's
	// screen has a bell of its own. It must not wait. It may be nil.
	Overheard func([]alert.Event)
	// Undelivered says in a line which alerts do not reach whom, and why; empty:
	// they do. If nil, that is not known.
	Undelivered func() string
	// Interval is the time between two polls. If zero, it is a minute.
	Interval time.Duration
	// Now is the wall clock. If nil, it is time.Now.
	Now func() time.Time
	// Log takes what a person may want to read later. If nil, nothing is kept.
	Log *slog.Logger
}

// minGap is the least time between two polls of one account that a person can
// cause, in any number of processes.
const minGap = 5 * time.Second

// askLimit bounds one poll: a request for the key, one for the credits, and
// the quick retries.
const askLimit = 18 * time.Second

// Monitor watches one account. Its methods may be called from any goroutine.
type Monitor struct {
	o      Options
	log    *slog.Logger
	out    chan Snapshot
	calls  chan func(*loop)
	subj   atomic.Pointer[subject]
	latest atomic.Pointer[Snapshot]
	api    connection

	spenders *spenders.Service

	failures failures
}

// New returns a Monitor. Nothing is asked before Run.
func New(o Options) *Monitor {
	if o.Interval <= 0 {
		o.Interval = time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	m := &Monitor{o: o, log: o.Log, out: make(chan Snapshot, 1), calls: make(chan func(*loop), 16)}
	m.o.Connect = m.gatedConnect(o.Connect)
	m.spenders = newSpenders(m)
	return m
}

// Snapshots holds the newest snapshot that was not yet taken, and no older
// one. It is never closed.
func (m *Monitor) Snapshots() <-chan Snapshot { return m.out }

// Latest returns the newest snapshot; ok is false before the first.
func (m *Monitor) Latest() (s Snapshot, ok bool) {
	if p := m.latest.Load(); p != nil {
		return *p, true
	}
	return Snapshot{}, false
}

// Refresh asks for a poll now. It does nothing where the account was asked
// within five seconds, by whichever process, or where the server said to wait.
func (m *Monitor) Refresh() { m.call((*loop).refresh) }

// Pause stops the polls on schedule, or lets them go on. While it is paused,
// another process may collect.
func (m *Monitor) Pause(on bool) { m.call(func(l *loop) { l.pause(on) }) }

// Release lets the account's lock go before the process is stopped, and
// returns when that is done, or after half a second.
func (m *Monitor) Release() {
	done := make(chan struct{})
	m.call(func(l *loop) { l.release(); close(done) })
	select {
	case <-done:
	case <-time.After(500 * time.Millisecond):
	}
}

// Resume follows a Release: the account is polled at once.
func (m *Monitor) Resume() { m.call((*loop).resume) }

// call hands f to the loop. It never waits: with so many calls waiting for a
// loop that is busy, one more would change nothing.
func (m *Monitor) call(f func(*loop)) {
	select {
	case m.calls <- f:
	default:
	}
}

// Plot returns what was spent in n equal spans from one moment to another. A
// zero from is the first sample.
func (m *Monitor) Plot(ctx context.Context, from, to time.Time, n int) (history.Plot, error) {
	s := m.subj.Load()
	if s == nil {
		return history.Plot{}, nil
	}
	if from.IsZero() {
		first, ok, err := s.db.First(ctx, s.shown)
		if err != nil || !ok {
			return history.Plot{}, err
		}
		from = first.At
	}
	if !from.Before(to) {
		return history.Plot{}, nil
	}
	p, err := s.db.Buckets(ctx, s.shown, from, to, n)
	p.Segments = slices.DeleteFunc(p.Segments, func(g history.Segment) bool { return g.Reason == firstReading })
	return p, err
}

// PanicError is a panic of one of the monitor's goroutines.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// panicError is what recover returned, with the stack where it began; nil if
// there was no panic.
func panicError(recovered any) *PanicError {
	if p, ok := recovered.(*PanicError); ok || recovered == nil {
		return p
	}
	return &PanicError{Value: recovered, Stack: debug.Stack()}
}

// Run polls until ctx ends, and then returns nil: the lock is let go and
// nothing of it runs on. A panic inside is returned as a *PanicError.
func (m *Monitor) Run(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	l := newLoop(m)
	defer func() {
		if p := panicError(recover()); p != nil {
			err = p
		}
		cancel()
		l.close()
	}()
	return l.run(ctx)
}

// publish puts s in the slot, in place of one that nobody took.
func (m *Monitor) publish(s Snapshot) {
	m.latest.Store(&s)
	select {
	case <-m.out:
	default:
	}
	m.out <- s
}

// subject is which series an account's numbers are stored in, and where.
type subject struct {
	db      *history.DB
	account history.Series // the account's totals
	key     history.Series // the key's own; zero until the key is known
	shown   history.Series // the one whose spend the surfaces show
	asker   *credit.Key    // the key that asks; nil until it is known
}

const accountSubject = "account"

func keySubject(fingerprint string) string { return "key:" + fingerprint }
