package session

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"ortop/internal/cmd/cli"
	"ortop/internal/monitor"
	"ortop/internal/routine"
)

// CloseWait is how long a monitor may take to end, the last attempts to deliver
// alerts among that: a service has three seconds.
const CloseWait = 2500 * time.Millisecond

// Runner runs monitors beside a surface, and ends them before the program
// does.
type Runner struct {
	App   *cli.App
	Ctx   context.Context
	Log   *slog.Logger
	Crash chan<- error
	// Terminal takes what alerts send to it; nil: this is not a screen.
	Terminal chan<- string
	Closers  []func() error // each returns what could not be written
	Shown    atomic.Pointer[Shown]
}

// Shown is the account on the screen: the one that was started last, or that
// was switched to.
type Shown struct {
	Name string
	Mon  *monitor.Monitor
}

// Start runs a monitor for s.
func (r *Runner) Start(s *Settings) *monitor.Monitor {
	waits := *s
	waits.awaits = true
	ses := Watch(r.App, waits, r.Log, newNotifier(s, r.Log, r.Terminal))
	ctx, cancel := context.WithCancel(r.Ctx)
	done := make(chan error, 1)
	routine.Go(func() {
		if err := ses.Mon.Run(ctx); err != nil {
			select {
			case r.Crash <- err:
			case <-r.Ctx.Done():
			}
		}
		done <- ses.Close()
	})
	r.Closers = append(r.Closers, func() (err error) {
		cancel()
		select {
		case err = <-done:
		case <-time.After(CloseWait):
			// What was acknowledged is on disk; the process ends now.
		}
		return err
	})
	r.Shown.Store(&Shown{s.Account.Name, ses.Mon})
	return ses.Mon
}

// Close ends all monitors. The error is for readings that were in memory only,
// and are lost.
func (r *Runner) Close() error {
	var lost []error
	for _, f := range slices.Backward(r.Closers) {
		lost = append(lost, f())
	}
	r.Closers = nil
	return cli.Joined(lost...)
}
