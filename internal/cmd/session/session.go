// Package session opens accounts for commands: settings from the flags and the
// configuration, the key, the history and the monitor.
package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/watch"
)

// Session is one account that is watched: its monitor, and the history that
// the monitor opened.
type Session struct {
	Mon  *monitor.Monitor
	db   atomic.Pointer[history.DB]
	held *held // whose history is not the session's own
}

// held is a history that is open already, for accounts that are read one after another:
// to open a file takes longer than to read an account of it.
type held struct{ db *history.DB }

// open opens the history of s, and keeps it if it is on disk.
func (h *held) open(ctx context.Context, a *cli.App, s *Settings) (db *history.DB, note string, err error) {
	if h != nil && h.db != nil {
		return h.db, "", nil
	}
	if db, note, err = openHistory(ctx, a, s); h != nil && err == nil && note == "" && s.Seen == nil {
		h.db = db
	}
	return db, note, err
}

// has reports whether a history is not a session's own.
func (h *held) has(db *history.DB) bool { return h != nil && h.db == db }

// close closes it. The error is as that of a session.
func (h *held) close() (err error) {
	if h.db != nil {
		err = h.db.Close()
	}
	h.db = nil
	return err
}

// Close closes the history. The monitor must have ended. The error is for
// readings that were in memory only, and are lost.
func (s *Session) Close() error {
	if db := s.db.Load(); db != nil && !s.held.has(db) {
		return db.Close()
	}
	return nil
}

// Watch makes a monitor for s. If n is not nil, n sends its alerts.
func Watch(a *cli.App, s Settings, log *slog.Logger, n *Notifier) *Session {
	ses := &Session{held: s.held}
	o := monitor.Options{
		Account: s.Account.Name, BaseURL: s.BaseURL, Host: s.Host, Connect: connect(a, s), Watch: watchHistory,
		Interval: s.Interval, Now: a.Now, Log: log, Rules: AlertRules(&s.Config), Packages: packages(&s.Config), Filling: s.filling,
		Open: func(ctx context.Context) (*history.DB, string, error) {
			db, note, err := s.held.open(ctx, a, &s)
			ses.db.Store(db)
			return db, note, err
		},
		Spare: func(ctx context.Context, damage error) (*history.DB, string, error) {
			db, note, err := inMemory(ctx, a, &s, damage)
			if was := ses.db.Swap(db); was != nil && !s.held.has(was) {
				_ = was.Close()
			}
			return db, note, err
		},
	}
	if s.Demo != nil {
		o.Demo = s.Demo.profile
	}
	switch {
	case s.Seen != nil:
		follows(a, &o, &s, log, func(db *history.DB) { ses.db.Store(db) })
	case s.Lease != nil:
		o.Team = s.Lease
		o.Now = func() time.Time { return a.Now().Add(s.Ahead()) }
	case Shares(a, &s):
		o.Sharing = func() string { return unsent(a, ses.db.Load()) }
	}
	if n != nil {
		o.Alerts, o.Notify = n.options(), n.ring
		if s.Config.Zone == "" {
			o.Note = a.ZoneNote
		}
	}
	ses.Mon = monitor.New(o)
	return ses
}

// watcher tells of all histories of this process.
var watcher watch.Watcher

func watchHistory(path string) (news <-chan struct{}, renew func() bool) {
	if w := watcher.Watch(path); w != nil {
		return w.News(), w.Renew
	}
	return nil, nil
}

// openHistory opens the account's history. One that cannot be used is replaced
// by one in memory, with a note: the numbers still count. Where it must be on
// disk, one that cannot be written is an error.
func openHistory(ctx context.Context, a *cli.App, s *Settings) (db *history.DB, note string, err error) {
	o := history.Options{Now: a.Now, Share: s.Lease != nil}
	if err = s.HistoryErr; err == nil {
		if db, err = history.Open(ctx, s.HistoryPath, o); err == nil && (db.Writable() || !s.OnDisk) {
			return db, "", nil
		}
	}
	if history.Damaged(err) {
		return nil, "", err
	}
	if err == nil {
		err = fmt.Errorf("opening %q: %s", s.HistoryPath, db.Note())
		_ = db.Close()
	}
	return inMemory(ctx, a, s, err)
}

