package dashboard

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/routine"
)

// RunPlain prints a line for each change, until it is stopped or nobody reads any
// more.
func RunPlain(ctx context.Context, a *cli.App) (err error) {
	s, stop, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	if err := session.AwaitTeam(ctx, a, &s); err != nil {
		return err
	}
	list, err := session.EveryAccount(a, &s)
	if err != nil {
		return err
	}
	// Without this a pipe that was closed ends the process, and what it read with
	// it.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)
	log := cli.FileLog()
	if a.Flags.Verbose {
		log = a.ErrLog()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	crash := make(chan error, len(list)+1)
	var mons []*monitor.Monitor
	for _, w := range list {
		if !session.HasKey(ctx, w.App, &w.Settings) {
			continue
		}
		r := &session.Runner{App: w.App, Ctx: ctx, Log: log, Crash: crash}
		defer cli.Closing(&err, r.Close)
		mons = append(mons, r.Start(&w.Settings))
	}
	if len(mons) == 0 {
		_, _, err := session.Key(ctx, a, &s)
		return &cli.ExitError{Code: cli.ExitUsage, Err: err, Hint: session.NoKeyHint}
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
			lines := p.Lines(&s, a.Now())
			if len(lines) == 0 {
				continue
			}
			out := cli.ForLocale(render.Fold(strings.Join(lines, "\n"), a.Width())) + "\n"
			switch _, err := a.Stdout.WriteString(out); {
			case errors.Is(err, syscall.EPIPE):
				return nil
			case err != nil:
				return cli.Written(err)
			}
		}
	}
}
