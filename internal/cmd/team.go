package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"log/slog"

	"ortop/history"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/routine"
	"ortop/internal/share"
	"ortop/internal/text"
)

// shares reports whether the history is shared with a team.
func (a *app) shares(s *settings) bool {
	return s.demo == nil && !a.flags.noShare && (a.flags.share || s.config.Share.On)
}

var errNoDSN = errors.New("nothing says where the shared history is")

var errNoneShared = errors.New("the shared history has no account yet: start ortop collect on a machine that has a key")

const dsnHint = "set ORTOP_SHARE_DSN, or give [share] one of dsn, dsn_command, dsn_file and keyring"

// engine finds the DSN of the team's engine, and prepares it.
func (a *app) engine(ctx context.Context, s *settings) (*share.Engine, error) {
	dsn, _, err := keys.DSN(ctx, a.env, s.config.Share)
	if err != nil {
		return nil, err
	}
	if dsn.IsZero() && os.Getenv("PGSERVICE") == "" {
		return nil, &exitError{exitUsage, errNoDSN, dsnHint}
	}
	c := s.config.Share
	e, err := share.Open(share.Options{DSN: dsn, Unverified: c.Unverified, Schema: c.Schema, Lease: c.Lease})
	if err != nil {
		return nil, &exitError{exitUsage, err, ""}
	}
	if e.Unverified() {
		a.hint("nobody checks whose server the shared history is on: its certificate is not verified")
	}
	return e, nil
}

// unsent says that what the collector of this machine stores is not sent.
func (a *app) unsent(db *history.DB) string {
	if db == nil || !db.Shared() {
		return ""
	}
	n, since, err := db.Waits(context.Background(), "", "")
	if err == nil && a.late(n, since) != "" {
		return "shared history: away " + text.Span(a.now().Sub(since)) + ", " + pollsWait(n)
	}
	return ""
}

// pollsWait says how many polls wait to be sent.
func pollsWait(n int) string {
	if n == 1 {
		return "1 poll waits"
	}
	return text.Many(n, "poll") + " wait"
}

// seen is an account that is followed.
type seen struct {
	team *team
	share.Seen
	err error // why it cannot be
}

// join makes settings those of a viewer, where the history is shared and there is no key.
func (a *app) join(ctx context.Context, s *settings) error {
	if !a.shares(s) || a.hasKey(ctx, s) {
		return nil
	}
	e, err := a.engine(ctx, s)
	if err != nil {
		return err
	}
	s.seen = &seen{team: &team{e: e}}
	placed := s.account.BaseURL != "" || a.flags.baseURL != "" || os.Getenv("ORTOP_BASE_URL") != ""
	s.seen.Seen, s.seen.err = s.seen.team.find(s, a.flags.account != "" || len(s.config.Accounts) > 0, placed)
	if err = s.seen.err; errors.As(err, new(*exitError)) { // it would not help to wait for the engine
		return err
	}
	if err == nil {
		s.view(s.seen.team, s.seen.Seen)
	}
	return nil
}

// view makes settings those of an account of the team.
//
//go:noinline
func (s *settings) view(t *team, v share.Seen) {
	s.account.Name, s.baseURL, s.host = v.Name, v.BaseURL, ""
	if u, err := url.Parse(v.BaseURL); err == nil {
		s.host = foreignHost(u)
	}
	s.seen = &seen{team: t, Seen: v}
}

// open pulls the account into a history in memory.
func (v *seen) open(ctx context.Context, now func() time.Time) (*history.DB, *share.Replica, error) {
	if v.err != nil {
		return nil, nil, v.err
	}
	db, err := history.OpenMemory(ctx, history.Options{Now: now})
	if err != nil {
		return nil, nil, err
	}
	r := v.team.e.Replica(v.Seen)
	if err := r.Follow(ctx, db, v.Seen); err != nil {
		_ = db.Close() // it has nothing
		return nil, nil, err
	}
	return db, r, nil
}

