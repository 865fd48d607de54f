package monitor

import (
	"context"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/courier"
	"ortop/internal/gate"
)

// tickEvery is how often the loop looks at the clock, at the lock and at what
// other processes stored; and restEvery, where it is told of what they store and
// nothing else is to be done.
const (
	tickEvery = time.Second
	restEvery = 5 * time.Second
)

// soonEvery is when it looks again after something came; news of a write comes before.
const soonEvery = tickEvery * 5 / 4

// spareReload is how soon a poll must be due to be worth waiting for: it takes in that
// time went by, too.
const spareReload = 15 * time.Second

// warmAfter is when the past is loaded that the first snapshot did without: the
// first frame is drawn by then.
const warmAfter = 60 * time.Millisecond

// loop is the state of one Run. Only its goroutine touches it.
type loop struct {
	m           *Monitor
	ctx         context.Context
	st          *store
	sch         *schedule
	clock       clockWatch
	api         API
	fingerprint string
	lock        *history.Lock
	news        <-chan struct{} // tells of what others store; nil: nobody does
	renew       func() bool     // watches what is at the history's path now
	next        time.Time       // of the looks, by the process's own clock
	standIn     bool            // polls for a collector that is frozen, until another writes
	responses   chan response
	chores      []*chore
	choreGate   *gate.Gate
	outcomes    chan outcome     // of the chore under way
	busy        bool             // one is
	courier     *courier.Courier // nil where no alerts are sent
	polling     bool
	cancel      context.CancelFunc // of the poll in flight
	paused      bool
	released    bool
	mayed       bool // the account was this process's when it was last looked at
	phase       account.Phase
	last        account.Snapshot
	gapCause    string    // why nothing was read since the last success
	silentSince time.Time // since when no reading comes that is due; zero if they do
	storageErr  error     // why the last reading is not on disk
	// notified is the number of the last alert that was sent by whomever; from
	// listens on it is known.
	notified int64
	listens  bool
}

func newLoop(m *Monitor) *loop {
	l := &loop{
		m: m, sch: newSchedule(m.o.Interval, m.o.Now), responses: make(chan response, 1),
		chores: newChores(m), choreGate: gate.New(choreFailures, m.o.Now), outcomes: make(chan outcome, 1), gapCause: gapNotRunning,
	}
	if m.o.Alerts != nil && len(m.o.Rules) > 0 {
		l.courier = courier.New(*m.o.Alerts)
	}
	return l
}

//go:noinline
func (l *loop) now() time.Time { return l.m.o.Now() }

func (l *loop) run(ctx context.Context) error {
	l.ctx = ctx
	l.clock = clockWatch{wall: l.now(), mono: time.Now()}
	st, err := openStore(ctx, l.m, Freshness{Brief: true})
	if err != nil {
		return err
	}
	l.st = st
	if team := l.m.o.Team; team != nil {
		team.OnSent(func() { l.m.calls.put(func(l *loop) { l.offer(l.collecting()) }) })
	}
	l.sch.now(l.clock.wall)
	l.collect()
	if !l.collecting() || st.held() && st.past.Poll.Due.After(l.clock.wall) {
		l.follow()
	}
	l.last = st.view(true)
	l.present(account.Starting)
	warm := time.NewTimer(warmAfter)
	defer warm.Stop()
	// A team has hundreds of accounts in one file: news of each would be no rest.
	if watch, path := l.m.o.Watch, st.db.Path(); watch != nil && path != "" && l.m.o.Team == nil && !l.m.o.Follow {
		l.news, l.renew = watch(path)
	}
	tick := time.NewTimer(tickEvery)
	defer tick.Stop()
	look := func() {
		l.tick()
		l.next = time.Now().Add(l.rest())
		tick.Reset(time.Until(l.next))
	}
	l.tick()
	l.next = time.Now().Add(tickEvery)
	for {
		select {
		case <-l.news:
			look()
			continue
		case <-tick.C:
			look()
			continue
		case <-ctx.Done():
			return nil
		case <-l.m.calls.ready:
			for _, f := range l.m.calls.take() {
				f(l)
			}
		case <-l.delivered():
			l.step(account.Input{Results: l.courier.Take()}, nil)
		case r := <-l.responses:
			l.take(r)
		case o := <-l.outcomes:
			l.finish(o)
		case <-warm.C: // what was shown first had to be quick
			l.load()
			l.last = l.st.view(false)
			l.present(l.phase)
		}
		// What came may want a look soon, such as for the next chore: that of what is stored
		// of it, where there is news of that.
		if soon := time.Now().Add(soonEvery); soon.Before(l.next) {
			l.next = soon
			tick.Reset(soonEvery)
		}
	}
}

// rest is how long the loop can do without a look.
func (l *loop) rest() time.Duration {
	if l.news == nil {
		return tickEvery
	}
	// On the beat of all that rests in this process, which so wakes once.
	now := time.Now()
	wait := now.Truncate(restEvery).Add(restEvery).Sub(now)
	if due := l.sch.due.Sub(l.now()); due < wait && !l.polling { // what comes of that is looked after soon
		wait = max(due, tickEvery)
	}
	return wait
}