// inMemory is in place of a history on disk that cannot be used, and why.
func inMemory(ctx context.Context, a *cli.App, s *Settings, why error) (db *history.DB, note string, err error) {
	if s.OnDisk {
		return nil, "", &cli.ExitError{Code: cli.ExitFailed, Err: why, Hint: "collect needs a history on disk: name a file that can be written with --history"}
	}
	db, err = history.OpenMemory(ctx, history.Options{Now: a.Now})
	return db, "history is in memory only: " + cli.OneLine(why.Error()), err
}

// connect returns what finds the key and makes a client of it.
func connect(a *cli.App, s Settings) func(context.Context) (monitor.API, string, error) {
	return func(ctx context.Context) (monitor.API, string, error) {
		key, _, err := Key(ctx, a, &s)
		if err != nil {
			return nil, "", err
		}
		c, err := NewClient(s.BaseURL, key, a.Now)
		if err != nil {
			return nil, "", err
		}
		return c, key.Fingerprint(), nil
	}
}

// Key finds the account's key and where it was.
func Key(ctx context.Context, a *cli.App, s *Settings) (client.Secret, keys.Source, error) {
	if s.Demo != nil {
		return s.Demo.key(), keys.Source{Name: "the demo"}, nil
	}
	return keys.Find(ctx, a.Env, s.Account, a.Flags.Account != "")
}

// NewClient is a client of an account, with the name of this program.
func NewClient(baseURL string, key client.Secret, now func() time.Time) (*client.Client, error) {
	return client.New(client.Config{BaseURL: baseURL, Key: key, UserAgent: "ortop/" + cli.Version(), Now: now})
}

// HasKey reports whether a key is configured, without fetching one that may
// take long.
func HasKey(ctx context.Context, a *cli.App, s *Settings) bool {
	if s.Demo != nil || s.Seen != nil || s.Account.HasSource() {
		return true
	}
	_, _, err := Key(ctx, a, s)
	return !errors.Is(err, keys.ErrNone)
}

// Open opens the history that is stored: of the account, on this machine or with its team.
func (s *Settings) Open(ctx context.Context, o history.Options) (*history.DB, error) {
	if s.Seen == nil {
		return history.Open(ctx, s.HistoryPath, o)
	}
	db, _, err := s.Seen.open(ctx, o.Now)
	return db, err
}

// Archive opens the account's history without a request. Other than for
// a dashboard, one that cannot be used is a failure; one that is to be read
// and is not there, or holds nothing of the account, is history.ErrNoSeries. A viewer has
// none to write to.
func Archive(ctx context.Context, a *cli.App, s Settings, o history.Options) (ar monitor.Archive, err error) {
	if !o.ReadOnly && views(ctx, a, &s) {
		return ar, cli.UsageError("do it on a machine that collects the account", "the history of account %s is the team's, and nothing is stored on this machine", s.Account.Name)
	}
	if s.HistoryErr != nil && s.Seen == nil {
		return ar, &cli.ExitError{Code: cli.ExitUnknown, Err: s.HistoryErr}
	}
	o.Now = a.Now
	var db *history.DB
	mon := monitor.New(monitor.Options{
		Account: s.Account.Name, BaseURL: s.BaseURL, Now: a.Now,
		Open: func(ctx context.Context) (*history.DB, string, error) {
			var err error
			db, err = s.Open(ctx, o)
			return db, "", err
		},
	})
	if ar, err = mon.OpenArchive(ctx); err == nil {
		return ar, nil
	}
	if db != nil {
		_ = db.Close()
	}
	switch {
	case errors.Is(err, history.ErrNotFound), errors.Is(err, history.ErrNoSeries):
		return ar, history.ErrNoSeries
	case ctx.Err() != nil:
		return ar, err
	}
	return ar, &cli.ExitError{Code: cli.ExitUnknown, Err: fmt.Errorf("reading the history: %w", err)}
}
