package cmd

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/metrics"
	"ortop/internal/monitor"
	"ortop/internal/otlp"
	"ortop/internal/routine"
	"ortop/internal/servicelog"
)

type collectFlags struct{ metrics, unit string }

func (a *app) collectCommand() *cobra.Command {
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
	c.RunE = a.runs(func(ctx context.Context, _ []string) error {
		if c.Flags().Changed("unit") {
			return a.printUnit(f)
		}
		return a.collect(ctx, f)
	})
	c.Flags().StringVar(&f.metrics, "metrics", "", "answer Prometheus at this host:port")
	c.Flags().StringVar(&f.unit, "unit", "", "print a unit: systemd, launchd")
	return c
}

// collector is one account that is collected.
type collector struct {
	watched
	mon      *monitor.Monitor
	spenders topSpenders
}

// collect runs until it is stopped. A SIGTERM is how services are stopped, and
// not a failure.
func (a *app) collect(ctx context.Context, f collectFlags) error {
	s, collectors, stop, err := a.collectors(ctx)
	if err != nil {
		return err
	}
	defer stop()
	level := slog.LevelInfo
	switch {
	case a.flags.verbose:
		level = slog.LevelDebug
	case a.flags.quiet:
		level = slog.LevelWarn
	}
	log, closeLog := servicelog.New(a.stderr, level, a.now)
	defer closeLog()
	var server *metrics.Server
	if f.metrics != "" {
		if server, err = a.serveMetrics(f.metrics); err != nil {
			return err
		}
		defer func() { _ = server.Close() }()
		log.Info("metrics", "address", server.Addr())
	}
	push, err := otlp.FromEnv(os.Getenv, version())
	if err != nil {
		return usageError("", "%w", err)
	}
	shared, err := a.share(ctx, &s, collectors, log)
	if err != nil {
		return err
	}
	err = a.runCollectors(ctx, collectors, shared, server, push, log)
	err = joined(err, shared.close())
	var p *routine.PanicError
	if errors.As(err, &p) || errors.As(context.Cause(ctx), &p) {
		log.Error("panic", "value", p.Value, "stack", p.Stack)
	}
	if err != nil {
		return err
	}
	var stopped *exitError
	if errors.As(context.Cause(ctx), &stopped) && stopped.code == exitTerminate {
		return nil
	}
	return ctx.Err()
}

// serveMetrics listens at the address of --metrics.
func (a *app) serveMetrics(addr string) (*metrics.Server, error) {
	server, err := metrics.Listen(addr)
	var wrong *metrics.AddrError
	switch {
	case errors.As(err, &wrong):
		return nil, usageError("for example --metrics 127.0.0.1:9464", "--metrics: %w", err)
	case err != nil:
		return nil, &exitError{exitFailed, err, "another program may have that port: name another with --metrics"}
	case !server.Loopback():
		a.hint("the metrics at %s can be read from other machines, without a password", server.Addr())
	}
	return server, nil
}

// collectors are the accounts that are collected: the named one, or all that
// have a key.
func (a *app) collectors(ctx context.Context) (s settings, list []*collector, stop func(), err error) {
	if a.flags.demo == "" {
		// Who collects is no viewer.
		if s, err = a.settings(); err != nil {
			return s, nil, nil, err
		}
		stop = func() {}
	} else if s, stop, err = a.demoOrSettings(ctx); err != nil {
		return s, nil, nil, err
	}
	every, err := a.everyAccount(&s)
	if err != nil {
		return s, nil, nil, err
	}
	var without []string
	for _, w := range every {
		if !w.app.hasKey(ctx, &w.settings) {
			without = append(without, w.settings.account.Name)
			continue
		}
		w.settings.onDisk = true
		list = append(list, &collector{watched: w})
	}
	if len(every) > 1 {
		for _, name := range without {
			a.hint("account %s is not collected: it has no key", name)
		}
	}
	if len(list) == 0 {
		_, _, err := a.key(ctx, &s)
		return s, nil, nil, &exitError{exitUsage, err, noKeyHint}
	}
	if s.demo == nil && !reaches(alertChannels(&s.config)) {
		a.hint("alerts reach open dashboards only: add a [[channels]] table that is not a terminal's to send them elsewhere")
	}
	return s, list, stop, nil
}

// runCollectors runs until ctx ends, or until one of them cannot go on, which
// ends all. What they read is on disk when it returns.
func (a *app) runCollectors(ctx context.Context, list []*collector, shared *sharing, server *metrics.Server, push *otlp.Config, log *slog.Logger) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	crash := make(chan error, len(list)+1)
	var runners []*runner
	var helpers sync.WaitGroup
	// What the monitors store last is sent too.
	sendCtx, stopSending := context.WithCancel(context.WithoutCancel(ctx))
	sent := make(chan struct{})
	defer func() {
		stopSending()
		if shared != nil {
			select {
			case <-sent:
			case <-time.After(closeWait):
			}
		}
	}()
	defer func() {
		cancel()
		losses := make(chan error, len(runners))
		for _, r := range runners { // at once: each may take closeWait
			helpers.Go(routine.Guard(func() { losses <- r.close() }))
		}
		helpers.Wait()
		close(losses)
		for loss := range losses {
			closing(&err, func() error { return loss })
		}
	}()
	for _, c := range list {
		log := log.With("account", c.settings.account.Name)
		r := &runner{app: c.app, ctx: ctx, log: log, crash: crash}
		c.mon = r.start(&c.settings)
		runners = append(runners, r)
		helpers.Go(routine.Guard(func() { servicelog.Changes(ctx, c.mon.Snapshots(), log) }))
		if server != nil || push != nil || shared != nil {
			helpers.Go(routine.Guard(func() { c.spenders.follow(ctx, c.mon, a.now, log, shared != nil) }))
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
			if err := server.Serve(ctx, func() []metrics.Account { return gather(list, a.now()) }, a.now); err != nil {
				crash <- err
			}
		}))
	}
	if push != nil {
		p := otlp.Pusher{
			Config: push, Version: version(), Now: a.now, Log: log,
			Gather: func() []metrics.Account { return gather(list, a.now()) },
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
		if l := c.settings.lease; l != nil && !l.MayPoll() { // the machine that reads it has its metrics
			continue
		}
		s, ok := c.mon.Latest()
		if !ok {
			s = account.Snapshot{Account: c.settings.account.Name}
		}
		m := metrics.Account{
			Snapshot: s, Failures: c.mon.Failures(),
			Keys: rows(c.spenders.keys.Load(), now), Models: rows(c.spenders.models.Load(), now),
		}
		if l := c.settings.lease; l != nil {
			waits := l.Waits()
			m.Unsent = &waits
		}
		accounts = append(accounts, m)
	}
	return accounts
}
