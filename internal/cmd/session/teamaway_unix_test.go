//go:build unix

package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/cmd/cli"
	"ortop/internal/monitor"
	"ortop/internal/share"
	"ortop/internal/sharetest"
)

// A dashboard waits for an engine that goes away as an account is opened; a command that
// answers once does not.
func TestOpeningWaitsForAnEngineThatIsAway(t *testing.T) {
	ctx := t.Context()
	pg := sharetest.Start(t)
	relay := sharetest.NewRelay(t, pg.Port)
	e, err := share.Open(share.Options{DSN: client.NewSecret(fmt.Sprintf("postgres://admin@%s/postgres?sslmode=disable", relay.Addr()))})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Init(); err != nil {
		t.Fatal(err)
	}
	pg.Query(`INSERT INTO ortop.account (name, base_url, rev) VALUES ('work', 'http://127.0.0.1:1', 1)`)
	a := &cli.App{Now: time.Now}
	s := Settings{Seen: &Seen{Team: &Team{e: e}}}
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

type writer func([]byte)

func (w writer) Write(b []byte) (int, error) { w(b); return len(b), nil }

var _ io.Writer = writer(nil)
