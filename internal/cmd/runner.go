package cmd

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"ortop/internal/monitor"
	"ortop/internal/routine"
)

// closeWait is how long a monitor may take to end, the last attempts to deliver
// alerts among that: a service has three seconds.
const closeWait = 2500 * time.Millisecond

// runner runs monitors beside a surface, and ends them before the program
// does.
type runner struct {
	app   *app
	ctx   context.Context
	log   *slog.Logger
	crash chan<- error
	// terminal takes what alerts send to it; nil: this is not a screen.
	terminal chan<- string
	closers  []func() error // each returns what could not be written
	shown    atomic.Pointer[shown]
}

// shown is the account on the screen: the one that was started last, or that
// was switched to.
type shown struct {
	name string
	mon  *monitor.Monitor
}

// export writes the readings of the account that is shown to a new file.
func (r *runner) export(ctx context.Context, from, to time.Time) (path string, err error) {
	s := r.shown.Load()
	if s == nil {
		return "", errNothingRead
	}
	return r.app.export(ctx, s.mon, s.name, from, to)
}

// start runs a monitor for s.
func (r *runner) start(s *settings) *monitor.Monitor {
	ses := r.app.watch(*s, r.log, newNotifier(s, r.log, r.terminal))
	ctx, cancel := context.WithCancel(r.ctx)
	done := make(chan error, 1)
	routine.Go(func() {
		if err := ses.mon.Run(ctx); err != nil {
			select {
			case r.crash <- err:
			case <-r.ctx.Done():
			}
		}
		done <- ses.close()
	})
	r.closers = append(r.closers, func() (err error) {
		cancel()
		select {
		case err = <-done:
		case <-time.After(closeWait):
			// What was acknowledged is on disk; the process ends now.
		}
		return err
	})
	r.shown.Store(&shown{s.account.Name, ses.mon})
	return ses.mon
}

// close ends all monitors. The error is for readings that were in memory only,
// and are lost.
func (r *runner) close() error {
	var lost []error
	for _, f := range slices.Backward(r.closers) {
		lost = append(lost, f())
	}
	r.closers = nil
	return joined(lost...)
}
