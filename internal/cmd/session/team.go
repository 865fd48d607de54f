package session

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"time"

	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/keys"
	"ortop/internal/monitor"
	"ortop/internal/routine"
	"ortop/internal/share"
	"ortop/internal/text"
)

// Shares reports whether the history is shared with a team.
func Shares(a *cli.App, s *Settings) bool {
	return s.Demo == nil && !a.Flags.NoShare && (a.Flags.Share || s.Config.Share.On)
}

var errNoDSN = errors.New("nothing says where the shared history is")

var errNoneShared = errors.New("the shared history has no account yet: start ortop collect on a machine that has a key")

// DSNHint is how to say where the shared history is.
const DSNHint = "set ORTOP_SHARE_DSN, or give [share] one of dsn, dsn_command, dsn_file and keyring"

// Engine finds the DSN of the team's engine, and prepares it.
func Engine(ctx context.Context, a *cli.App, s *Settings) (*share.Engine, error) {
	dsn, _, err := keys.DSN(ctx, a.Env, s.Config.Share)
	if err != nil {
		return nil, err
	}
	if dsn.IsZero() && os.Getenv("PGSERVICE") == "" {
		return nil, &cli.ExitError{Code: cli.ExitUsage, Err: errNoDSN, Hint: DSNHint}
	}
	c := s.Config.Share
	e, err := share.Open(share.Options{DSN: dsn, Unverified: c.Unverified, Schema: c.Schema, Lease: c.Lease})
	if err != nil {
		return nil, &cli.ExitError{Code: cli.ExitUsage, Err: err, Hint: ""}
	}
	if e.Unverified() {
		a.Hint("nobody checks whose server the shared history is on: its certificate is not verified")
	}
	return e, nil
}

