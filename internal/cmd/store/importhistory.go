package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
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
func readHistory(ctx context.Context, a *cli.App, s session.Settings, path string) (f *ledger.Import, err error) {
	s.HistoryPath, s.HistoryErr = path, nil
	ar, err := session.Archive(ctx, a, s, history.Options{ReadOnly: true})
	if errors.Is(err, history.ErrNoSeries) {
		return nil, &cli.ExitError{Code: cli.ExitFailed, Err: fmt.Errorf("importing %q: it has nothing of account %s at %s", path, s.Account.Name, s.BaseURL),
			Hint: "an account is its name and its base URL: --account and --base-url name another"}
	}
	if err != nil {
		return nil, err
	}
	defer cli.Closing(&err, ar.DB.Close)
	emit := func(emit func(render.HistoryRow) error) func(render.HistoryRow) error { return emit }
	if early, err := onlyAhead(ctx, a, ar); err != nil {
		return nil, err
	} else if early.DB != nil {
		defer cli.Closing(&err, early.DB.Close)
		ar, emit = early, withoutTotals
	}
	r, w := io.Pipe()
	written := make(chan struct{})
	routine.Go(func() {
		defer close(written)
		out := render.NewRowWriter(w, render.CSVRows)
		err := eachRow(ctx, ar, historyQuery{to: a.Now()}, emit(out.Write))
		w.CloseWithError(cli.Joined(err, out.Close()))
	})
	f, err = ledger.ReadImport(r, a.Now())
	_ = r.Close() // which ends the writer, should the reader have ended first
	<-written
	if damage := ar.DB.Damage(); damage != "" && err == nil {
		a.Hint("of %s: %s", path, damage)
	}
	return f, err
}