// follow brings a history up to the engine each second, until ctx ends.
func (v *seen) follow(ctx context.Context, db *history.DB, r *share.Replica, log *slog.Logger) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	said := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		list, err := v.team.accounts()
		for _, s := range list {
			if err == nil && s.Name == v.Name && s.BaseURL == v.BaseURL {
				err = r.Follow(ctx, db, s)
			}
		}
		if is := errText(err); is != said && ctx.Err() == nil {
			said = is
			log.Warn("following the shared history", "error", said)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return oneLine(err.Error())
}

// follows makes a monitor one that shows what the team's collectors read.
func (a *app) follows(o *monitor.Options, s *settings, log *slog.Logger, opened func(*history.DB)) {
	o.Follow, o.Sharing = true, s.seen.team.note
	o.Open = func(ctx context.Context) (*history.DB, string, error) {
		db, r, err := s.seen.open(ctx, a.now)
		if err != nil {
			return nil, "", err
		}
		opened(db)
		routine.Go(func() { s.seen.follow(ctx, db, r, log) })
		return db, "", nil
	}
	o.Spare = nil
	o.Acknowledged = func(_ context.Context, e history.Event) error { return s.seen.team.e.Acknowledge(s.seen.Seen, e.Row()) }
}

// maxFollowed bounds the histories that are held in memory at once.
const maxFollowed = 50

// everySeen are the accounts of the team, the one that is shown first.
func (a *app) everySeen(first *settings) []watched {
	list, err := first.seen.team.accounts()
	if err != nil || len(list) == 0 {
		return []watched{{a, *first}}
	}
	if len(list) > maxFollowed {
		a.hint("the shared history has %d accounts, of which %d are followed at once: ortop status --all and the dashboard's A list all, --account NAME shows one", len(list), maxFollowed)
	}
	all := []watched{{a, *first}}
	for _, v := range list {
		if v.Name == first.account.Name && v.BaseURL == first.baseURL || len(all) == maxFollowed {
			continue
		}
		s := *first
		s.view(first.seen.team, v)
		all = append(all, watched{a, s})
	}
	return all
}

// sharing is what collect runs where the history is shared.
type sharing struct {
	c  *share.Collector
	db *history.DB
	e  *share.Engine
}

// share makes the collectors compete with those of other machines.
func (a *app) share(ctx context.Context, s *settings, list []*collector, log *slog.Logger) (*sharing, error) {
	if !a.shares(s) {
		return nil, nil
	}
	e, err := a.engine(ctx, s)
	if err != nil {
		return nil, err
	}
	if _, _, err := e.Version(); errors.Is(err, share.ErrNoSchema) || errors.Is(err, share.ErrDenied) {
		return nil, &exitError{exitFailed, err, "ortop share init makes it, ortop share grants prints the rights"}
	} else if err != nil {
		a.hint("%s: what is read waits on this machine", oneLine(err.Error()))
	}
	if s.historyErr != nil {
		return nil, s.historyErr
	}
	db, err := history.Open(ctx, s.historyPath, history.Options{Now: a.now, Share: true})
	if err != nil {
		return nil, err
	}
	if !db.Shared() {
		return nil, &exitError{exitFailed, fmt.Errorf("opening %q: %s", s.historyPath, db.Note()), "collect needs a history on disk: name a file that can be written with --history"}
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	v := &sharing{db: db, e: e}
	v.c = e.NewCollector(db, host, log, func(name, baseURL string) []byte { return snapshotOf(list, name, baseURL, a.now()) })
	for _, c := range list {
		c.settings.lease = v.c.Add(c.settings.account.Name, c.settings.baseURL)
		c.settings.ahead = e.Offset
	}
	v.c.Start(ctx)
	return v, nil
}

// snapshotOf is the object of status --json for an account that is collected.
func snapshotOf(list []*collector, name, baseURL string, now time.Time) []byte {
	for _, c := range list {
		if c.settings.account.Name != name || c.settings.baseURL != baseURL || c.mon == nil {
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
	return joined(v.db.Close(), v.e.Close())
}

var _ monitor.Team = (*share.Account)(nil)
