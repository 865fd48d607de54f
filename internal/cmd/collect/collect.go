// Package collect has the command that polls and stores as a service.
package collect

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/metrics"
	"ortop/internal/monitor"
	"ortop/internal/otlp"
	"ortop/internal/routine"
	"ortop/internal/servicelog"
)

type collectFlags struct{ metrics, unit string }

// Command is ortop collect.
func Command(a *cli.App) *cobra.Command {
	var f collectFlags
	c := &cobra.Command{
		Use:   "collect",
		Short: "Poll and store the history without a screen, as a service",
		Long: `collect polls the accounts of the configuration that have a key, or the one of
--account, and stores what it reads, until it is stopped. It needs no terminal, and
no home folder if --history names the file. Dashboards and other commands show
what it stores. It logs changes to standard error.

With --metrics it answers Prometheus at http://ADDR/metrics. ADDR is host:port;
a port alone is on 127.0.0.1, which this machine alone can reach.

Where OTEL_EXPORTER_OTLP_ENDPOINT is set it pushes the same to a receiver of
OpenTelemetry there, over HTTP as protobuf, by the standard's variables.

With --unit it prints a unit for systemd's user manager, or for launchd, that
runs this binary with these flags, and does nothing else.`,
		Example: `  ortop collect --metrics 127.0.0.1:9464
  ortop collect --unit systemd > ~/.config/systemd/user/ortop.service
  ortop collect --unit launchd > ~/Library/LaunchAgents/ortop.collect.plist`,
		Args: cobra.NoArgs,
	}
	c.RunE = a.Runs(func(ctx context.Context, _ []string) error {
		if c.Flags().Changed("unit") {
			return printUnit(a, f)
		}
		return collect(ctx, a, f)
	})
	c.Flags().StringVar(&f.metrics, "metrics", "", "answer Prometheus at this host:port")
	c.Flags().StringVar(&f.unit, "unit", "", "print a unit: systemd, launchd")
	return c
}

// collector is one account that is collected.
type collector struct {
	session.Watched
	mon      *monitor.Monitor
	spenders topSpenders
}

