package monitor

import (
	"time"

	"ortop/history"
	"ortop/internal/account"
)

func (l *loop) collecting() bool { return l.mayPoll() && (l.st.lockPath == "" || l.lock != nil) }

// mayPoll reports whether the account is one that this process may read.
//
//go:noinline
func (l *loop) mayPoll() bool {
	return !l.m.o.Follow && (l.m.o.Team == nil || l.m.o.Team.MayPoll())
}

// collect tries to become the account's collector.
func (l *loop) collect() {
	if !l.mayPoll() {
		l.unlock()
		return
	}
	if l.collecting() || l.paused || l.released {
		return
	}
	lock, ok, err := history.TryLock(l.st.lockPath)
	if err != nil {
		l.m.log.Warn("the account's lock cannot be used", "error", err)
		return
	}
	if !ok {
		return
	}
	l.lock = lock
	// The past is requested by a key that gave a reading, which the next poll may be long in
	// giving.
	if l.api == nil && !l.sch.held && wantsPast(l.st) {
		l.sch.now(l.now())
	}
}

func (l *loop) unlock() {
	if l.lock != nil {
		_ = l.lock.Unlock() // closing its file frees it in any case
		l.lock = nil
	}
}

func (l *loop) pause(on bool) {
	l.paused, l.silentSince = on, time.Time{}
	if on {
		l.unlock()
		l.mark(account.Paused)
		return
	}
	l.gapCause = gapPaused
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
		l.gapCause = gapSuspended
	}
	l.released = false
	if !l.sch.held {
		l.sch.now(l.now())
	}
	l.tick()
}

// resting is the phase between two polls.
func (l *loop) resting() account.Phase {
	switch {
	case l.paused:
		return account.Paused
	case l.sch.held:
		return account.Held
	case l.sch.refused():
		return account.Refused
	}
	return account.Waiting
}
