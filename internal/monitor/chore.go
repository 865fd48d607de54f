package monitor

import (
	"cmp"
	"context"
	"errors"
	"time"

	"ortop/client"
)

// choreLimit bounds what is asked beside the polls at one time.
const choreLimit = 30 * time.Second

// chore is a question that is asked beside the polls, now and then, by the
// collector alone.
type chore struct {
	name string
	// every is the time between two answers.
	every time.Duration
	// limit bounds one answer. If zero, it is choreLimit.
	limit time.Duration
	// wanted reports whether there is anything to ask at all; it is looked at
	// between polls.
	wanted func(st *store) bool
	// ask runs in a goroutine of its own. What it returns is run by the loop.
	ask func(ctx context.Context, api API, now time.Time) (apply func(ctx context.Context, st *store) error, err error)

	due   time.Time
	tries int
}

// done is a chore's answer.
type done struct {
	chore *chore
	apply func(ctx context.Context, st *store) error
	err   error
	panic *PanicError
}

// errands starts the chore that is most overdue, if none is under way.
func (l *loop) errands(now time.Time) {
	if l.busy || l.asking || l.api == nil || !l.collecting() || l.fault != nil || l.paused || l.released {
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
	go func() {
		defer cancel()
		d := done{chore: next}
		defer func() {
			d.panic = panicError(recover())
			l.errand <- d
		}()
		d.apply, d.err = next.ask(ctx, api, now)
	}()
}

// returned takes in a chore's answer.
func (l *loop) returned(d done) {
	l.busy = false
	if d.panic != nil {
		panic(d.panic)
	}
	if l.ctx.Err() != nil {
		return
	}
	if d.err == nil {
		d.err = d.apply(l.ctx, l.st)
	}
	d.chore.plan(l.now(), d.err)
	if d.err != nil {
		l.m.log.Info("asked in vain", "for", d.chore.name, "again", d.chore.due.UTC().Format(time.RFC3339), "error", oneLine(d.err))
		return
	}
	l.m.log.Debug("asked", "for", d.chore.name)
	l.show(l.resting())
}

// plan says when the chore is due again: after an error later each time, up to
// an hour, and not before the server said.
func (c *chore) plan(now time.Time, err error) {
	if err == nil {
		c.tries, c.due = 0, now.Add(c.every)
		return
	}
	wait := min(rarely, 5*time.Minute<<min(c.tries, 4))
	c.tries++
	var api *client.APIError
	switch {
	case errors.As(err, &api) && api.RetryAfter != nil:
		wait = max(wait, *api.RetryAfter)
	case errors.Is(err, client.ErrForbidden):
		wait = rarely
	}
	c.due = now.Add(wait)
}
