package guard

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/text"
)

// PreflightCommand is ortop preflight.
func PreflightCommand(a *cli.App) *cobra.Command {
	var need string
	var span, runway time.Duration
	var asJSON bool
	var c *cobra.Command
	c = &cobra.Command{
		Use:   "preflight [--need USD] [--runway SPAN]",
		Short: "Check whether there is enough for a job",
		Long: `preflight is a gate for jobs. It exits with 0 if the amount can be spent now, by
the account's balance and the key's cap, and with 90 % certainty also after
everything else that is spent within --for; with 3 if it cannot; and with 4 if
that is not known. With --runway it also has to last for so long, with 90 %
certainty, before it runs out. It is never green by default. It uses the reading of a running
ortop if that is younger than the interval and than a minute, and otherwise reads
the account.`,
		Example: `  ortop preflight --need 2.50 --for 3h && ./job
  ortop preflight --runway 2d >/dev/null; [ $? -ne 3 ] || echo "top up"`,
		Args: cobra.NoArgs,
		RunE: a.Runs(func(ctx context.Context, _ []string) error {
			given := c.Flags().Changed
			if !given("need") && !given("for") && !given("runway") {
				return cli.UsageError("for example --need 2.50, or --runway 2d", "what is there to be enough for?")
			}
			needUSD, err := 0.0, error(nil)
			if given("need") {
				if needUSD, err = cli.AmountFlag("need", need); err != nil {
					return err
				}
			}
			return preflight(ctx, a, needUSD, span, runway, asJSON)
		}),
	}
	c.Flags().StringVar(&need, "need", "", "what the job costs, in USD")
	c.Flags().Var(&cli.SpanFlag{To: &span, Parse: text.ParseAhead, Now: a.Now}, "for", "how long the job runs, such as 3h or 2d")
	c.Flags().Var(&cli.SpanFlag{To: &runway, Parse: text.ParseAhead, Now: a.Now}, "runway", "for how long it has to last, such as 2d, or until when: mon, 18:00")
	c.Flags().BoolVar(&asJSON, "json", false, cli.JSONUsage)
	return c
}

// preflight prints whether there is enough, and fails with ExitShort or
// ExitUnknown where there is not, or where that is not known.
func preflight(ctx context.Context, a *cli.App, needUSD float64, d, runway time.Duration, asJSON bool) error {
	var p account.Preflight
	err := session.Once(ctx, a, monitor.Fresh, func(snap account.Snapshot, mon *monitor.Monitor) error {
		p = mon.Preflight(&snap, needUSD, d).And(snap.Lasts(runway))
		if asJSON {
			return a.AnswerJSON(render.Preflight(snap.Account, p, needUSD, d, runway))
		}
		return a.Answer(fmt.Sprintf("%s: %s\n%s", p.Answer, p.Reason, render.Shown(&snap, a.Now())))
	})
	switch {
	case err != nil:
		return err
	case p.Answer == account.Enough:
		return nil
	case p.Answer == account.Short:
		return &cli.ExitError{Code: cli.ExitShort}
	}
	return &cli.ExitError{Code: cli.ExitUnknown}
}
