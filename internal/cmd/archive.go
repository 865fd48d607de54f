package cmd

import (
	"context"
	"errors"
	"fmt"

	"ortop/history"
	"ortop/internal/monitor"
)

// archive opens the account's history without asking anything. Other than for
// a dashboard, one that cannot be used is a failure; one that is to be read
// and is not there, or holds nothing of the account, is history.ErrNoSeries.
func (a *app) archive(ctx context.Context, s settings, o history.Options) (ar monitor.Archive, err error) {
	if s.historyErr != nil {
		return ar, &exitError{code: exitUnknown, err: s.historyErr}
	}
	o.Now = a.now
	var db *history.DB
	mon := monitor.New(monitor.Options{
		Account: s.account.Name, BaseURL: s.baseURL, Now: a.now,
		Open: func(ctx context.Context) (*history.DB, string, error) {
			var err error
			db, err = history.Open(ctx, s.historyPath, o)
			return db, "", err
		},
	})
	if ar, err = mon.OpenArchive(ctx); err == nil {
		return ar, nil
	}
	if db != nil {
		db.Close()
	}
	switch {
	case errors.Is(err, history.ErrNotFound), errors.Is(err, history.ErrNoSeries):
		return ar, history.ErrNoSeries
	case ctx.Err() != nil:
		return ar, err
	}
	return ar, &exitError{code: exitUnknown, err: fmt.Errorf("reading the history: %w", err)}
}
