package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"ortop/client"
	"ortop/history"
	"ortop/internal/config"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/watch"
)

// session is one account that is watched: its monitor, and the history that
// the monitor opened.
type session struct {
	mon  *monitor.Monitor
	db   atomic.Pointer[history.DB]
	held *held // whose history is not the session's own
}

// held is a history that is open already, for accounts that are read one after another:
// to open a file takes longer than to read an account of it.
type held struct{ db *history.DB }

// open opens the history of s, and keeps it if it is on disk.
func (h *held) open(ctx context.Context, a *app, s *settings) (db *history.DB, note string, err error) {
	if h != nil && h.db != nil {
		return h.db, "", nil
	}
	if db, note, err = a.openHistory(ctx, s); h != nil && err == nil && note == "" && s.seen == nil {
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

// close closes the history. The monitor must have ended. The error is for
// readings that were in memory only, and are lost.
func (s *session) close() error {
	if db := s.db.Load(); db != nil && !s.held.has(db) {
		return db.Close()
	}
	return nil
}

// watch makes a monitor for s. If n is not nil, n sends its alerts.
func (a *app) watch(s settings, log *slog.Logger, n *notifier) *session {
	ses := &session{held: s.held}
	o := monitor.Options{
		Account: s.account.Name, BaseURL: s.baseURL, Host: s.host, Connect: a.connect(s), Watch: watchHistory,
		Interval: s.interval, Now: a.now, Log: log, Rules: alertRules(&s.config), Packages: packages(&s.config), Filling: s.filling,
		Open: func(ctx context.Context) (*history.DB, string, error) {
			db, note, err := s.held.open(ctx, a, &s)
			ses.db.Store(db)
			return db, note, err
		},
		Spare: func(ctx context.Context, damage error) (*history.DB, string, error) {
			db, note, err := a.inMemory(ctx, &s, damage)
			if was := ses.db.Swap(db); was != nil && !s.held.has(was) {
				_ = was.Close()
			}
			return db, note, err
		},
	}
	if s.demo != nil {
		o.Demo = s.demo.profile
	}
	switch {
	case s.seen != nil:
		a.follows(&o, &s, log, func(db *history.DB) { ses.db.Store(db) })
	case s.lease != nil:
		o.Team = s.lease
		o.Now = func() time.Time { return a.now().Add(s.ahead()) }
	case a.shares(&s):
		o.Sharing = func() string { return a.unsent(ses.db.Load()) }
	}
	if n != nil {
		o.Alerts, o.Notify = n.options(), n.ring
		if s.config.Zone == "" {
			o.Note = a.zoneNote
		}
	}
	ses.mon = monitor.New(o)
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
func (a *app) openHistory(ctx context.Context, s *settings) (db *history.DB, note string, err error) {
	o := history.Options{Now: a.now, Share: s.lease != nil}
	if err = s.historyErr; err == nil {
		if db, err = history.Open(ctx, s.historyPath, o); err == nil && (db.Writable() || !s.onDisk) {
			return db, "", nil
		}
	}
	if history.Damaged(err) {
		return nil, "", err
	}
	if err == nil {
		err = fmt.Errorf("opening %q: %s", s.historyPath, db.Note())
		_ = db.Close()
	}
	return a.inMemory(ctx, s, err)
}

// inMemory is in place of a history on disk that cannot be used, and why.
func (a *app) inMemory(ctx context.Context, s *settings, why error) (db *history.DB, note string, err error) {
	if s.onDisk {
		return nil, "", &exitError{exitFailed, why, "collect needs a history on disk: name a file that can be written with --history"}
	}
	db, err = history.OpenMemory(ctx, history.Options{Now: a.now})
	return db, "history is in memory only: " + oneLine(why.Error()), err
}

// connect returns what finds the key and makes a client of it.
func (a *app) connect(s settings) func(context.Context) (monitor.API, string, error) {
	return func(ctx context.Context) (monitor.API, string, error) {
		key, _, err := a.key(ctx, &s)
		if err != nil {
			return nil, "", err
		}
		c, err := newClient(s.baseURL, key, a.now)
		if err != nil {
			return nil, "", err
		}
		return c, key.Fingerprint(), nil
	}
}

// key finds the account's key and where it was.
func (a *app) key(ctx context.Context, s *settings) (client.Secret, keys.Source, error) {
	if s.demo != nil {
		return s.demo.key(), keys.Source{Name: "the demo"}, nil
	}
	return keys.Find(ctx, a.env, s.account, a.flags.account != "")
}

func newClient(baseURL string, key client.Secret, now func() time.Time) (*client.Client, error) {
	return client.New(client.Config{BaseURL: baseURL, Key: key, UserAgent: "ortop/" + version(), Now: now})
}

// hasKey reports whether a key is configured, without fetching one that may
// take long.
func (a *app) hasKey(ctx context.Context, s *settings) bool {
	if s.demo != nil || s.seen != nil || s.account.HasSource() {
		return true
	}
	_, _, err := a.key(ctx, s)
	return !errors.Is(err, keys.ErrNone)
}

// fileLog writes to the log file, at most five of a megabyte.
func fileLog() (*slog.Logger, func()) {
	path, err := config.StatePath()
	if err != nil {
		return slog.New(slog.DiscardHandler), func() {}
	}
	w := &lumberjack.Logger{Filename: path, MaxSize: 1, MaxBackups: 4}
	_ = os.MkdirAll(filepath.Dir(path), 0o700) // if it cannot be made, there is no log
	return slog.New(slog.NewTextHandler(w, nil)), func() { _ = w.Close() }
}

// errLog writes to standard error with -v.
//
//go:noinline
func (a *app) errLog() *slog.Logger {
	if !a.flags.verbose {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// archive opens the account's history without a request. Other than for
// a dashboard, one that cannot be used is a failure; one that is to be read
// and is not there, or holds nothing of the account, is history.ErrNoSeries.
func (a *app) archive(ctx context.Context, s settings, o history.Options) (ar monitor.Archive, err error) {
	if s.historyErr != nil && s.seen == nil {
		return ar, &exitError{code: exitUnknown, err: s.historyErr}
	}
	o.Now = a.now
	var db *history.DB
	mon := monitor.New(monitor.Options{
		Account: s.account.Name, BaseURL: s.baseURL, Now: a.now,
		Open: func(ctx context.Context) (*history.DB, string, error) {
			var err error
			if s.seen != nil {
				db, _, err = s.seen.open(ctx, a.now)
			} else {
				db, err = history.Open(ctx, s.historyPath, o)
			}
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
	return ar, &exitError{code: exitUnknown, err: fmt.Errorf("reading the history: %w", err)}
}
