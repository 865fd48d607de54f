package monitor

import (
	"context"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// tickEvery is how often the loop looks at the clock, at the lock and at what
// other processes stored.
const tickEvery = time.Second

// jump is how far the wall clock may run ahead of, or behind, the time that
// passed before it counts as a sleep or as a clock that was set.
const jump = 5 * time.Second

// loop is the state of one Run. Only its goroutine touches it.
type loop struct {
	m        *Monitor
	st       *store
	sch      *schedule
	api      API
	fp       string
	lock     *history.Lock
	standIn  bool // polls for a collector that is frozen, until another writes
	answers  chan answer
	chores   []*chore
	errand   chan done // the answer of the chore under way
	busy     bool      // one is
	asking   bool
	cancel   context.CancelFunc // of the poll in flight
	paused   bool
	released bool
	phase    Phase
	wall     time.Time // at the last tick
	mono     time.Time
	last     Snapshot
	viewed   time.Time // when it was made
	gapCause string    // why nothing was read since the last success
	fault    error
	stored   error     // why the last reading is not on disk
	silent   time.Time // since when no reading comes that is due; zero if they do
	// overheard is the number of the last alert that was told by whomever; from
	// listens on it is known.
	overheard int64
	listens   bool
	ctx       context.Context
}

func newLoop(m *Monitor) *loop {
	return &loop{
		m: m, sch: newSchedule(m.o.Interval), answers: make(chan answer, 1),
		chores: []*chore{backfillChore(), keysChore(m), budgetsChore(m), unusualChore(m)}, errand: make(chan done, 1),
		gapCause: "not running",
	}
}

func (l *loop) now() time.Time { return l.m.o.Now() }

func (l *loop) run(ctx context.Context) error {
	l.ctx = ctx
	l.wall, l.mono = l.now(), time.Now()
	st, err := openStore(ctx, l.m)
	if err != nil {
		return err
	}
	l.st = st
	l.sch.now(l.wall)
	l.collect()
	if p := st.poll; !l.collecting() || held(p) && p.Due.After(l.wall) {
		l.follow()
	}
	l.show(Starting)
	rough := l.last.Forecast.State == forecast.Unknown && !l.last.At.IsZero()
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	l.tick()
	for {
		select {
		case <-ctx.Done():
			return nil
		case f := <-l.m.calls:
			f(l)
		case a := <-l.answers:
			l.heard(a)
		case d := <-l.errand:
			l.returned(d)
		case <-tick.C:
			if rough && !l.asking { // what was shown first had to be quick
				l.show(l.resting())
			}
			rough = false
			l.tick()
		}
	}
}

// close waits for the poll in flight, so that nothing writes after it.
func (l *loop) close() {
	if l.asking {
		<-l.answers
		l.asking = false
	}
	if l.busy {
		<-l.errand
		l.busy = false
	}
	l.unlock()
	l.m.api.close()
}

func (l *loop) collecting() bool { return l.st.lockPath == "" || l.lock != nil }

// collect tries to become the account's collector.
func (l *loop) collect() {
	if l.collecting() || l.paused || l.released {
		return
	}
	lock, ok, err := history.TryLock(l.st.lockPath)
	if err != nil {
		l.m.log.Warn("the account's lock cannot be used", "error", err)
		return
	}
	if ok {
		l.lock = lock
	}
}

func (l *loop) unlock() {
	if l.lock != nil {
		l.lock.Unlock()
		l.lock = nil
	}
}

func (l *loop) tick() {
	now := l.now()
	l.watchClock(now)
	if l.asking || l.released {
		return
	}
	if changed, err := l.st.changed(l.ctx); err == nil && changed {
		l.standIn = false
		l.follow()
		l.look(false) // what this process asked is judged already
		l.tell(l.resting())
	}
	if l.paused {
		return
	}
	l.collect()
	l.errands(now)
	switch {
	case now.Before(l.sch.due):
		if now.Sub(l.viewed) >= time.Minute {
			l.show(l.resting())
		}
	case l.collecting() || l.standIn:
		l.ask(min(minGap, l.m.o.Interval/2))
	case now.Sub(l.sch.due) >= 2*l.m.o.Interval:
		// The collector holds the lock and does not poll: it is frozen.
		if ok, err := l.st.db.ClaimDue(l.ctx, l.st.account, now, 2*l.m.o.Interval); err == nil && ok {
			l.standIn = true
			l.start()
		}
	}
}

// watchClock notices that the machine slept or that the clock was set: the
// wall clock then moves otherwise than the time that the process was running.
func (l *loop) watchClock(now time.Time) {
	mono := time.Now()
	passed, moved := mono.Sub(l.mono), now.Round(0).Sub(l.wall.Round(0))
	l.wall, l.mono = now, mono
	switch {
	case moved-passed > jump:
		l.gapCause = "asleep"
	case passed-moved > jump:
		l.gapCause = "clock set back"
	case passed > tickEvery+2*jump:
		l.gapCause = "stopped"
	default:
		return
	}
	l.silent = time.Time{}
	l.m.log.Info("the clock jumped", "cause", l.gapCause, "wall", moved, "running", passed)
	if l.api != nil {
		l.api.CloseIdle()
	}
	if !l.sch.held {
		l.sch.now(now)
	}
}

// follow takes over what another process stored.
func (l *loop) follow() {
	p, ok, err := l.st.load(l.ctx)
	if err != nil || !ok {
		return
	}
	l.fault = faultOf(p)
	if !l.collecting() || p.Due.After(l.sch.due) {
		l.sch.at(p.Due, held(p))
	}
}

func (l *loop) refresh() {
	if l.asking || l.released || l.sch.held && l.now().Before(l.sch.due) {
		l.mark(l.phase)
		return
	}
	l.ask(minGap)
}

func (l *loop) pause(on bool) {
	l.paused, l.silent = on, time.Time{}
	if on {
		l.unlock()
		l.mark(Paused)
		return
	}
	l.gapCause = "paused"
	l.resume()
}

func (l *loop) release() {
	l.released = true
	if l.cancel != nil {
		l.cancel()
	}
	l.unlock()
}

func (l *loop) resume() {
	if l.released {
		l.gapCause = "suspended"
	}
	l.released = false
	if !l.sch.held {
		l.sch.now(l.now())
	}
	l.tick()
}

// resting is the phase between two polls.
func (l *loop) resting() Phase {
	switch {
	case l.paused:
		return Paused
	case l.sch.held:
		return Held
	case l.sch.refused():
		return Refused
	}
	return Waiting
}

// show makes a snapshot of what is stored, judges it and publishes it.
func (l *loop) show(p Phase) {
	l.look(p == Starting)
	if p != Starting {
		l.alarm()
	}
	l.tell(p)
}

// look makes a snapshot of what is stored.
func (l *loop) look(rough bool) {
	l.viewed = l.now()
	s, err := l.st.snapshot(l.ctx, l.viewed, rough)
	if err != nil {
		if l.ctx.Err() != nil {
			return
		}
		l.m.log.Warn("reading history", "error", err)
		s.Fault = &Fault{Kind: credit.FaultStorage, Message: oneLine(err)}
	}
	if l.fault != nil {
		s.Fault = newFault(l.fault)
	}
	if l.stored != nil && s.StorageNote == "" {
		s.StorageNote = oneLine(l.stored)
	}
	l.last = s
}

// tell publishes the last snapshot, and what was overheard.
func (l *loop) tell(p Phase) {
	if err := l.overhear(); err != nil && l.ctx.Err() == nil {
		l.m.log.Warn("reading what was told", "error", err)
	}
	l.mark(p)
}

// mark publishes the last snapshot with what the pipeline is doing now.
func (l *loop) mark(p Phase) {
	l.phase = p
	l.last.Phase, l.last.Collecting, l.last.Due = p, l.collecting(), l.sch.due
	if l.paused {
		l.last.Due = time.Time{}
	}
	l.m.publish(l.last)
}
