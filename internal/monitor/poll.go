package monitor

import (
	"context"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/routine"
)

// poll starts a poll, unless any process polled less than gap ago.
func (l *loop) poll(gap time.Duration) {
	now := l.now()
	if !l.claim(now, gap) {
		if !now.Before(l.sch.due) {
			l.sch.at(now.Add(gap), false)
		}
		l.mark(l.phase)
		return
	}
	l.start()
}

// claim reports whether this process may poll. The one that holds the account's
// lock marks that with its poll; others store it, so that only one of them
// polls.
func (l *loop) claim(now time.Time, gap time.Duration) bool {
	if l.lock != nil {
		last, err := l.st.lastPoll(l.ctx)
		if age := now.Sub(last); err == nil && age >= 0 && age < gap {
			return false
		}
		if err := l.lock.Mark(now); err == nil {
			return true
		}
	}
	ok, err := l.st.db.Claim(l.ctx, l.st.of(), now, gap)
	if err != nil {
		l.m.log.Warn("claiming a poll", "error", err)
	}
	return ok
}

// start sends the requests in a goroutine of its own, which hands the response
// to take.
func (l *loop) start() {
	ctx, cancel := context.WithTimeout(l.ctx, pollLimit)
	l.polling, l.cancel = true, cancel
	q := request{
		connect: l.m.o.Connect, api: l.api, fingerprint: l.fingerprint, facts: l.st.state.Facts, now: l.now, log: l.m.log,
	}
	if l.sch.refusals > 0 {
		q.api, q.refused = nil, true // the key may have been replaced
	}
	l.mark(account.Asking)
	routine.Go(func() {
		defer cancel()
		r := response{}
		defer func() {
			r.panic = routine.Recovered(recover())
			l.responses <- r
		}()
		r = q.send(ctx)
	})
}

// take takes in the response of the poll in flight.
func (l *loop) take(r response) {
	l.polling, l.cancel = false, nil
	if r.panic != nil {
		panic(r.panic)
	}
	if l.released || l.ctx.Err() != nil {
		return // cut off on purpose
	}
	if r.api != nil {
		l.api, l.fingerprint = r.api, r.reading.Fingerprint
		l.m.connection.set(r.api)
	}
	v := l.st.judge(l.ctx, r.reading)
	now := l.now()
	if v.Fault != nil {
		if !v.HeldBack { // such a poll was answered
			l.m.failures.add(v.Fault.Kind)
		}
		if l.gapCause == "" {
			l.gapCause = v.Fault.Message
		}
		if l.silentSince.IsZero() {
			l.silentSince = now
		}
	} else {
		l.silentSince = time.Time{}
	}
	l.sch.answered(now, &v, r.err(v.Fault))
	p := &poll{due: l.sch.due, held: l.sch.held, gapCause: l.gapCause}
	l.step(account.Input{Verdict: &v}, p)
	if l.storageErr != nil {
		l.m.failures.add(credit.FaultStorage)
	}
	if v.Fault == nil {
		l.gapCause = ""
		l.adopt()
		l.fillKey()
	}
	if v.Note != "" {
		l.m.log.Info(v.Note)
	}
}

// fillKey puts an ordinary key's windows into history at its first reading.
func (l *loop) fillKey() {
	in, err := l.st.fillKey(l.ctx)
	if err != nil {
		l.m.log.Warn("filling in the key's past", "error", oneLine(err))
	}
	if in.KeyFilled {
		l.step(in, nil)
	}
}

// adopt takes in what was imported before the first reading.
func (l *loop) adopt() {
	if note := l.st.adopt(l.ctx); note != "" {
		l.step(account.Input{Adopted: note}, nil)
	}
}