// close waits for the poll in flight, so that nothing writes after it.
func (l *loop) close() {
	if l.polling {
		<-l.responses
		l.polling = false
	}
	if l.busy {
		<-l.outcomes
		l.busy = false
	}
	l.endCourier()
	l.unlock()
	l.m.connection.close()
}

func (l *loop) tick() {
	now := l.now()
	if cause, moved, passed := l.clock.look(now); cause != "" {
		l.jumped(now, cause, moved, passed)
	}
	if l.polling || l.released {
		return
	}
	// A poll takes in what is stored.
	polls := l.collecting() && !l.paused && l.sch.due.Sub(now) < soonEvery
	if !polls && l.changed() {
		if l.renew != nil {
			l.renew()
		}
		l.standIn = false
		l.follow()
		l.last = l.st.view(false) // what this process polled is judged already
		l.present(l.resting())
	}
	if l.paused {
		return
	}
	l.collect()
	if !l.mayPoll() {
		if now.Sub(l.last.Now) >= time.Minute {
			l.reload()
		}
		return
	}
	l.startChore(now)
	switch {
	case now.Before(l.sch.due):
		if now.Sub(l.last.Now) >= time.Minute && l.sch.due.Sub(now) > spareReload {
			l.reload()
		}
	case l.collecting() || l.standIn:
		l.poll(min(minGap, l.m.o.Interval/2))
	case l.m.o.Team == nil && now.Sub(l.sch.due) >= 2*l.m.o.Interval:
		// The collector holds the lock and does not poll: it is frozen, perhaps
		// amid a write, so that the claim cannot be stored.
		ok, err := l.st.db.ClaimDue(l.ctx, l.st.of(), now, 2*l.m.o.Interval)
		if err != nil {
			l.m.log.Warn("claiming a poll", "error", oneLine(err))
		}
		if ok {
			l.standIn = true
			l.start()
		}
	}
}

// changed takes in what others stored. A team's accounts stand in one file, and the one
// machine that may read an account reads it in one process: to look at each of hundreds
// whenever one of them is stored would be most of the work. What a person changes is
// loaded by the next step.
func (l *loop) changed() bool {
	if l.m.o.Team != nil {
		may := l.mayPoll()
		if may == l.mayed && (!may || l.lock != nil) {
			return false
		}
		l.mayed = may
	}
	changed, err := l.st.changed(l.ctx)
	return err == nil && changed
}

// jumped takes in that the machine slept or that the clock was set.
func (l *loop) jumped(now time.Time, cause string, moved, passed time.Duration) {
	l.gapCause, l.silentSince = cause, time.Time{}
	l.m.log.Info("the clock jumped", "cause", cause, "wall", moved, "running", passed)
	if l.api != nil {
		l.api.CloseIdle()
	}
	if !l.sch.held {
		l.sch.now(now)
	}
}

// follow plans the next poll as the process did that stored the last one.
func (l *loop) follow() {
	p := l.st.past.Poll
	if p.Due.IsZero() {
		return
	}
	if !l.collecting() || p.Due.After(l.sch.due) {
		l.sch.at(p.Due, l.st.held())
	}
}

func (l *loop) refresh() {
	if l.polling || l.released || !l.mayPoll() || l.sch.held && l.now().Before(l.sch.due) {
		l.mark(l.phase)
		return
	}
	l.poll(minGap)
}

// reload takes in what is stored and that time went by.
func (l *loop) reload() {
	if l.polling { // else a snapshot follows anyway
		return
	}
	l.step(account.Input{}, nil)
}

// load brings the state up to what is stored: another process may have
// collected until now.
func (l *loop) load() {
	if err := l.st.load(l.ctx); err != nil && l.ctx.Err() == nil {
		l.m.log.Warn("reading history", "error", oneLine(err))
	}
}

// step takes in what came in, sends what is to be sent and publishes the
// snapshot.
func (l *loop) step(in account.Input, p *poll) {
	if in.Verdict == nil { // a verdict was made of what is stored by now
		l.load()
	}
	if !l.silentSince.IsZero() && (l.st.book.Poll.Fault != nil || in.Verdict != nil && in.Verdict.Fault != nil) {
		in.Unseen = l.now().Sub(l.silentSince)
	}
	collects := l.collecting()
	r, err := l.st.step(l.ctx, &in, p, collects)
	l.offer(collects)
	if err != nil && l.ctx.Err() == nil {
		l.m.log.Warn("storing a reading", "error", oneLine(err))
	}
	if in.Verdict != nil || err != nil {
		l.storageErr = err
	}
	l.last = r.Snapshot
	if l.storageErr != nil && l.last.StorageNote == "" {
		l.last.StorageNote = oneLine(l.storageErr)
	}
	l.present(l.resting())
	if len(r.Notify) > 0 && l.m.o.Notify != nil {
		l.m.o.Notify(r.Notify)
	}
}
