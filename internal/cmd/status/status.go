// Package status has the commands that say what is left, and when it runs out.
package status

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/config"
	"ortop/internal/metrics"
	"ortop/internal/monitor"
	"ortop/internal/render"
)

// Flags are those of status.
type Flags struct {
	JSON, all  bool
	format     string
	prometheus string // a file, or - for standard output
	Fresh      monitor.Freshness
}

// Command is ortop status.
func Command(a *cli.App) *cobra.Command {
	f := Flags{Fresh: session.Briefly(monitor.Live)}
	var age cli.AgeFlag
	c := &cobra.Command{
		Use:   "status",
		Short: "Print what is left, what is spent, and when it runs out",
		Long: `status prints one snapshot. It uses the reading of a running ortop if that is
younger than the interval, and otherwise reads the account.

With --max-age it answers from history, without a request, where the last
reading is recent enough: for status bars.

With --format it prints a template in the syntax of Go's text/template (fields,
if, with, range, comparisons, index, printf) of these fields:

` + render.FieldNames() + `

Amounts have their dollar sign, DaysLeft is a number; unknown is —. In the first quarter of an hour of
history RunsOut and Charge are a range in words, and the spans to them are —.
{{.JSON.balance_usd}} and the like are the values of --json.

With --prometheus it prints what ortop collect --metrics would answer of the account, with
--all of all accounts: those of a team as their collectors last read them.
--prometheus=FILE replaces a file by that, for node_exporter's textfile collector.`,
		Example: `  ortop status --json
  ortop status --format '{{.JSON.balance_usd}}'
  ortop status --format '{{.DaysLeft}}'
  ortop status --prometheus
  ortop status --all
  ortop status --all --prometheus=ortop.prom
  ortop status --max-age 60s --format '{{.Balance}} · {{.Next}}'`,
		Args: cobra.NoArgs,
		RunE: a.Runs(func(ctx context.Context, _ []string) error {
			if f.JSON && f.format != "" {
				return cli.UsageError("", "--json and --format exclude each other")
			}
			if f.prometheus != "" && (f.JSON || f.format != "") {
				return cli.UsageError("", "--prometheus excludes --json and --format")
			}
			f.Fresh = age.Fresh(f.Fresh)
			if f.all {
				if f.format != "" {
					return cli.UsageError("", "--all excludes --format")
				}
				return statusAll(ctx, a, f)
			}
			return Print(ctx, a, f)
		}),
	}
	c.Flags().BoolVar(&f.JSON, "json", false, cli.JSONUsage)
	c.Flags().BoolVar(&f.all, "all", false, "print all accounts in one table, who runs out first at the top")
	c.Flags().StringVar(&f.format, "format", "", "print a template")
	c.Flags().StringVar(&f.prometheus, "prometheus", "", "print the metrics of Prometheus, or with =FILE put them there, whole")
	c.Flags().Lookup("prometheus").NoOptDefVal = "-"
	age.Add(a, c, cli.FromHistory)
	return c
}

// Print prints one snapshot. It fails with ExitUnknown where the account
// could not be read; what is known is printed all the same.
func Print(ctx context.Context, a *cli.App, f Flags) error {
	format, err := render.ParseFormat(f.format)
	if err != nil {
		return cli.UsageError("ortop status --help lists the fields", "--format: %w", err)
	}
	return session.Once(ctx, a, f.Fresh, func(snap account.Snapshot, _ *monitor.Monitor) error {
		return printStatus(a, &snap, f, format)
	})
}

func printStatus(a *cli.App, snap *account.Snapshot, f Flags, format *render.Format) error {
	switch {
	case f.JSON:
		return a.AnswerJSON(render.Status(snap, a.Now()))
	case format != nil:
		out, err := format.Apply(snap, a.Now())
		if err != nil {
			return err
		}
		return a.AnswerRaw(cli.ForLocale(out))
	case f.prometheus != "":
		return printMetrics(a, f.prometheus, []metrics.Account{{Snapshot: lasting(*snap, f.Fresh.MaxAge)}})
	}
	return a.Answer(render.StatusText(snap, a.Now()))
}

// printMetrics prints metrics, or puts them into a file, whole.
func printMetrics(a *cli.App, path string, accounts []metrics.Account) error {
	page := metrics.Text(accounts, a.Now())
	if path != "-" {
		return config.WritePublic(path, page)
	}
	return a.AnswerRaw(strings.TrimSuffix(string(page), "\n"))
}
