package monitor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ortop/client"
	"ortop/forecast"
	"ortop/history"
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
		chores: []*chore{backfillChore(), keysChore(), budgetsChore(m), unusualChore()}, errand: make(chan done, 1),
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

// ask starts a poll, unless any process asked less than gap ago.
func (l *loop) ask(gap time.Duration) {
	now := l.now()
	ok, err := l.st.db.Claim(l.ctx, l.st.account, now, gap)
	if err != nil {
		l.m.log.Warn("claiming a poll", "error", err)
		ok = true // a store that cannot be written bounds nothing; the schedule does
	}
	if !ok {
		if !now.Before(l.sch.due) {
			l.sch.at(now.Add(gap), false)
		}
		l.mark(l.phase)
		return
	}
	l.start()
}

func (l *loop) start() {
	ctx, cancel := context.WithTimeout(l.ctx, askLimit)
	l.asking, l.cancel = true, cancel
	q := question{o: &l.m.o, api: l.api, fp: l.fp, known: l.st.known, now: l.now, log: l.m.log}
	if l.sch.refusals > 0 {
		q.api, q.refused = nil, true // the key may have been replaced
	}
	l.mark(Asking)
	go func() {
		defer cancel()
		a := answer{}
		defer func() {
			a.panic = panicError(recover())
			l.answers <- a
		}()
		a = q.ask(ctx)
	}()
}

// heard takes in the answer of the poll in flight.
func (l *loop) heard(a answer) {
	l.asking, l.cancel = false, nil
	if a.panic != nil {
		panic(a.panic)
	}
	if l.released || l.ctx.Err() != nil {
		return // cut off on purpose
	}
	if a.api != nil {
		l.api, l.fp = a.api, a.fingerprint
		l.m.api.set(a.api)
	}
	v := judge(a, l.st.known, l.st.was)
	now := l.now()
	if v.err != nil {
		l.m.failures.add(newFault(v.err).Kind)
		l.sch.failed(now, v.err)
		if l.gapCause == "" {
			l.gapCause = oneLine(v.err)
		}
	} else {
		l.sch.succeeded(now)
	}
	l.fault = v.err
	l.stored = l.st.keep(l.ctx, a, v, l.sch.due, l.gapCause)
	if l.stored != nil {
		l.m.failures.add("storage")
		l.m.log.Warn("storing a reading", "error", l.stored)
	}
	switch {
	case v.err == nil:
		l.silent = time.Time{}
	case l.silent.IsZero():
		l.silent = now
	}
	if v.err == nil {
		l.gapCause = ""
	}
	if v.note != "" {
		l.m.log.Info(v.note)
	}
	l.show(l.resting())
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
		s.Fault = &Fault{Kind: "storage", Message: oneLine(err)}
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

func newFault(err error) *Fault {
	var stored *storedFault
	if errors.As(err, &stored) {
		return &Fault{Kind: stored.kind, Message: stored.message}
	}
	var connect *ConnectError
	if errors.As(err, &connect) {
		return &Fault{Kind: "unauthorized", Message: oneLine(err)}
	}
	return &Fault{Kind: client.Kind(err), Message: oneLine(err)}
}

// oneLine is an error's text as it may be shown and stored.
func oneLine(err error) string { return client.Clean(err.Error(), 300) }

// storedFault is a fault that is none of a request's: this machine's own, or
// another process's as it stored it.
type storedFault struct{ kind, message string }

func (f *storedFault) Error() string { return fmt.Sprintf("%s: %s", f.kind, f.message) }

func faultOf(p history.Poll) error {
	if p.FaultKind == "" {
		return nil
	}
	return &storedFault{p.FaultKind, client.Clean(p.Fault, 300)}
}

// held reports whether p's next poll is at a time that the server asked for.
func held(p history.Poll) bool { return p.FaultKind == "rate_limited" }
