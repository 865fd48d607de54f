package monitor

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/sim"
	"ortop/internal/spenders"
)

// TestMembersAreNotKept breaks spend down by people, of whom nothing may be
// stored or logged.
func TestMembersAreNotKept(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		dir := t.TempDir()
		db, err := history.Open(t.Context(), filepath.Join(dir, "history.db"), history.Options{Now: b.now})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var log bytes.Buffer
		b.o.Open, b.o.Log = opened(db), slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		m := New(b.o)
		d := b.look(m, spenders.ByMember, 24*time.Hour)
		b.broken(m, spenders.ByKey, 24*time.Hour)
		refused := sim.Error(500)
		refused.Path = "/organization"
		b.account.Fail(refused)
		time.Sleep(25 * time.Hour)
		b.look(m, spenders.ByMember, time.Hour)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		kept := log.Bytes()
		files, err := os.ReadDir(dir)
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, f := range files {
			content, err := os.ReadFile(filepath.Join(dir, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			kept = append(kept, content...)
		}
		if len(d.Rows) == 0 || !bytes.Contains(kept, []byte("ci-bot")) {
			t.Fatalf("%d members, and a file without the keys' names", len(d.Rows))
		}
		for _, r := range d.Rows {
			for _, s := range []string{r.ID, r.Name, "@example.com"} {
				if bytes.Contains(kept, []byte(s)) {
					t.Errorf("%q was kept", s)
				}
			}
		}
	})
}
