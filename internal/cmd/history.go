package cmd

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/text"
)

func (a *app) historyCommand() *cobra.Command {
	var span spanFlags
	var age ageFlag
	var every time.Duration
	var asJSON bool
	var sheet csvFlags
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
		RunE: a.runs(func(ctx context.Context, _ []string) error {
			dialect, asCSV, err := sheet.dialect(asJSON)
			if err != nil {
				return err
			}
			asked, err := span.parse(a.now())
			if err != nil {
				return err
			}
			if given := c.Flags().Changed("every"); given && (every < time.Second || every%time.Second != 0) {
				return usageError("", "--every: %s is not a span of whole seconds", every)
			}
			layout := render.TableRows(a.width())
			if asJSON {
				layout = render.JSONRows
			} else if asCSV {
				layout = render.CSVRowsIn(dialect)
			}
			return a.history(ctx, asked, every, age, layout)
		}),
	}
	span.add(c, "")
	age.add(a, c, "fail, with exit code 4, if the newest reading is older than this")
	c.Flags().Var(&spanFlag{&every, text.ParseEvery, a.now}, "every", "one row for each of these spans, such as 1h or 1d")
	c.Flags().BoolVar(&asJSON, "json", false, jsonUsage)
	sheet.add(c)
	return c
}

// historyQuery selects rows.
type historyQuery struct {
	from, to time.Time // a zero from is the first reading
	every    time.Duration
}

// stored is the account as it was last read, with what a person stated of it.
func (a *app) stored(ctx context.Context, s *settings) (snap account.Snapshot, err error) {
	ses := a.watch(*s, a.errLog(), nil)
	defer closing(&err, ses.close)
	return ses.mon.Once(ctx, monitor.Freshness{Stored: true, Brief: true})
}

// history prints the rows as they are read: there may be millions.
func (a *app) history(ctx context.Context, span askedSpan, every time.Duration, age ageFlag, layout render.RowLayout) (err error) {
	s, stop, err := a.demoOrSettings(ctx)
	if err != nil {
		return err
	}
	defer stop()
	layout = layout.Of(s.account.Name)
	ar, err := a.archive(ctx, s, history.Options{ReadOnly: true})
	switch {
	case errors.Is(err, history.ErrNoSeries):
		a.hint("there is no history of account %s yet", s.account.Name)
		return written(render.NewRowWriter(a.rows(layout), layout).Close())
	case err != nil:
		return err
	}
	defer closing(&err, ar.DB.Close)
	poll, _, err := ar.DB.Poll(ctx, ar.Shown)
	if err != nil {
		return readError(err)
	}
	var out *render.RowWriter
	emit := func(r render.HistoryRow) error { return written(out.Write(r)) }
	if early, err := a.onlyAhead(ctx, ar); err != nil {
		return readError(err)
	} else if early.DB != nil {
		defer closing(&err, early.DB.Close)
		ar, emit = early, withoutTotals(emit)
	}
	if _, ok, err := ar.DB.First(ctx, ar.Shown); err == nil && !ok {
		a.hint("nothing was read yet of account %s", s.account.Name)
	}
	if a.onRead != nil {
		a.onRead(reading{poll.Success, account.FromHistory})
	}
	snap := account.Snapshot{Account: s.account.Name, At: poll.Success, Interval: s.interval}
	if poll.Fault != "" {
		snap.Fault = &account.Fault{Kind: poll.FaultKind, Message: poll.Fault}
	}
	if layout.Titled {
		shown := snap
		if stored, err := a.stored(ctx, &s); err == nil && !stored.At.IsZero() {
			shown = stored
		}
		if err := a.answer(render.HistoryTitle(&shown, a.now())); err != nil {
			return err
		}
	}
	out = render.NewRowWriter(a.rows(layout), layout)
	span.settle(&snap, a.now())
	query := historyQuery{span.from, span.to, every}
	if err := eachRow(ctx, ar, query, emit); err != nil {
		_ = out.Flush()
		return err
	}
	if err := written(out.Close()); err != nil {
		return err
	}
	return cmp.Or(whole(ar.DB.Damage()), age.judge(poll.Success, a.now()))
}
