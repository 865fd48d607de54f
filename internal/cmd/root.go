// Package cmd is ortop's command line: the tree of the commands, and those that
// are made of it: help, completion, the manual and the tools of mcp.
package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/cmd/accounts"
	"ortop/internal/cmd/alerts"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/collect"
	"ortop/internal/cmd/dashboard"
	"ortop/internal/cmd/doctor"
	"ortop/internal/cmd/guard"
	"ortop/internal/cmd/session"
	"ortop/internal/cmd/spend"
	"ortop/internal/cmd/status"
	"ortop/internal/cmd/store"
	"ortop/internal/cmd/team"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/routine"
	"ortop/internal/zone"
)

// Execute runs the command line args and returns the exit code. The stamp of a
// release is "VERSION,COMMIT,TIME".
func Execute(release string, args []string) int {
	cli.Stamp = release
	notice := zone.Local()
	hardenErr := keys.Harden()
	a := &cli.App{
		Env: keys.TakeEnvironment(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Now: time.Now, ZoneNote: notice,
	}
	root := newRoot(a)
	completeFor(a, root, args)
	args = flagsBehind(root, args)
	root.SetArgs(args)
	keepClosed(root, args)
	if hardenErr != nil {
		a.Hint("the process could not be protected from core dumps: %v", hardenErr)
	}
	err := execute(a, root, args)
	var p *routine.PanicError
	if errors.As(err, &p) {
		cli.LogPanic(p)
	}
	return cli.Report(a.Stderr, err)
}

func newRoot(a *cli.App) *cobra.Command {
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
		Version: cli.Version(),
		Args:    cobra.NoArgs,
		RunE: a.Runs(func(ctx context.Context, _ []string) error {
			if asJSON {
				return status.Print(ctx, a, status.Flags{JSON: true, Fresh: session.Briefly(monitor.Live)})
			}
			if plain {
				return dashboard.RunPlain(ctx, a)
			}
			return dashboard.Run(ctx, a)
		}),

		SilenceErrors: true,
		SilenceUsage:  true,
	}
	a.ByCobra = &cli.CheckedWriter{Writer: a.Stdout}
	root.SetOut(a.ByCobra)
	f := root.PersistentFlags()
	f.StringVar(&a.Flags.Account, "account", "", "account of the configuration, with its own key source alone")
	f.StringVar(&a.Flags.Config, "config", "", "configuration file")
	f.StringVar(&a.Flags.History, "history", "", "history file")
	f.StringVar(&a.Flags.BaseURL, "base-url", "", "where the API is: https, or http on loopback")
	f.Var(&cli.SpanFlag{To: &a.Flags.Interval, Parse: cli.OnlySpan, Now: a.Now}, "interval", "time between two polls")
	f.Lookup("interval").DefValue = fmt.Sprintf("%.0fs", session.DefaultInterval.Seconds())
	f.StringVar(&a.Flags.Demo, "demo", "", "a simulated account: "+strings.Join(session.ProfileNames(), ", "))
	f.Lookup("demo").NoOptDefVal = session.DefaultProfile
	f.StringVar(&a.Flags.Theme, "theme", "", "colours of the dashboard: dark, light, contrast, safe and more; t steps through them")
	f.BoolVar(&a.Flags.Share, "share", false, "share the history with a team, as [share] in the configuration does")
	f.BoolVar(&a.Flags.NoShare, "no-share", false, "do not share the history")
	f.BoolVar(&a.Flags.NoColor, "no-color", false, "no colours")
	f.BoolVarP(&a.Flags.Quiet, "quiet", "q", false, "no hints")
	f.BoolVarP(&a.Flags.Verbose, "verbose", "v", false, "log requests and readings to standard error")
	root.Flags().BoolVar(&asJSON, "json", false, "print a JSON object, as status does")
	root.Flags().BoolVar(&plain, "plain", false, "no screen, but a line for each change: for screen readers and logs")
	root.AddCommand(
		accounts.Command(a),
		alerts.Command(a),
		store.BacktestCommand(a),
		store.BackupCommand(a),
		spend.BreakdownCommand(a),
		collect.Command(a),
		guard.CostCommand(a),
		doctor.Command(a),
		status.ForecastCommand(a),
		guard.Command(a),
		store.HistoryCommand(a),
		store.ImportCommand(a),
		manCommand(a),
		mcpCommand(a),
		guard.PreflightCommand(a),
		store.ReconcileCommand(a),
		spend.ReportCommand(a),
		store.RestoreCommand(a),
		team.Command(a),
		status.Command(a),
		status.StatuslineCommand(a),
		versionCommand(a),
	)
	nameArguments(root)
	completionNeedsShell(a, root)
	helpNamesCommands(a, root)
	helpFits(a, root)
	return root
}
