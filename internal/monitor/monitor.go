// Package monitor is the one use case of ortop: request what the account has
// left, check the answer, store it, forecast, and put all of that into one
// Snapshot.
//
// A Monitor never waits for whoever looks at it. It shares its account with
// the other processes of this machine: the one that holds the account's lock
// polls, the others show what that one stores, and take over when it is late.
package monitor

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/forecast"
	"ortop/internal/routine"
	"ortop/internal/spenders"
)

// API is what a monitor requests; *client.Client is one.
type API interface {
	Credits(ctx context.Context) (client.Credits, error)
	Key(ctx context.Context) (client.Key, error)
	KeyByHash(ctx context.Context, hash string) (client.APIKey, error)
	spenders.API
	CloseIdle()
}

// Options are what is monitored. BaseURL, Open and Connect are required.
type Options struct {
	Account string // its configured name
	BaseURL string
	Host    string // shown where it is not OpenRouter's own
	Demo    string // the simulated profile, or empty
	Note    string // of this process, for people on its screen; or empty
	// Open returns the history, and why it is in memory only where it is. It
	// is called once, by Run or Once, and the monitor does not close it.
	Open func(ctx context.Context) (db *history.DB, note string, err error)
	// Watch watches the history at a path, which is open: news has a value once it was
	// written, and renew watches what is at the path by then. If nil, or if news is, the
	// monitor looks each second.
	Watch func(path string) (news <-chan struct{}, renew func() bool)
	// Spare returns one in place of that, of which the account is damaged, and a
	// note, or an error. If nil, the damage is an error.
	Spare func(ctx context.Context, damage error) (db *history.DB, note string, err error)
	// Connect finds the key and returns a client that uses it, with the key's
	// fingerprint. It is called at the first poll, and again after the key was
	// refused.
	Connect func(ctx context.Context) (api API, fingerprint string, err error)
	// Rules are what alerts are judged by, in the process that polls; Alerts is
	// how they are sent. If either is empty, there are no alerts.
	Rules  []alert.Rule
	Alerts *courier.Options
	// Packages are what credits are sold in; none: any amount, at its own price.
	Packages []forecast.Package
	// Notify is handed the alerts that people are notified of now, by this
	// process or by another of this machine: a screen has a bell of its own. It
	// must not wait. It may be nil.
	Notify func([]alert.Event)
	// Team is with whom the account is shared; nil: nobody.
	Team Team
	// Follow shows what others store, and requests nothing.
	Follow bool
	// Acknowledged takes an event that a person has seen, before that is stored; an
	// error keeps it from that. It may be nil.
	Acknowledged func(context.Context, history.Event) error
	// Sharing is what a person should know of where the readings come from or go to, or
	// empty. It may be nil.
	Sharing func() string
	// Filling is called before Once fetches what was spent before the first reading, and
	// what it returns after that; nil: nobody wants to know.
	Filling func() (done func())
	// Interval is the time between two polls. If zero, it is a minute.
	Interval time.Duration
	// Now is the wall clock. If nil, it is time.Now.
	Now func() time.Time
	// Log takes what a person may want to read later. If nil, nothing is logged.
	Log *slog.Logger
}

// Team is the collectors of other machines. Its methods do not wait.
type Team interface {
	// MayPoll reports whether the account is this collector's to read.
	MayPoll() bool
	// MaySend reports whether alerts that were decided by now may be sent.
	MaySend() bool
	// Stored notes that something was stored.
	Stored()
	// OnSent makes f be called when MaySend may have become true.
	OnSent(f func())
}

// minGap is the least time between two polls of one account that a person can
// cause, in any number of processes.
const minGap = 5 * time.Second

// rarely is how often an endpoint is requested again that this key may not
// read.
const rarely = time.Hour

// pollLimit bounds one poll: a request for the key, one for the credits, and
// the quick retries.
const pollLimit = 18 * time.Second

// Monitor watches one account. Its methods may be called from any goroutine.
type Monitor struct {
	o          Options
	log        *slog.Logger
	out        chan account.Snapshot
	calls      *mailbox
	subject    subjectPointer
	latest     atomic.Pointer[account.Snapshot]
	connection connection
	spenders   *spenders.Service
	offline    atomic.Bool // a single answer is made of what is stored
	watched    atomic.Bool // it runs, and is no single answer
	failures   failures
}

// New returns a Monitor. Nothing is requested before Run.
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
	m := &Monitor{o: o, log: o.Log, out: make(chan account.Snapshot, 1), calls: newMailbox()}
	m.o.Connect = m.gatedConnect(o.Connect)
	m.spenders = newSpenders(m)
	return m
}

// Snapshots holds the newest snapshot that was not yet taken, and no older
// one. It is never closed.
func (m *Monitor) Snapshots() <-chan account.Snapshot { return m.out }

// Latest returns the newest snapshot; ok is false before the first.
func (m *Monitor) Latest() (s account.Snapshot, ok bool) {
	if p := m.latest.Load(); p != nil {
		return *p, true
	}
	return account.Snapshot{}, false
}

// Refresh requests a poll now. It does nothing where the account was polled
// within five seconds, by whichever process, or where the server named a wait.
func (m *Monitor) Refresh() { m.calls.put((*loop).refresh) }

// Pause stops the polls on schedule, or lets them go on. While it is paused,
// another process may collect.
func (m *Monitor) Pause(on bool) { m.calls.put(func(l *loop) { l.pause(on) }) }

// Release lets the account's lock go before the process is stopped, and
// returns when that is done, or after half a second.
func (m *Monitor) Release() {
	done := make(chan struct{})
	m.calls.put(func(l *loop) { l.release(); close(done) })
	select {
	case <-done:
	case <-time.After(500 * time.Millisecond):
	}
}

// Resume follows a Release: the account is polled at once.
func (m *Monitor) Resume() { m.calls.put((*loop).resume) }

// Run polls until ctx ends, and then returns nil: the lock is let go and
// nothing of it runs on. A panic inside is returned as a *routine.PanicError.
func (m *Monitor) Run(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	m.watched.Store(true)
	running.Add(1)
	l := newLoop(m)
	defer func() {
		if p := routine.Recovered(recover()); p != nil {
			err = p
		}
		running.Add(-1)
		cancel()
		l.close()
	}()
	return l.run(ctx)
}

// publish puts s in the slot, in place of one that nobody took.
func (m *Monitor) publish(s account.Snapshot) {
	m.latest.Store(&s)
	select {
	case <-m.out:
	default:
	}
	m.out <- s
}
