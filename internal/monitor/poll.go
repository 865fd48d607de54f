package monitor

import (
	"context"
	"time"

	"ortop/internal/credit"
)

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

// start asks the API in a goroutine of its own, which answers to heard.
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
		l.m.failures.add(credit.FaultStorage)
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
