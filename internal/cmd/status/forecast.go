package status

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/forecast"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/text"
)

// ForecastCommand is ortop forecast.
func ForecastCommand(a *cli.App) *cobra.Command {
	var asJSON bool
	var age cli.AgeFlag
	var topUp, until string
	c := &cobra.Command{
		Use:   "forecast",
		Short: "Show when it runs out, and plan what to buy",
		Long: `forecast shows when the credits run out, why, and what to buy: how long a top-up
would last, how much is needed to reach a day with 90 % certainty, the cheapest
purchase that does, with OpenRouter's fee by card (5.5 %, at least $0.80), how much
may be spent a day until then, and which settings of automatic top-up suit this burn.`,
		Example: `  ortop forecast
  ortop forecast --top-up 25 --until 5d`,
		Args: cobra.NoArgs,
		RunE: a.Runs(func(ctx context.Context, _ []string) error {
			plan, err := planOf(a, topUp, until)
			if err != nil {
				return err
			}
			return printForecast(ctx, a, age.Fresh(monitor.Live), plan, asJSON)
		}),
	}
	age.Add(a, c, cli.FromHistory)
	c.Flags().BoolVar(&asJSON, "json", false, cli.JSONUsage)
	c.Flags().StringVar(&topUp, "top-up", "", "plan with this much more, in USD")
	c.Flags().StringVar(&until, "until", "", "plan until then: 5d, the end of today, tomorrow, week or month, tue or 2026-12-01 (of UTC), 18:00 (local)")
	return c
}

// planOf reads the flags that ask for a plan.
func planOf(a *cli.App, topUp, until string) (terms forecast.Ask, err error) {
	if topUp != "" {
		usd, err := text.ParseUSD(topUp)
		if err != nil {
			return terms, cli.UsageError("", "--top-up: %w", err)
		}
		terms.TopUpUSD = &usd
	}
	if until != "" {
		if terms.Until, err = text.ParseTime(until, a.Now()); err != nil {
			return terms, cli.UsageError("", "--until: %w", err)
		}
	}
	return terms, nil
}

func printForecast(ctx context.Context, a *cli.App, fresh monitor.Freshness, ask forecast.Ask, asJSON bool) error {
	if fresh.Planned = ask.Plain(time.Time{}); fresh.Planned {
		fresh = session.Briefly(fresh)
	}
	return session.Once(ctx, a, fresh, func(snap account.Snapshot, mon *monitor.Monitor) error {
		plan, _, err := mon.Plan(ctx, snap, ask)
		if err != nil {
			return fmt.Errorf("planning: %w", err)
		}
		if asJSON {
			return a.AnswerJSON(render.Forecast(&snap, ask, plan, a.Now()))
		}
		return a.Answer(render.ForecastText(&snap, ask, plan, a.Now()))
	})
}
