package cmd

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/render"
	"ortop/internal/text"
)

func (a *app) historyCommand() *cobra.Command {
	var since, every string
	var asJSON, asCSV bool
	c := &cobra.Command{
		Use:   "history",
		Short: "Print what was read, and what was spent in between",
		Long: `history prints the readings of the account that are stored, oldest first. Each
row is the account at a moment, and what was spent since the row before it.
Nothing is asked.

With --every there is a row for the end of each span: of the hour, the day or
the week from Monday as UTC counts them, and also for the first and the last
reading. The sum of their spend is the spend of the whole.

Times are in UTC, sums in USD. What is not known is empty, or null in JSON.
ortop import takes back what --csv writes. No cell of it can be a formula: it
has nothing but times and numbers.`,
		Example: `  ortop history --since 7d --every 1d
  ortop history --csv > readings.csv`,
		Args: cobra.NoArgs,
		RunE: a.runs(func(ctx context.Context, _ []string) error {
			if asJSON && asCSV {
				return usageError("", "--json and --csv exclude each other")
			}
			ask, err := a.askHistory(since, every)
			if err != nil {
				return err
			}
			layout := render.TableRows
			if asJSON {
				layout = render.JSONRows
			} else if asCSV {
				layout = render.CSVRows
			}
			return a.history(ctx, ask, layout)
		}),
	}
	c.Flags().StringVar(&since, "since", "", "go back this far: 90m, 36h, 5d or 2w")
	c.Flags().StringVar(&every, "every", "", "one row for each of these spans, such as 1h or 1d")
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	c.Flags().BoolVar(&asCSV, "csv", false, "print comma-separated values")
	return c
}

// historyAsk is which rows are wanted.
type historyAsk struct {
	from, to time.Time // a zero from is the first reading
	every    time.Duration
}

func (a *app) askHistory(since, every string) (ask historyAsk, err error) {
	ask.to = a.now()
	if since != "" {
		d, err := text.ParseSpan(since)
		if err != nil {
			return ask, usageError("", "--since: %w", err)
		}
		ask.from = ask.to.Add(-d)
	}
	if every != "" {
		if ask.every, err = text.ParseSpan(every); err != nil {
			return ask, usageError("", "--every: %w", err)
		}
		if ask.every < time.Second || ask.every%time.Second != 0 {
			return ask, usageError("", "--every: %s is not a span of whole seconds", ask.every)
		}
	}
	return ask, nil
}

// history prints the rows as they are read: there may be millions.
func (a *app) history(ctx context.Context, ask historyAsk, layout render.RowLayout) (err error) {
	s, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	out := render.NewRowWriter(a.stdout, layout)
	ar, err := a.archive(ctx, s, history.Options{ReadOnly: true})
	switch {
	case errors.Is(err, history.ErrNoSeries):
		a.hint("there is no history of account %s yet", s.account.Name)
		return written(out.Close())
	case err != nil:
		return err
	}
	defer closing(&err, ar.DB.Close)
	if err := eachRow(ctx, ar, ask, func(r render.HistoryRow) error { return written(out.Write(r)) }); err != nil {
		_ = out.Flush()
		return err
	}
	return written(out.Close())
}
