// Package guard has the commands that go by what is left before, while or after
// another command runs.
package guard

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/child"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/keys"
	"ortop/internal/monitor"
)

type guardFlags struct {
	below, quota, key         string
	pause, stop, allowUnknown bool
}

// Command is ortop guard.
func Command(a *cli.App) *cobra.Command {
	var f guardFlags
	var c *cobra.Command
	c = &cobra.Command{
		Use:   "guard [flags] -- COMMAND [ARGUMENT]...",
		Short: "Run a command only while there is enough",
		Long: `guard runs a command and pauses it, with all that it started, when less than
--below can be spent, or when the account spent more than --quota since the start;
with --key what that key spent counts in place of the account's. It continues the
command after a top-up, with a new quota. With --stop it ends the command instead: a
SIGTERM, and a SIGKILL after 10 s. Without --below it is enough that anything is left.

It does not start the command where there is not enough (exit code 3), or where that
cannot be known (4): --allow-unknown starts it then. Where it cannot be known later,
that is said, and the command goes on as it is. A command that was stopped has the
exit code 3, any other its own.

It goes by the readings that a dashboard or ortop collect stores, and polls itself
where neither runs; the key of --key it asks about in each interval. Charges arrive late: more than the quota may be spent before that
is seen. What happens goes to standard error, with the figures, and last what was
spent; ortop cost waits until all of that is charged.

The command has this program's input, output and environment, without
ORTOP_API_KEY and OPENROUTER_MANAGEMENT_KEY, and is sent the signals that this
program gets. However guard ends, the command does not stay paused. Windows cannot
pause a command: there it is stopped, and without a SIGTERM.`,
		Example: `  ortop guard --below 5 -- ./evaluate.sh
  ortop guard --quota 2.50 --stop -- make bench`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.UsageError("for example ortop guard --below 5 -- ./job.sh", "a command is missing")
			}
			return nil
		},
		RunE: cli.Noted(func(ctx context.Context, args []string) error {
			rule, err := f.rule(c.Flags().Changed)
			if err != nil {
				return err
			}
			return guard(ctx, a, rule, f, args)
		}),
	}
	c.Flags().SetInterspersed(false)
	c.Flags().StringVar(&f.below, "below", "", "pause where less than this can be spent, in USD")
	c.Flags().StringVar(&f.quota, "quota", "", "pause where more than this was spent since the start, in USD")
	c.Flags().StringVar(&f.key, "key", "", "count what the key with this hash spends")
	c.Flags().BoolVar(&f.pause, "pause", false, "pause the command until there is enough (default)")
	c.Flags().BoolVar(&f.stop, "stop", false, "stop the command")
	c.Flags().BoolVar(&f.allowUnknown, "allow-unknown", false, "start where it cannot be known whether there is enough")
	return c
}

// rule reads the flags that say what may be used up.
func (f *guardFlags) rule(given func(string) bool) (rule account.Guard, err error) {
	if given("below") {
		if rule.BelowUSD, err = cli.AmountFlag("below", f.below); err != nil {
			return rule, err
		}
	}
	if given("quota") {
		quota, err := cli.AmountFlag("quota", f.quota)
		if err != nil {
			return rule, err
		}
		rule.QuotaUSD = &quota
	}
	switch {
	case f.pause && f.stop:
		return rule, cli.UsageError("", "--pause and --stop exclude each other")
	case f.pause && !child.CanPause:
		return rule, cli.UsageError("use --stop", "--pause: this system cannot pause a command")
	}
	f.stop = f.stop || !child.CanPause
	return rule, nil
}

// guard runs args while the rule holds.
func guard(ctx context.Context, a *cli.App, rule account.Guard, f guardFlags, args []string) (err error) {
	signals, stop := child.GroupSignals()
	defer stop()
	reading, end := child.Until(ctx, signals)
	s, stopDemo, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		end()
		return err
	}
	defer stopDemo()
	first, err := firstReading(reading, a, &s, rule, f.allowUnknown)
	var meter *monitor.Meter
	if err == nil && f.key != "" {
		ses := session.Watch(a, s, a.ErrLog(), nil)
		defer cli.Closing(&err, ses.Close)
		if meter, err = ses.Mon.Meter(reading, f.key); err == nil {
			defer meter.Close()
			if meter.Own() {
				a.Hint("this is not a management key and sees only itself: the spend of %s counts", meter.Of())
			}
		} else if err = notKnown(a, err, f.allowUnknown); err == nil && rule.QuotaUSD != nil {
			a.Hint("the quota does not count: the key was not read")
			rule.QuotaUSD = nil
		}
	}
	if caught := end(); caught != nil {
		return &cli.ExitError{Code: child.ExitCode(caught)}
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	crash := make(chan error, 1)
	r := &session.Runner{App: a, Ctx: ctx, Log: a.ErrLog(), Crash: crash}
	defer cli.Closing(&err, r.Close)
	g := &guarded{
		app: a, ctx: ctx, rule: rule, stop: f.stop, mon: r.Start(&s), crash: crash, signals: signals, first: first, meter: meter, key: f.key != "",
		every: s.Interval, find: func() <-chan error { return session.TeamFound(ctx, a, &s) }, start: func() *monitor.Monitor { return r.Start(&s) },
	}
	return g.run(args)
}

// firstReading is the account as it is before the command starts. It fails where
// that is not enough, or, unless it is allowed, not known.
func firstReading(ctx context.Context, a *cli.App, s *session.Settings, rule account.Guard, allowUnknown bool) (snap account.Snapshot, err error) {
	ses := session.Watch(a, *s, a.ErrLog(), nil)
	defer cli.Closing(&err, ses.Close)
	if snap, err = ses.Mon.Once(ctx, monitor.Fresh); err != nil {
		return snap, notKnown(a, err, allowUnknown)
	}
	if snap.StorageNote != "" {
		a.Hint("%s", snap.StorageNote)
	}
	switch answer, reason := rule.Judge(ses.Mon.Preflight(&snap, rule.BelowUSD, 0), new(float64)); answer {
	case account.Enough:
		return snap, nil
	case account.Short:
		return snap, &cli.ExitError{Code: cli.ExitShort, Err: errors.New("not started: " + reason)}
	default:
		return snap, notKnown(a, errors.New(reason), allowUnknown)
	}
}

// notKnown is the failure of a guard that does not know enough, unless that is
// allowed.
func notKnown(a *cli.App, err error, allowed bool) error {
	if allowed {
		cli.PrintLine(a.Stderr, "ortop: ", "started though it cannot be known whether there is enough: %v", err)
		return nil
	}
	hint := "--allow-unknown starts the command all the same"
	if errors.Is(err, keys.ErrNone) {
		return &cli.ExitError{Code: cli.ExitUsage, Err: err, Hint: session.NoKeyHint}
	}
	return &cli.ExitError{Code: cli.ExitUnknown, Err: fmt.Errorf("not started: %w", err), Hint: hint}
}

// command is args as they are run for the user.
func command(a *cli.App, args []string) *exec.Cmd {
	c := exec.Command(args[0], args[1:]...)
	c.Env, c.Stdin, c.Stdout, c.Stderr = a.Env.CommandEnviron(), a.Stdin, a.Stdout, a.Stderr
	return c
}
