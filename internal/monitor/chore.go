package monitor

import (
	"cmp"
	"context"
	"ortop/internal/sorted"
	"time"

	"ortop/internal/account"
	"ortop/internal/gate"
	"ortop/internal/routine"
)

// choreLimit bounds one request beside the polls.
const choreLimit = 30 * time.Second

// chore is a request that is made beside the polls, now and then, by the
// collector alone.
type chore struct {
	name string
	// every is the time between two answers.
	every time.Duration
	// limit bounds one answer. If zero, it is choreLimit.
	limit time.Duration
	// wanted reports whether there is anything to request; it is called
	// between polls.
	wanted func(st *store) bool
	// request runs in a goroutine of its own. What it returns is run by the loop,
	// and gives the input of a step.
	request func(ctx context.Context, api API, now time.Time) (apply, error)

	due time.Time
}

// apply takes in the answer of a chore.
type apply = func(ctx context.Context, st *store) (account.Input, error)

// outcome is how a chore ended.
type outcome struct {
	chore *chore
	apply apply
	err   error
	panic *routine.PanicError
}

// startChore starts the chore that is most overdue, if none is under way.
func (l *loop) startChore(now time.Time) {
	if l.busy || l.polling || l.api == nil || !l.collecting() || l.st.book.Poll.Fault != nil || l.paused || l.released {
		return
	}
	var next *chore
	for _, c := range l.chores {
		if !now.Before(c.due) && (next == nil || c.due.Before(next.due)) && c.wanted(l.st) {
			next = c
		}
	}
	if next == nil {
		return
	}
	l.busy = true
	ctx, cancel := context.WithTimeout(l.ctx, cmp.Or(next.limit, choreLimit))
	api := l.api
	routine.Go(func() {
		defer cancel()
		o := outcome{chore: next}
		defer func() {
			o.panic = routine.Recovered(recover())
			l.outcomes <- o
		}()
		o.apply, o.err = next.request(ctx, api, now)
	})
}

// finish takes in a chore's answer.
func (l *loop) finish(o outcome) {
	l.busy = false
	if o.panic != nil {
		panic(o.panic)
	}
	if l.ctx.Err() != nil {
		return
	}
	var in account.Input
	if o.err == nil {
		in, o.err = o.apply(l.ctx, l.st)
	}
	l.plan(o.chore, o.err)
	if o.err != nil {
		l.m.log.Info("request failed", "for", o.chore.name, "again", o.chore.due.UTC().Format(time.RFC3339), "error", oneLine(o.err))
		return
	}
	l.m.log.Debug("request answered", "for", o.chore.name)
	l.step(in, nil)
}

// choreRetry is the least time between a failed request of a chore and the next.
const choreRetry = 5 * time.Minute

// choreFailures is how long a chore waits after failures.
var choreFailures = gate.Policy{Failure: gate.Doubling(choreRetry, rarely), Forbidden: gate.Waits{rarely}}

// plan sets when a chore that ended with err is due again.
func (l *loop) plan(c *chore, err error) {
	now := l.now()
	l.choreGate.Note(c.name, err)
	c.due = now.Add(c.every)
	if until, err := l.choreGate.Until(c.name); err != nil {
		c.due = sorted.Later(until, now.Add(choreRetry))
	}
}