// unsent says that what the collector of this machine stores is not sent.
func unsent(a *cli.App, db *history.DB) string {
	if db == nil || !db.Shared() {
		return ""
	}
	n, since, err := db.Waits(context.Background(), "", "")
	if err == nil && Late(a, n, since) != "" {
		return "shared history: away " + text.Span(a.Now().Sub(since)) + ", " + pollsWait(n)
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

// Seen is an account that is followed.
type Seen struct {
	Team *Team
	share.Seen
	err error // why it cannot be
}

// views reports whether the history is shared and there is no key: then what is read of
// the account is the team's, and nothing is stored here.
func views(ctx context.Context, a *cli.App, s *Settings) bool {
	return s.Seen != nil || Shares(a, s) && !HasKey(ctx, a, s)
}

// join makes settings those of a viewer, where this is one.
func join(ctx context.Context, a *cli.App, s *Settings) error {
	if !views(ctx, a, s) {
		return nil
	}
	e, err := Engine(ctx, a, s)
	if err != nil {
		return err
	}
	s.Seen = &Seen{Team: &Team{e: e}}
	if err = s.find(a); errors.As(err, new(*cli.ExitError)) { // it would not help to wait for the engine
		return err
	}
	return nil
}

// find makes settings those of the account of the team that they mean; s.Seen.err is why
// they are not.
func (s *Settings) find(a *cli.App) error {
	team := s.Seen.Team
	placed := s.Account.BaseURL != "" || a.Flags.BaseURL != "" || os.Getenv("ORTOP_BASE_URL") != ""
	v, err := team.find(s, a.Flags.Account != "" || len(s.Config.Accounts) > 0, placed)
	if s.Seen.err = err; err == nil {
		s.View(team, v)
	}
	return err
}

// retryEvery is how often an engine that does not answer is asked again.
const retryEvery = time.Second

// AwaitTeam waits until the engine of a viewer answers that did not at its start, and says
// so: a screen is there for long. Any other error is returned.
func AwaitTeam(ctx context.Context, a *cli.App, s *Settings) error {
	if s.Seen == nil || s.Seen.err == nil {
		return nil
	}
	p, shown := a.Progress(), ""
	defer p.End()
	return s.await(ctx, a, func(err error) {
		if is := errText(err); is != shown {
			shown = is
			p.Pause()
			a.Hint("%s: ortop goes on trying, Ctrl+C ends it", shown)
		}
		p.Doing("waiting for the shared history")
	})
}

// TeamFound brings what AwaitTeam returns, and says nothing; nil where the engine answered.
func TeamFound(ctx context.Context, a *cli.App, s *Settings) <-chan error {
	if s.Seen == nil || s.Seen.err == nil {
		return nil
	}
	found := make(chan error, 1)
	routine.Go(func() { found <- s.await(ctx, a, func(error) {}) })
	return found
}

// await waits until the account of the team is found.
func (s *Settings) await(ctx context.Context, a *cli.App, waits func(why error)) error {
	for err := s.Seen.err; err != nil; {
		if !share.Away(err) {
			return err
		}
		waits(err)
		found := make(chan error, 1)
		routine.Go(func() { // it may take seconds
			time.Sleep(retryEvery)
			found <- s.find(a)
		})
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case err = <-found:
		}
	}
	return nil
}

// View makes settings those of an account of the team.
//
//go:noinline
func (s *Settings) View(t *Team, v share.Seen) {
	s.Account.Name, s.BaseURL, s.Host = v.Name, v.BaseURL, ""
	if u, err := url.Parse(v.BaseURL); err == nil {
		s.Host = foreignHost(u)
	}
	s.Seen = &Seen{Team: t, Seen: v}
}

// open pulls the account into a history in memory.
func (v *Seen) open(ctx context.Context, now func() time.Time) (*history.DB, *share.Replica, error) {
	if v.err != nil {
		return nil, nil, v.err
	}
	db, err := history.OpenMemory(ctx, history.Options{Now: now})
	if err != nil {
		return nil, nil, err
	}
	r := v.Team.e.Replica(v.Seen)
	if err := r.Follow(ctx, db, v.Seen); err != nil {
		_ = db.Close() // it has nothing
		return nil, nil, err
	}
	return db, r, nil
}

// follow brings a history up to the engine each second, until ctx ends.
func (v *Seen) follow(ctx context.Context, db *history.DB, r *share.Replica, log *slog.Logger) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	logged := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		list, err := v.Team.Accounts()
		for _, s := range list {
			if err == nil && s.Name == v.Name && s.BaseURL == v.BaseURL {
				err = r.Follow(ctx, db, s)
			}
		}
		if is := errText(err); is != logged && ctx.Err() == nil {
			logged = is
			log.Warn("following the shared history", "error", logged)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return cli.OneLine(err.Error())
}

// follows makes a monitor one that shows what the team's collectors read.
func follows(a *cli.App, o *monitor.Options, s *Settings, log *slog.Logger, opened func(*history.DB)) {
	o.Follow, o.Sharing = true, s.Seen.Team.note
	o.Open = func(ctx context.Context) (*history.DB, string, error) {
		db, r, err := s.Seen.open(ctx, a.Now)
		for logged := false; s.awaits && s.Seen.err == nil && share.Away(err); db, r, err = s.Seen.open(ctx, a.Now) {
			if !logged {
				logged = true
				log.Warn("opening the shared history", "error", errText(err))
			}
			select {
			case <-ctx.Done():
				return nil, "", context.Cause(ctx)
			case <-time.After(retryEvery):
			}
		}
		if err != nil {
			return nil, "", err
		}
		opened(db)
		routine.Go(func() { s.Seen.follow(ctx, db, r, log) })
		return db, "", nil
	}
	o.Spare = nil
	o.Acknowledged = func(_ context.Context, e history.Event) error { return s.Seen.Team.e.Acknowledge(s.Seen.Seen, e.Row()) }
}

// MaxFollowed bounds the histories that are held in memory at once.
const MaxFollowed = 50

// everySeen are the accounts of the team, the one that is shown first.
func everySeen(a *cli.App, first *Settings) []Watched {
	list, err := first.Seen.Team.Accounts()
	if err != nil || len(list) == 0 {
		return []Watched{{a, *first}}
	}
	if len(list) > MaxFollowed {
		a.Hint("the shared history has %d accounts, of which %d are followed at once: ortop status --all and the dashboard's A list all, --account NAME shows one", len(list), MaxFollowed)
	}
	all := []Watched{{a, *first}}
	for _, v := range list {
		if v.Name == first.Account.Name && v.BaseURL == first.BaseURL || len(all) == MaxFollowed {
			continue
		}
		s := *first
		s.View(first.Seen.Team, v)
		all = append(all, Watched{a, s})
	}
	return all
}

var _ monitor.Team = (*share.Account)(nil)

// longWait is how long something waits to be sent before that is trouble.
const longWait = 2 * time.Minute

// Late says that so much waits since a time, where that is trouble.
func Late(a *cli.App, n int, since time.Time) string {
	if age := a.Now().Sub(since); n > 0 && age > longWait {
		return pollsWait(n) + " on this machine for " + text.Span(age)
	}
	return ""
}
