package monitor

import (
	"context"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// onceLimit bounds a single answer in all, retries included.
const onceLimit = 20 * time.Second

// followWait is how long a poll that another process just began is waited for.
const followWait = 4 * time.Second

// Ages for Once of what only a live collector may have read.
const (
	Live  time.Duration = -1 // within its interval
	Fresh time.Duration = -2 // and within freshAge: what was spent since is not seen
)

const freshAge = time.Minute

// Once returns one snapshot: from what is stored where that is at most maxAge
// old, or for Live and Fresh where a live collector read it lately; else it
// asks, and stores the answer. Another key than the one that read what is stored
// is asked with in any case, unless maxAge is 0 or more.
//
// A fault is told in the snapshot. The error is for a history that cannot be
// read, and is a *ConnectError where there is no key to ask with.
func (m *Monitor) Once(ctx context.Context, maxAge time.Duration) (Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, onceLimit)
	defer cancel()
	st, err := openStore(ctx, m)
	if err != nil {
		return Snapshot{Account: m.o.Account, Forecast: forecast.Forecast{State: forecast.Unknown}}, err
	}
	now := m.o.Now()
	age := now.Sub(st.poll.Success)
	if read := !st.poll.Success.IsZero() && age >= 0; read && age <= maxAge {
		return st.stored(ctx, now)
	}
	api, fingerprint, err := m.o.Connect(ctx)
	if err != nil {
		s, _ := st.stored(ctx, now)
		return s, &ConnectError{err}
	}
	m.api.set(api)
	defer api.CloseIdle()
	young := m.o.Interval
	if maxAge == Fresh {
		young = min(young, freshAge)
	}
	live := maxAge < 0 && age >= 0 && age <= young && st.collected()
	if live && fingerprint == st.known.Fingerprint {
		return st.stored(ctx, m.o.Now())
	}
	return st.refreshed(ctx, api, fingerprint)
}

// refreshed asks, or takes what another process was just told.
func (st *store) refreshed(ctx context.Context, api API, fingerprint string) (Snapshot, error) {
	o := &st.m.o
	if fingerprint == st.known.Fingerprint && st.answered(ctx, o.Now()) {
		return st.stored(ctx, o.Now())
	}
	return st.askOnce(ctx, question{o: o, api: api, fp: fingerprint, known: st.known, now: o.Now, log: st.m.log})
}

// answered reports whether what is stored, or is about to be, has to do: the
// server said when to come back, or another process asks right now.
func (st *store) answered(ctx context.Context, now time.Time) bool {
	if held(st.poll) && now.Before(st.poll.Due) {
		return true
	}
	ok, err := st.db.Claim(ctx, st.account, now, minGap)
	return err == nil && !ok && st.await(ctx)
}

// askOnce polls and returns what came of it.
func (st *store) askOnce(ctx context.Context, q question) (Snapshot, error) {
	o := &st.m.o
	a := q.ask(ctx)
	v := judge(a, st.known, st.was)
	sch := newSchedule(o.Interval)
	if v.err != nil {
		sch.failed(o.Now(), v.err)
	} else {
		sch.succeeded(o.Now())
	}
	recordErr := st.keep(ctx, a, v, sch.due, "not running")
	if v.err == nil && recordErr == nil {
		st.fillOnce(ctx, q.api, o.Now())
	}
	s, err := st.stored(ctx, o.Now())
	switch {
	case err != nil:
	case v.err != nil:
		s.Fault = newFault(v.err)
	case recordErr != nil && s.At.IsZero():
		s.Fault = &Fault{Kind: credit.FaultStorage, Message: oneLine(recordErr)}
	default:
		s.Source = v.known.Source
	}
	return s, err
}

// stored is the snapshot of what is stored, told as such.
func (st *store) stored(ctx context.Context, now time.Time) (Snapshot, error) {
	s, err := st.snapshot(ctx, now, false)
	s.Due = st.poll.Due
	if s.Source != "" {
		s.Source = FromHistory
	}
	if f := faultOf(st.poll); f != nil {
		s.Fault = newFault(f)
	}
	return s, err
}

// await waits for the answer to the question that another process just asked,
// and reports whether it came.
func (st *store) await(ctx context.Context) bool {
	before := st.poll
	deadline := time.NewTimer(followWait)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		p, ok, err := st.load(ctx)
		if err != nil {
			return false
		}
		// The attempt was ended, by a success or by a fault.
		if ok && (!p.Success.Before(p.Attempt) || !p.Due.Equal(before.Due)) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-deadline.C:
			return false
		case <-tick.C:
		}
	}
}

// collected reports whether a process polls this account on schedule.
func (st *store) collected() bool {
	if st.lockPath == "" {
		return false
	}
	lock, ok, err := history.TryLock(st.lockPath)
	if err != nil {
		return false
	}
	if ok {
		lock.Unlock()
	}
	return !ok
}
