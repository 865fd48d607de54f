package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"ortop/history"
	"ortop/internal/ledger"
	"ortop/internal/render"
	"ortop/internal/routine"
)

// sqliteMark is how every SQLite file begins.
const sqliteMark = "SQLite format 3\x00"

// isDatabase reports whether path is a file of SQLite's, as a history is.
func isDatabase(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() { // a pipe could not be read again
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	mark := make([]byte, len(sqliteMark))
	_, err = io.ReadFull(f, mark)
	return err == nil && string(mark) == sqliteMark
}

// readHistory reads what another history has of the account, as ortop history --csv
// writes it.
func (a *app) readHistory(ctx context.Context, s settings, path string) (f *ledger.Import, err error) {
	s.historyPath, s.historyErr = path, nil
	ar, err := a.archive(ctx, s, history.Options{ReadOnly: true})
	if errors.Is(err, history.ErrNoSeries) {
		return nil, &exitError{exitFailed, fmt.Errorf("importing %q: it has nothing of account %s at %s", path, s.account.Name, s.baseURL),
			"an account is its name and its base URL: --account and --base-url name another"}
	}
	if err != nil {
		return nil, err
	}
	defer closing(&err, ar.DB.Close)
	emit := func(emit func(render.HistoryRow) error) func(render.HistoryRow) error { return emit }
	if early, err := a.onlyAhead(ctx, ar); err != nil {
		return nil, err
	} else if early.DB != nil {
		defer closing(&err, early.DB.Close)
		ar, emit = early, withoutTotals
	}
	r, w := io.Pipe()
	written := make(chan struct{})
	routine.Go(func() {
		defer close(written)
		out := render.NewRowWriter(w, render.CSVRows)
		err := eachRow(ctx, ar, historyQuery{to: a.now()}, emit(out.Write))
		w.CloseWithError(joined(err, out.Close()))
	})
	f, err = ledger.ReadImport(r, a.now())
	_ = r.Close() // which ends the writer, should the reader have ended first
	<-written
	if damage := ar.DB.Damage(); damage != "" && err == nil {
		a.hint("of %s: %s", path, damage)
	}
	return f, err
}
