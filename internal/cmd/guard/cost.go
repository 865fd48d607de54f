package guard

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ortop/client"
	"ortop/internal/child"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/fault"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/text"
)

type costFlags struct {
	key  string
	json bool
}

// CostCommand is ortop cost.
func CostCommand(a *cli.App) *cobra.Command {
	var f costFlags
	c := &cobra.Command{
		Use:   "cost [flags] -- COMMAND [ARGUMENT]...",
		Short: "Show what the account spent while a command ran",
		Long: `cost runs a command and prints on standard error what the account spent meanwhile.
Charges arrive late: it waits until usage has not risen for 90 s, at most 4 min,
or until it is interrupted. Others may spend at the same time: the usual spend of
as long a time, by the rate of the last hour or day before, is shown beside it
and not subtracted. With --key only that key's spend counts.

The command has this program's input, output and environment, without
ORTOP_API_KEY and OPENROUTER_MANAGEMENT_KEY. Its exit code is returned. It runs
also where usage cannot be read.

Where its output goes to a pipe or a file, the body of a 402 or 403 in it is
explained, as ortop doctor --explain does it; the output itself is not changed.`,
		Example: `  ortop cost -- ./evaluate.sh
  ortop cost --json -- make test 2>&1 >/dev/null | tail -n 1`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.UsageError("for example ortop cost -- ./job.sh", "a command is missing")
			}
			return nil
		},
		RunE: cli.Noted(func(ctx context.Context, args []string) error { return cost(ctx, a, f, args) }),
	}
	c.Flags().SetInterspersed(false)
	c.Flags().StringVar(&f.key, "key", "", "count the spend of the key with this hash alone")
	c.Flags().BoolVar(&f.json, "json", false, "print a JSON object as the last line of standard error")
	return c
}

// cost runs args and prints what that cost. It fails with the exit code of the
// command where that is not 0.
func cost(ctx context.Context, a *cli.App, f costFlags, args []string) (err error) {
	signals, stop := child.Signals()
	defer stop()
	reading, end := child.Until(ctx, signals)
	s, stopDemo, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		end()
		return err
	}
	defer stopDemo()
	ses := session.Watch(a, s, a.ErrLog(), nil)
	defer cli.Closing(&err, ses.Close)
	meter, err := ses.Mon.Meter(reading, f.key)
	if caught := end(); caught != nil {
		return &cli.ExitError{Code: child.ExitCode(caught)}
	}
	if err != nil {
		cannotRead(a, err)
	} else {
		defer meter.Close()
		if meter.Own() {
			a.Hint("this is not a management key and sees only itself: the spend of %s counts", meter.Of())
		}
	}
	c := command(a, args)
	var printed fault.Watch
	ended := child.Tap(c, &printed)
	code, runErr := child.Run(c, signals)
	ended()
	explainPrinted(a, printed.Found())
	var cost monitor.Cost
	switch {
	case runErr != nil:
		cli.PrintLine(a.Stderr, "ortop: error: ", "running %s: %v", args[0], runErr)
	case meter != nil:
		cost = settle(ctx, a, meter, signals)
	}
	if err := printCost(a, f, cost, meter != nil && runErr == nil, code); err != nil {
		return err
	}
	if code != cli.ExitOK {
		return &cli.ExitError{Code: code}
	}
	return nil
}

// explainPrinted says what the refusals mean that a command printed.
func explainPrinted(a *cli.App, refusals []client.Refusal) {
	for _, r := range refusals {
		if k := r.Kind(); k == client.ErrPayment || k == client.ErrForbidden || r.LimitSource != "" {
			a.Hint("the command was %s", strings.Join(fault.Explain(r, a.Now()), "; "))
		}
	}
}

// cannotRead prints why the cost will not be known.
func cannotRead(a *cli.App, err error) {
	cli.PrintLine(a.Stderr, "ortop: error: ", "what was spent will not be known: %v", err)
	if errors.Is(err, keys.ErrNone) {
		a.Hint("%s", session.NoKeyHint)
	}
}

// settle waits until all is charged, or until a signal. A person sees how far
// that is.
func settle(ctx context.Context, a *cli.App, meter *monitor.Meter, signals <-chan os.Signal) monitor.Cost {
	ctx, end := child.Until(ctx, signals)
	defer end()
	p := a.Progress().AtOnce()
	defer p.End()
	return meter.Settle(ctx, func(c monitor.Cost) {
		p.Printf("%s so far, still for %.0f of %.0f s (ctrl+c ends the wait)",
			text.MaybeUSD(c.SpentUSD), c.Still.Seconds(), monitor.SettleStill.Seconds())
	})
}

// printCost prints the cost on standard error, for standard output is the
// command's. metered reports whether there was a reading before.
func printCost(a *cli.App, f costFlags, c monitor.Cost, metered bool, code int) error {
	var line []byte
	switch {
	case f.json:
		var err error
		if line, err = text.JSON(render.Cost(c, code)); err != nil {
			return err
		}
	case !metered:
		return nil
	default:
		line = []byte(cli.ForLocale(render.Fold("ortop: "+render.CostText(c), cli.WidthOf(a.Stderr))))
	}
	if _, err := a.Stderr.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("writing the cost: %w", err)
	}
	return nil
}
