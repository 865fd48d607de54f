package guard

import (
	"context"
	"fmt"
	"os"
	"time"

	"ortop/internal/account"
	"ortop/internal/child"
	"ortop/internal/cmd/cli"
	"ortop/internal/fault"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/routine"
)

const (
	// killAfter is how long a command has to end that was asked to.
	killAfter = 10 * time.Second
	// lastReading is how long a reading after the command's end is waited for,
	// unless one is as young.
	lastReading = 5 * time.Second
	// goneEvery is how often the rest of a stopped command is looked for.
	goneEvery = 50 * time.Millisecond
)

// guarded is a command that runs while a rule holds.
type guarded struct {
	app     *cli.App
	ctx     context.Context
	rule    account.Guard
	stop    bool
	mon     *monitor.Monitor
	crash   <-chan error
	signals <-chan os.Signal
	every   time.Duration
	find    func() <-chan error // waits for a team that was away; nil: it was not
	start   func() *monitor.Monitor
	found   <-chan error   // of find, while it waits
	key     bool           // a key's spend counts
	meter   *monitor.Meter // of that key; nil where it could not be read

	group *child.Group
	first account.Snapshot
	count *monitor.Count // of the account; nil before the first reading
	cost  monitor.Cost   // so far
	// countedUSD is what was spent before the quota began anew.
	countedUSD float64
	last       account.Snapshot
	paused     bool
	// pausedUSD is what could be spent when the command was paused; nil is unknown.
	pausedUSD *float64
	stopping  bool
	kill      <-chan time.Time // when a stopped command is killed
	graceTill time.Time        // the command may act on a signal until then
	unknown   string           // why it was last said not to be known
}

func (g *guarded) printf(format string, args ...any) {
	cli.PrintLine(g.app.Stderr, "ortop: ", format, args...)
}

// run runs args to their end.
func (g *guarded) run(args []string) error {
	g.begin(&g.first)
	group, code, err := child.StartGroup(command(g.app, args), !g.stop)
	if err != nil {
		return &cli.ExitError{Code: code, Err: fmt.Errorf("running %s: %w", args[0], err)}
	}
	g.group = group
	defer group.Close()
	costs, endMeter := g.follow()
	g.watch(costs)
	group.Close()
	endMeter()
	g.end()
	switch code := group.Code(); {
	case g.stopping:
		return &cli.ExitError{Code: cli.ExitShort}
	case code != cli.ExitOK:
		return &cli.ExitError{Code: code}
	}
	return nil
}

// begin counts from s on, if it says what was spent.
func (g *guarded) begin(s *account.Snapshot) {
	if count, err := g.mon.Count(s); err == nil && !g.key {
		g.count = count
		g.cost.Of = "the account"
	}
}

// follow reads a key again and again, until end.
func (g *guarded) follow() (costs <-chan monitor.Cost, end func()) {
	if g.meter == nil {
		return nil, func() {}
	}
	ctx, cancel := context.WithCancel(g.ctx)
	read := make(chan monitor.Cost)
	done := make(chan struct{})
	routine.Go(func() {
		defer close(done)
		tick := time.NewTicker(g.every)
		defer tick.Stop()
		for {
			c, err := g.meter.Read(ctx)
			if err != nil {
				c.Fault = &account.Fault{Kind: fault.Kind(err), Message: cli.OneLine(fault.Message(err))}
			}
			select {
			case read <- c:
			case <-ctx.Done():
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
	return read, func() { cancel(); <-done }
}

// watch returns when the command has ended, and with it all that was to be
// stopped.
func (g *guarded) watch(costs <-chan monitor.Cost) {
	ended := g.group.Ended()
	var gone <-chan time.Time
	for {
		select {
		case <-ended:
			if !g.stopping {
				return
			}
			ended = nil
			tick := time.NewTicker(goneEvery)
			defer tick.Stop()
			gone = tick.C
		case <-gone:
			if g.group.Gone() {
				return
			}
		case <-g.kill:
			g.failed(g.group.Kill())
			if ended == nil {
				return
			}
		case s := <-g.signals:
			g.pass(s)
		case s := <-g.group.Halted():
			if !g.group.Lend(s) {
				g.suspend(true)
			}
		case snap := <-g.mon.Snapshots():
			g.last = snap
			g.judge()
		case c := <-costs:
			g.takeCost(c)
			g.judge()
		case err := <-g.crash:
			g.notKnown(fault.Message(err))
			g.found = g.find()
		case err := <-g.found:
			if g.found = nil; err != nil {
				g.notKnown(fault.Message(err))
			} else {
				g.mon = g.start()
			}
		}
	}
}

// pass sends a signal on. A paused command goes on, so that it can act on it.
func (g *guarded) pass(s os.Signal) {
	if child.Suspends(s) {
		g.suspend(false)
		return
	}
	g.paused = false
	g.graceTill = time.Now().Add(killAfter)
	g.failed(g.group.Pass(s))
}

// suspend is what a shell's user does; another process may collect meanwhile.
func (g *guarded) suspend(job bool) {
	g.mon.Release()
	g.group.Suspend(job)
	g.mon.Resume()
}

func (g *guarded) failed(err error) {
	if err != nil {
		cli.PrintLine(g.app.Stderr, "ortop: error: ", "%v", err)
	}
}

// end says what was spent, by a reading after the command's end where one can be
// had soon.
func (g *guarded) end() {
	ended := g.app.Now()
	if g.meter != nil {
		ctx, cancel := context.WithTimeout(g.ctx, lastReading)
		defer cancel()
		if c, err := g.meter.Read(ctx); err == nil {
			g.cost = c
		}
	} else if age, ok := g.last.Age(ended); g.found == nil && (!ok || age > lastReading) {
		g.mon.Refresh()
		limit := time.After(lastReading)
		for wait := true; wait; {
			select {
			case s := <-g.mon.Snapshots():
				g.last = s
				wait = s.At.Before(ended) && (s.Fault == nil || s.Phase == account.Asking)
			case <-g.signals:
				wait = false
			case <-limit:
				wait = false
			}
		}
		if !g.last.At.IsZero() {
			g.countAccount(&g.last)
		}
	}
	if g.cost.SpentUSD == nil && g.cost.Fault == nil {
		g.cost.Fault = g.last.Fault
	}
	if g.cost.Of == "" {
		g.cost.Of = "the account"
	}
	g.printf("%s", render.CostText(g.cost))
}
