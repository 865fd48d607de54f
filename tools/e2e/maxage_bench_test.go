//go:build unix

package e2e

import (
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

// year is an account with a year of history, and a reading.
type year struct {
	account *sim.Account
	file    string // of its history
	env     []string
}

func newYear(b *testing.B) year {
	b.Helper()
	dir := b.TempDir()
	now := time.Now()
	start := now.AddDate(-1, 0, 0)
	account, url := serve(b, sim.Config{Profile: "steady", Start: start})
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
	y := year{account, file, []string{"HOME=" + dir, "ORTOP_BASE_URL=" + url, "OPENROUTER_API_KEY=" + sim.DemoKey}}
	y.run(b, "status", "--history", file) // and so a reading, and a forecast of it
	return y
}

func (y year) run(b *testing.B, args ...string) string {
	c := exec.Command(ortop, args...)
	c.Env = y.env
	out, err := c.Output()
	if err != nil {
		b.Fatal(err)
	}
	return string(out)
}

// BenchmarkStatusMaxAge is what a status bar waits for: the built program, from
// its start to its end, with a year of history; and how much of that is the
// start of the program.
func BenchmarkStatusMaxAge(b *testing.B) {
	y := newYear(b)
	asked := len(y.account.Requests())
	b.Run("status", func(b *testing.B) {
		for b.Loop() {
			if out := y.run(b, "status", "--max-age", "1h", "--format", "{{.Balance}}", "--history", y.file); !strings.HasPrefix(out, "$") {
				b.Fatalf("status printed %q, want a sum", out)
			}
		}
	})
	if n := len(y.account.Requests()) - asked; n != 0 {
		b.Errorf("%d requests were made, want none", n)
	}
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			y.run(b, "version")
		}
	})
}
