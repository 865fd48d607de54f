package cmd

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"ortop/internal/account"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/routine"
)

// plain prints a line for each change, until it is stopped or nobody reads any
// more.
func (a *app) plain(ctx context.Context) (err error) {
	s, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	list, err := a.everyAccount(&s)
	if err != nil {
		return err
	}
	// Without this a pipe that was closed ends the process, and what it read with
	// it.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)
	log, closeLog := fileLog()
	defer closeLog()
	if a.flags.verbose {
		log = a.errLog()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	crash := make(chan error, len(list)+1)
	var mons []*monitor.Monitor
	for _, w := range list {
		if !w.app.hasKey(ctx, &w.settings) {
			continue
		}
		r := &runner{app: w.app, ctx: ctx, log: log, crash: crash}
		defer closing(&err, r.close)
		mons = append(mons, r.start(&w.settings))
	}
	if len(mons) == 0 {
		_, _, err := a.key(ctx, &s)
		return &exitError{exitUsage, err, noKeyHint}
	}
	snapshots := make(chan account.Snapshot)
	for _, mon := range mons {
		routine.Go(func() {
			for {
				select {
				case s := <-mon.Snapshots():
					select {
					case snapshots <- s:
					case <-ctx.Done():
						return
					}
				case <-ctx.Done():
					return
				}
			}
		})
	}
	p := render.Plain{Named: len(mons) > 1}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-crash:
			return err
		case s := <-snapshots:
			lines := p.Lines(&s, a.now())
			if len(lines) == 0 {
				continue
			}
			out := forLocale(render.Fold(strings.Join(lines, "\n"), a.width())) + "\n"
			switch _, err := a.stdout.WriteString(out); {
			case errors.Is(err, syscall.EPIPE):
				return nil
			case err != nil:
				return written(err)
			}
		}
	}
}
