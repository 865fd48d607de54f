//go:build unix

package session

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/monitor"
	"ortop/internal/share"
	"ortop/internal/sharetest"
)

// awayTeam is a team with one account, behind a relay that can be cut.
func awayTeam(t *testing.T) (*Team, *sharetest.Relay) {
	t.Helper()
	pg := sharetest.Start(t)
	relay := sharetest.NewRelay(t, pg.Port)
	e, err := share.Open(share.Options{DSN: client.NewSecret(fmt.Sprintf("postgres://admin@%s/postgres?sslmode=disable", relay.Addr()))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	if _, err := e.Init(); err != nil {
		t.Fatal(err)
	}
	pg.Query(`INSERT INTO ortop.account (name, base_url, rev) VALUES ('work', 'http://127.0.0.1:1', 1)`)
	return &Team{e: e}, relay
}

// A dashboard waits for an engine that goes away as an account is opened; a command that
// answers once does not.
func TestOpeningWaitsForAnEngineThatIsAway(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	team, relay := awayTeam(t)
	a := &cli.App{Now: time.Now}
	s := Settings{Seen: &Seen{Team: team}}
	list, err := s.Seen.Team.Accounts()
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	s.View(s.Seen.Team, list[0])
	relay.Cut(true)
	said := make(chan string, 1)
	log := slog.New(slog.NewTextHandler(writer(func(b []byte) {
		select {
		case said <- string(b):
		default:
		}
	}), nil))
	open := func(patient bool) (*history.DB, error) {
		var o monitor.Options
		s := s
		s.awaits = patient
		follows(a, &o, &s, log, func(*history.DB) {})
		db, _, err := o.Open(ctx)
		return db, err
	}
	if _, err := open(false); !share.Away(err) {
		t.Fatalf("opened once: %v", err)
	}
	opened := make(chan error, 1)
	go func() {
		db, err := open(true)
		if err == nil {
			err = db.Close()
		}
		opened <- err
	}()
	<-said // it was asked, and does not answer
	select {
	case err := <-opened:
		t.Fatalf("opened while the engine is away: %v", err)
	default:
	}
	relay.Cut(false)
	if err := <-opened; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Who is there for long waits for an engine that was away at the start, says so once, and
// goes on with the account when it is back; to be told to end ends the wait, and so does
// what it would not help to wait for.
func TestWhoStartsWaitsForAnEngineThatIsAway(t *testing.T) {
	t.Parallel()
	team, relay := awayTeam(t)
	read, stderr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	lines := make(chan string, 8)
	go func() {
		defer close(lines)
		for sc := bufio.NewScanner(read); sc.Scan(); {
			lines <- sc.Text()
		}
	}()
	a := &cli.App{Now: time.Now, Stderr: stderr}
	start := func(ctx context.Context) (s *Settings, ended chan error) {
		s = &Settings{Seen: &Seen{Team: team}}
		if s.find(a) == nil {
			t.Fatal("the engine is not away")
		}
		ended = make(chan error, 1)
		go func() { ended <- AwaitTeam(ctx, a, s) }()
		if said := <-lines; !strings.HasPrefix(said, "ortop: hint: the shared history: ") || !strings.HasSuffix(said, ": ortop goes on trying, Ctrl+C ends it") {
			t.Errorf("it says %q", said)
		}
		return s, ended
	}
	relay.Cut(true)
	ctx, cancel := context.WithCancelCause(t.Context())
	_, ended := start(ctx)
	stop := errors.New("stop")
	cancel(stop)
	if err := <-ended; !errors.Is(err, stop) {
		t.Errorf("told to end: %v", err)
	}
	s, ended := start(t.Context())
	relay.Cut(false)
	if err := <-ended; err != nil || s.Account.Name != "work" || s.Seen.Name != "work" || s.Seen.err != nil {
		t.Errorf("the engine is back: %v, %+v", err, s.Account)
	}
	unknown := &Settings{Seen: &Seen{Team: team, err: errNoneShared}}
	if err := AwaitTeam(t.Context(), a, unknown); !errors.Is(err, errNoneShared) {
		t.Errorf("an engine without accounts: %v", err)
	}
	_ = stderr.Close()
	for said := range lines {
		t.Errorf("it also says %q", said)
	}
}

// Who waits for the list while another reads it takes that one's.
func TestAnEngineThatIsSlowIsAskedOnce(t *testing.T) {
	t.Parallel()
	team, relay := awayTeam(t)
	if _, err := team.Accounts(); err != nil {
		t.Fatal(err)
	}
	team.at = time.Time{}
	relay.Silent.Store(true)
	before := relay.Turns.Load()
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if list, err := team.Accounts(); err != nil || len(list) != 1 {
				t.Error(list, err)
			}
		})
	}
	began := time.Now()
	sharetest.WaitFor(t, "the list before to be too old", func() bool { return time.Since(began) > time.Second })
	relay.Silent.Store(false)
	all.Wait()
	if n := relay.Turns.Load() - before; n > 1 {
		t.Errorf("the engine was asked %d times, want once", n)
	}
}

type writer func([]byte)

func (w writer) Write(b []byte) (int, error) { w(b); return len(b), nil }

var _ io.Writer = writer(nil)
