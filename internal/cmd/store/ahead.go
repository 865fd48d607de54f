// Package store has the commands that read and write what is stored: history,
// import, backup, and what compares a file with it.
package store

import (
	"context"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/monitor"
	"ortop/internal/render"
)

// onlyAhead is a history in memory of what was imported to an account that was never
// read, as if what was spent were all that it ever used; without a DB where there is
// nothing of that kind.
func onlyAhead(ctx context.Context, a *cli.App, ar monitor.Archive) (none monitor.Archive, err error) {
	if ar.Shown != ar.Account {
		return none, nil
	}
	if _, read, err := ar.DB.First(ctx, ar.Account); read || err != nil {
		return none, err
	}
	spans, err := ar.DB.Ahead(ctx, ar.Account)
	if err != nil || len(spans) == 0 {
		return none, err
	}
	db, err := history.OpenMemory(ctx, history.Options{Now: a.Now})
	if err != nil {
		return none, err
	}
	series, err := db.Series(ctx, "", "", "")
	if err == nil {
		err = lead(ctx, db, series, spans)
	}
	if err != nil {
		return none, cli.Joined(err, db.Close())
	}
	return monitor.Archive{DB: db, Account: series, Shown: series}, nil
}

// lead lets spans lead up to a reading of their sum.
func lead(ctx context.Context, db *history.DB, series history.Series, spans []history.Spend) error {
	usd, end := 0.0, time.Time{}
	for _, s := range spans {
		usd, end = usd+s.USD, s.To
	}
	err := db.Record(ctx, history.PollUpdate{Series: series, Success: end}, history.Reading{Series: series, At: end, UsageUSD: usd})
	if err == nil {
		_, err = db.ImportSpend(ctx, series, spans)
	}
	return err
}

// withoutTotals leaves out of rows the totals, which nobody read.
func withoutTotals(emit func(render.HistoryRow) error) func(render.HistoryRow) error {
	return func(r render.HistoryRow) error {
		r.CreditsUSD, r.UsageUSD = nil, nil
		return emit(r)
	}
}
