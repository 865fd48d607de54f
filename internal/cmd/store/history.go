package store

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/text"
)

// HistoryCommand is ortop history.
func HistoryCommand(a *cli.App) *cobra.Command {
	var span cli.SpanFlags
	var age cli.AgeFlag
	var every time.Duration
	var asJSON bool
	var sheet cli.CSVFlags
	var c *cobra.Command
	c = &cobra.Command{
		Use:   "history",
		Short: "Print what was read, and what was spent in between",
		Long: `history prints the stored readings of the account, oldest first. Each row has the
account's totals, and what was spent since the row before. It sends no request.
A row without totals is of time in which nobody read them, up to the next row;
where it has a spend, that is known from elsewhere.

With --every there is a row for each span, at its start: --since, or the first
reading, then the hour, the day or the week from Monday in UTC, and the newest
reading. It has the totals as they were then, and what was spent up to the next row.
Time that nobody saw and that reaches from one span into another begins a row and
ends one; their spend is empty, and so are totals within: the table and "not_seen" of
the JSON say how much that was, in how long. With that the rows add up to the spend of
the whole time.

Times are in UTC, amounts in USD. Unknown values are empty, or null in JSON.
ortop import reads what --csv writes, with every sum to its last bit; --csv=excel-de
and its like are for a spreadsheet. Both hold only times and numbers: no cell can be
a formula.`,
		Example: `  ortop history --since 7d --every 1d
  ortop history --since "last month" --until month --every 1d --csv=excel-de > october.csv
  ortop history --csv > readings.csv`,
		Args: cobra.NoArgs,
		RunE: a.Runs(func(ctx context.Context, _ []string) error {
			dialect, asCSV, err := sheet.Dialect(asJSON)
			if err != nil {
				return err
			}
			asked, err := span.Parse(a.Now())
			if err != nil {
				return err
			}
			if given := c.Flags().Changed("every"); given && (every < time.Second || every%time.Second != 0) {
				return cli.UsageError("", "--every: %s is not a span of whole seconds", every)
			}
			layout := render.TableRows(a.Width())
			if asJSON {
				layout = render.JSONRows
			} else if asCSV {
				layout = render.CSVRowsIn(dialect)
			}
			return printHistory(ctx, a, asked, every, age, layout)
		}),
	}
	span.Add(c, "")
	age.Add(a, c, "fail, with exit code 4, if the newest reading is older than this")
	c.Flags().Var(&cli.SpanFlag{To: &every, Parse: text.ParseEvery, Now: a.Now}, "every", "one row for each of these spans, such as 1h or 1d")
	c.Flags().BoolVar(&asJSON, "json", false, cli.JSONUsage)
	sheet.Add(c)
	return c
}

// historyQuery selects rows.
type historyQuery struct {
	from, to time.Time // a zero from is the first reading
	every    time.Duration
}

// newest is the account as it was last read, with what a person stated of it.
func newest(ctx context.Context, a *cli.App, s *session.Settings) (snap account.Snapshot, err error) {
	ses := session.Watch(a, *s, a.ErrLog(), nil)
	defer cli.Closing(&err, ses.Close)
	return ses.Mon.Once(ctx, monitor.Freshness{Stored: true, Brief: true})
}

// printHistory prints the rows as they are read: there may be millions.
func printHistory(ctx context.Context, a *cli.App, span cli.AskedSpan, every time.Duration, age cli.AgeFlag, layout render.RowLayout) (err error) {
	s, stop, err := session.DemoOrSettings(ctx, a)
	if err != nil {
		return err
	}
	defer stop()
	layout = layout.Of(s.Account.Name)
	ar, err := session.Archive(ctx, a, s, history.Options{ReadOnly: true})
	switch {
	case errors.Is(err, history.ErrNoSeries):
		a.Hint("there is no history of account %s yet", s.Account.Name)
		return cli.Written(render.NewRowWriter(rows(a, layout), layout).Close())
	case err != nil:
		return err
	}
	defer cli.Closing(&err, ar.DB.Close)
	poll, _, err := ar.DB.Poll(ctx, ar.Shown)
	if err != nil {
		return readError(err)
	}
	var out *render.RowWriter
	emit := func(r render.HistoryRow) error { return cli.Written(out.Write(r)) }
	if early, err := onlyAhead(ctx, a, ar); err != nil {
		return readError(err)
	} else if early.DB != nil {
		defer cli.Closing(&err, early.DB.Close)
		ar, emit = early, withoutTotals(emit)
	}
	if _, ok, err := ar.DB.First(ctx, ar.Shown); err == nil && !ok {
		a.Hint("nothing was read yet of account %s", s.Account.Name)
	}
	if a.OnRead != nil {
		a.OnRead(cli.Reading{At: poll.Success, Source: account.FromHistory})
	}
	snap := account.Snapshot{Account: s.Account.Name, At: poll.Success, Interval: s.Interval}
	if poll.Fault != "" {
		snap.Fault = &account.Fault{Kind: poll.FaultKind, Message: poll.Fault}
	}
	if layout.Titled {
		shown := snap
		if stored, err := newest(ctx, a, &s); err == nil && !stored.At.IsZero() {
			shown = stored
		}
		if err := a.Answer(render.HistoryTitle(&shown, a.Now())); err != nil {
			return err
		}
	}
	out = render.NewRowWriter(rows(a, layout), layout)
	span.Settle(&snap, a.Now())
	query := historyQuery{span.From, span.To, every}
	if err := eachRow(ctx, ar, query, emit); err != nil {
		_ = out.Flush()
		return err
	}
	if err := cli.Written(out.Close()); err != nil {
		return err
	}
	return cmp.Or(cli.Whole(ar.DB.Damage()), age.Judge(poll.Success, a.Now()))
}
