package dashboard

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ortop/internal/cmd/cli"
	"ortop/internal/keys"
)

// The demo that is chosen in the first run goes on after the question is
// answered.
func TestTheDemoOfTheFirstRunLives(t *testing.T) {
	dir := t.TempDir()
	a := &cli.App{Now: time.Now, Env: keys.Environment{}}
	a.Flags.Config, a.Flags.History = filepath.Join(dir, "config.toml"), filepath.Join(dir, "history.db")
	if err := os.WriteFile(a.Flags.Config, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := &onboarding{fleet: fleetOf(t, a)}
	t.Cleanup(func() {
		if err := b.fleet.run.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, answered := context.WithCancel(t.Context())
	answered() // before anything is read
	began := time.Now()
	feed, err := b.Demo(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for end := time.After(30 * time.Second); ; {
		select {
		case s := <-feed.Snapshots():
			if s.Fault != nil {
				t.Fatalf("the demo fails: %+v", s.Fault)
			}
			if s.At.After(began) {
				return
			}
		case <-end:
			t.Fatal("the demo is not polled")
		}
	}
}
