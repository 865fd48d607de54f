//go:build unix

package e2e

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/monitor"
	"ortop/internal/sim"
)

// BenchmarkStatusMaxAge is what a status bar waits for: the built program, from
// its start to its end, with a year of history; and how much of that is the
// start of the program.
func BenchmarkStatusMaxAge(b *testing.B) {
	dir := b.TempDir()
	now := time.Now()
	start := now.AddDate(-1, 0, 0)
	account, err := sim.New(sim.Config{Profile: "steady", Start: start})
	if err != nil {
		b.Fatal(err)
	}
	url, stop, err := account.Listen(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	defer stop()
	file := filepath.Join(dir, "history.db")
	db, err := history.Open(b.Context(), file, history.Options{})
	if err != nil {
		b.Fatal(err)
	}
	err = monitor.Backdate(b.Context(), db, "default", url, client.NewSecret(sim.DemoKey).Fingerprint(), start, now, account.Usage, account.Credits)
	if err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	env := []string{"HOME=" + dir, "ORTOP_BASE_URL=" + url, "OPENROUTER_API_KEY=" + sim.DemoKey}
	run := func(b *testing.B, args ...string) string {
		c := exec.Command(ortop, args...)
		c.Env = env
		out, err := c.Output()
		if err != nil {
			b.Fatal(err)
		}
		return string(out)
	}
	run(b, "status", "--history", file) // and so a reading, and a forecast of it
	asked := len(account.Requests())
	b.Run("status", func(b *testing.B) {
		for b.Loop() {
			if out := run(b, "status", "--max-age", "1h", "--format", "{{.Balance}}", "--history", file); !strings.HasPrefix(out, "$") {
				b.Fatalf("status printed %q, want a sum", out)
			}
		}
	})
	if n := len(account.Requests()) - asked; n != 0 {
		b.Errorf("%d requests were made, want none", n)
	}
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			run(b, "version")
		}
	})
}
