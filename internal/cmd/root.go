// Package cmd is ortop's command line: flags, configuration, wiring and exit
// codes, with a file for each command.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/child"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/routine"
	"ortop/internal/text"
	"ortop/internal/zone"
)

// app is one run of the program.
type app struct {
	flags  flags
	env    keys.Environment
	stdin  *os.File
	stdout *os.File
	stderr *os.File
	now    func() time.Time
	// byCobra is where help, version and completion are written.
	byCobra *checked
	// onRead takes when and from what the account of an answer was read; nil:
	// nobody wants to know.
	onRead func(reading)
	// zoneNote is why times are not those of this machine's clock; empty: they are.
	zoneNote string
}

// flags are those that every command has.
type flags struct {
	account, config, history, baseURL string
	interval                          time.Duration
	demo, theme                       string
	noColor, quiet, verbose           bool
	share, noShare                    bool
}

// Execute runs the command line args and returns the exit code. The stamp of a
// release is "VERSION,COMMIT,TIME".
func Execute(release string, args []string) int {
	stamp = release
	notice := zone.Local()
	hardenErr := keys.Harden()
	a := &app{
		env: keys.TakeEnvironment(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		now: time.Now, zoneNote: notice,
	}
	root := a.root()
	args = flagsBehind(root, args)
	root.SetArgs(args)
	keepClosed(root, args)
	if hardenErr != nil {
		a.hint("the process could not be protected from core dumps: %v", hardenErr)
	}
	err := a.execute(root, args)
	var p *routine.PanicError
	if errors.As(err, &p) {
		logPanic(p)
	}
	return report(a.stderr, err)
}

func (a *app) root() *cobra.Command {
	var asJSON, plain bool
	root := &cobra.Command{
		Use:   "ortop",
		Short: "See what is left of your OpenRouter credits, and when they run out",
		Long: `ortop shows what is left of prepaid OpenRouter credits, what is being spent, and
when they run out. Left open in a terminal it polls, stores a history and
forecasts; its commands answer scripts with the same numbers.

The key comes from ORTOP_API_KEY, OPENROUTER_MANAGEMENT_KEY, the account's own
source in the configuration, or OPENROUTER_API_KEY. No flag takes a key.

Every flag reads spans and times alike. A span is 60 (seconds), 90m, 36h, 5d, 2w,
1mo (30 days) or 1y. A time is today, week, month, mon, 2026-11-01, 1 Nov, 18:00,
1 Nov 18:00 or of RFC 3339. Days, weeks and months are those of UTC, as OpenRouter
counts them; a time of day is that of this machine's clock. A zone that is named
behind it holds instead: mon Europe/Berlin, 18:00 UTC, 1 Nov 18:00 +02:00.`,
		Example: `  # Look at a simulated account: no key, nothing leaves this machine
  ortop --demo

  # What is left, for a script
  ortop status --json`,
		Version: version(),
		Args:    cobra.NoArgs,
		RunE: a.runs(func(ctx context.Context, _ []string) error {
			if asJSON {
				return a.status(ctx, statusFlags{json: true, fresh: briefly(monitor.Live)})
			}
			if plain {
				return a.plain(ctx)
			}
			return a.dashboard(ctx)
		}),

		SilenceErrors: true,
		SilenceUsage:  true,
	}
	a.byCobra = &checked{Writer: a.stdout}
	root.SetOut(a.byCobra)
	f := root.PersistentFlags()
	f.StringVar(&a.flags.account, "account", "", "account of the configuration, with its own key source alone")
	f.StringVar(&a.flags.config, "config", "", "configuration file")
	f.StringVar(&a.flags.history, "history", "", "history file")
	f.StringVar(&a.flags.baseURL, "base-url", "", "where the API is: https, or http on loopback")
	f.Var(&spanFlag{&a.flags.interval, onlySpan, a.now}, "interval", "time between two polls")
	f.Lookup("interval").DefValue = fmt.Sprintf("%.0fs", defaultInterval.Seconds())
	f.StringVar(&a.flags.demo, "demo", "", "a simulated account: "+strings.Join(profileNames(), ", "))
	f.Lookup("demo").NoOptDefVal = defaultProfile
	f.StringVar(&a.flags.theme, "theme", "", "colours of the dashboard: dark, light, contrast, safe and more; t steps through them")
	f.BoolVar(&a.flags.share, "share", false, "share the history with a team, as [share] in the configuration does")
	f.BoolVar(&a.flags.noShare, "no-share", false, "do not share the history")
	f.BoolVar(&a.flags.noColor, "no-color", false, "no colours")
	f.BoolVarP(&a.flags.quiet, "quiet", "q", false, "no hints")
	f.BoolVarP(&a.flags.verbose, "verbose", "v", false, "log requests and readings to standard error")
	root.Flags().BoolVar(&asJSON, "json", false, "print a JSON object, as status does")
	root.Flags().BoolVar(&plain, "plain", false, "no screen, but a line for each change: for screen readers and logs")
	root.AddCommand(
		a.accountsCommand(),
		a.alertsCommand(),
		a.backtestCommand(),
		a.backupCommand(),
		a.breakdownCommand(),
		a.collectCommand(),
		a.costCommand(),
		a.doctorCommand(),
		a.forecastCommand(),
		a.guardCommand(),
		a.historyCommand(),
		a.importCommand(),
		a.manCommand(),
		a.mcpCommand(),
		a.preflightCommand(),
		a.reconcileCommand(),
		a.reportCommand(),
		a.restoreCommand(),
		a.shareCommand(),
		a.statusCommand(),
		a.statuslineCommand(),
		a.versionCommand(),
	)
	nameArguments(root)
	a.completeFlags(root)
	a.completionNeedsShell(root)
	a.helpNamesCommands(root)
	a.helpFits(root)
	return root
}

// noted adapts a command, and notes that its command line was right.
func noted(f func(context.Context, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		c.Root().Annotations = map[string]string{"ran": "yes"}
		return f(c.Context(), args)
	}
}

// runs adapts a command: it ends on an interrupt, SIGTERM, SIGHUP or SIGQUIT, with
// the exit code that shells expect of that.
//
//go:noinline
func (a *app) runs(f func(context.Context, []string) error) func(*cobra.Command, []string) error {
	return noted(func(ctx context.Context, args []string) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		signals, unlisten := child.Signals()
		defer unlisten()
		routine.Go(func() {
			select {
			case s := <-signals:
				code := exitInterrupt
				if s, ok := s.(syscall.Signal); ok {
					code = 128 + int(s)
				}
				cancel(&exitError{code: code})
			case <-ctx.Done():
			}
		})
		err := f(ctx, args)
		var panicked *routine.PanicError
		if errors.As(context.Cause(ctx), &panicked) && !errors.As(err, new(*routine.PanicError)) {
			var lost *lossError
			if errors.As(err, &lost) {
				return &lossError{lost.loss, panicked}
			}
			return panicked
		}
		var stopped *exitError
		var lost *lossError
		if err != nil && errors.As(context.Cause(ctx), &stopped) && !errors.As(err, &lost) {
			return stopped
		}
		return err
	})
}

// hint prints a hint on standard error.
//
//go:noinline
func (a *app) hint(format string, args ...any) {
	if !a.flags.quiet {
		printLine(a.stderr, "ortop: hint: ", format, args...)
	}
}

//go:noinline
func oneLine(s string) string { return text.Clean(s, 1000) }