// collect runs until it is stopped. A SIGTERM is how services are stopped, and
// not a failure.
func collect(ctx context.Context, a *cli.App, f collectFlags) error {
	s, collectors, stop, err := collectors(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	if len(collectors) == 1 && os.Getenv("GOMAXPROCS") == "" {
		// One account is one thing after the other: a second processor would be woken for nothing.
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	}
	level := slog.LevelInfo
	switch {
	case a.Flags.Verbose:
		level = slog.LevelDebug
	case a.Flags.Quiet:
		level = slog.LevelWarn
	}
	log, closeLog := servicelog.New(a.Stderr, level, a.Now)
	defer closeLog()
	var server *metrics.Server
	if f.metrics != "" {
		if server, err = serveMetrics(a, f.metrics); err != nil {
			return err
		}
		defer func() { _ = server.Close() }()
		log.Info("metrics", "address", server.Addr())
	}
	push, err := otlp.FromEnv(os.Getenv, cli.Version())
	if err != nil {
		return cli.UsageError("", "%w", err)
	}
	shared, err := shareHistory(ctx, a, &s, collectors, log)
	if err != nil {
		return err
	}
	err = runCollectors(ctx, a, collectors, shared, server, push, log)
	err = cli.Joined(err, shared.close())
	var p *routine.PanicError
	if errors.As(err, &p) || errors.As(context.Cause(ctx), &p) {
		log.Error("panic", "value", p.Value, "stack", p.Stack)
	}
	if err != nil {
		return err
	}
	var stopped *cli.ExitError
	if errors.As(context.Cause(ctx), &stopped) && stopped.Code == cli.ExitTerminate {
		return nil
	}
	return ctx.Err()
}

// serveMetrics listens at the address of --metrics.
func serveMetrics(a *cli.App, addr string) (*metrics.Server, error) {
	server, err := metrics.Listen(addr)
	var wrong *metrics.AddrError
	switch {
	case errors.As(err, &wrong):
		return nil, cli.UsageError("for example --metrics 127.0.0.1:9464", "--metrics: %w", err)
	case err != nil:
		return nil, &cli.ExitError{Code: cli.ExitFailed, Err: err, Hint: "another program may have that port: name another with --metrics"}
	case !server.Loopback():
		a.Hint("the metrics at %s can be read from other machines, without a password", server.Addr())
	}
	return server, nil
}

// collectors are the accounts that are collected: the named one, or all that
// have a key.
func collectors(ctx context.Context, a *cli.App) (s session.Settings, list []*collector, stop func(), err error) {
	if a.Flags.Demo == "" {
		// Who collects is no viewer.
		if s, err = session.Load(a); err != nil {
			return s, nil, nil, err
		}
		stop = func() {}
	} else if s, stop, err = session.DemoOrSettings(ctx, a); err != nil {
		return s, nil, nil, err
	}
	every, err := session.EveryAccount(a, &s)
	if err != nil {
		return s, nil, nil, err
	}
	var without []string
	for _, w := range every {
		if !session.HasKey(ctx, w.App, &w.Settings) {
			without = append(without, w.Settings.Account.Name)
			continue
		}
		w.Settings.OnDisk = true
		list = append(list, &collector{Watched: w})
	}
	if len(every) > 1 {
		for _, name := range without {
			a.Hint("account %s is not collected: it has no key", name)
		}
	}
	if len(list) == 0 {
		_, _, err := session.Key(ctx, a, &s)
		return s, nil, nil, &cli.ExitError{Code: cli.ExitUsage, Err: err, Hint: session.NoKeyHint}
	}
	if s.Demo == nil && !session.Reaches(session.AlertChannels(&s.Config)) {
		a.Hint("alerts reach open dashboards only: add a [[channels]] table that is not a terminal's to send them elsewhere")
	}
	return s, list, stop, nil
}

// runCollectors runs until ctx ends, or until one of them cannot go on, which
// ends all. What they read is on disk when it returns.
func runCollectors(ctx context.Context, a *cli.App, list []*collector, shared *sharing, server *metrics.Server, push *otlp.Config, log *slog.Logger) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	crash := make(chan error, len(list)+1)
	var runners []*session.Runner
	var helpers sync.WaitGroup
	// What the monitors store last is sent too.
	sendCtx, stopSending := context.WithCancel(context.WithoutCancel(ctx))
	sent := make(chan struct{})
	defer func() {
		stopSending()
		if shared != nil {
			select {
			case <-sent:
			case <-time.After(session.CloseWait):
			}
		}
	}()
	defer func() {
		cancel()
		losses := make(chan error, len(runners))
		for _, r := range runners { // at once: each may take CloseWait
			helpers.Go(routine.Guard(func() { losses <- r.Close() }))
		}
		helpers.Wait()
		close(losses)
		for loss := range losses {
			cli.Closing(&err, func() error { return loss })
		}
	}()
	for _, c := range list {
		log := log.With("account", c.Settings.Account.Name)
		r := &session.Runner{App: c.App, Ctx: ctx, Log: log, Crash: crash}
		c.mon = r.Start(&c.Settings)
		runners = append(runners, r)
		helpers.Go(routine.Guard(func() { servicelog.Changes(ctx, c.mon.Snapshots(), log) }))
		if server != nil || push != nil || shared != nil {
			helpers.Go(routine.Guard(func() { c.spenders.follow(ctx, c.mon, a.Now, log, shared != nil) }))
		}
	}
	if shared != nil {
		routine.Go(func() {
			defer close(sent)
			shared.c.Run(sendCtx)
		})
	}
	if server != nil {
		helpers.Go(routine.Guard(func() {
			if err := server.Serve(ctx, func() []metrics.Account { return gather(list, a.Now()) }, a.Now); err != nil {
				crash <- err
			}
		}))
	}
	if push != nil {
		p := otlp.Pusher{
			Config: push, Version: cli.Version(), Now: a.Now, Log: log,
			Gather: func() []metrics.Account { return gather(list, a.Now()) },
		}
		helpers.Go(routine.Guard(func() { p.Run(ctx) }))
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-crash:
		return err
	}
}

// gather is what each account's monitor knows.
func gather(list []*collector, now time.Time) []metrics.Account {
	var accounts []metrics.Account
	for _, c := range list {
		if l := c.Settings.Lease; l != nil && !l.MayPoll() { // the machine that reads it has its metrics
			continue
		}
		s, ok := c.mon.Latest()
		if !ok {
			s = account.Snapshot{Account: c.Settings.Account.Name}
		}
		m := metrics.Account{
			Snapshot: s, Failures: c.mon.Failures(),
			Keys: rows(c.spenders.keys.Load(), now), Models: rows(c.spenders.models.Load(), now),
		}
		if l := c.Settings.Lease; l != nil {
			waits := l.Waits()
			m.Unsent = &waits
		}
		accounts = append(accounts, m)
	}
	return accounts
}
