package collect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/session"
	"ortop/internal/render"
	"ortop/internal/share"
	"ortop/internal/text"
)

// sharing is what collect runs where the history is shared.
type sharing struct {
	c  *share.Collector
	db *history.DB
	e  *share.Engine
}

// shareHistory makes the collectors compete with those of other machines.
func shareHistory(ctx context.Context, a *cli.App, s *session.Settings, list []*collector, log *slog.Logger) (*sharing, error) {
	if !session.Shares(a, s) {
		return nil, nil
	}
	e, err := session.Engine(ctx, a, s)
	if err != nil {
		return nil, err
	}
	if _, _, err := e.Version(); errors.Is(err, share.ErrNoSchema) || errors.Is(err, share.ErrDenied) {
		return nil, &cli.ExitError{Code: cli.ExitFailed, Err: err, Hint: "ortop share init makes it, ortop share grants prints the rights"}
	} else if err != nil {
		a.Hint("%s: what is read waits on this machine", cli.OneLine(err.Error()))
	}
	if s.HistoryErr != nil {
		return nil, s.HistoryErr
	}
	db, err := history.Open(ctx, s.HistoryPath, history.Options{Now: a.Now, Share: true})
	if err != nil {
		return nil, err
	}
	if !db.Shared() {
		return nil, &cli.ExitError{Code: cli.ExitFailed, Err: fmt.Errorf("opening %q: %s", s.HistoryPath, db.Note()), Hint: "collect needs a history on disk: name a file that can be written with --history"}
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	v := &sharing{db: db, e: e}
	v.c = e.NewCollector(db, host, log, func(name, baseURL string) []byte { return snapshotOf(list, name, baseURL, a.Now()) })
	for _, c := range list {
		c.Settings.Lease = v.c.Add(c.Settings.Account.Name, c.Settings.BaseURL)
		c.Settings.Ahead = e.Offset
	}
	v.c.Start(ctx)
	return v, nil
}

// snapshotOf is the object of status --json for an account that is collected.
func snapshotOf(list []*collector, name, baseURL string, now time.Time) []byte {
	for _, c := range list {
		if c.Settings.Account.Name != name || c.Settings.BaseURL != baseURL || c.mon == nil {
			continue
		}
		snap, ok := c.mon.Latest()
		if !ok {
			return nil
		}
		if b, err := text.JSON(render.Status(&snap, now)); err == nil {
			return b
		}
	}
	return nil
}

// close closes what collect shared by.
func (v *sharing) close() error {
	if v == nil {
		return nil
	}
	return cli.Joined(v.db.Close(), v.e.Close())
}
