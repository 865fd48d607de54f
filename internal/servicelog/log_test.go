package servicelog

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
)

func TestM04SameLineOnceInHalfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		w := newThrottle(&out, time.Now, true)
		log := slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: timeless}))
		for range 90 { // a minute and a half
			log.Warn("disk full", "account", "a")
			log.Warn("disk full", "account", "b\nlevel=ERROR \x1b[2J")
			time.Sleep(time.Second)
		}
		w.close()
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != 6 {
			t.Fatalf("two lines a second for 90 s are %d lines, want 6:\n%s", len(lines), out.String())
		}
		if want := `time=2000-01-01T00:00:00Z level=WARN msg="disk full" account=a`; lines[0] != want {
			t.Errorf("first line %s, want %s", lines[0], want)
		}
		if strings.ContainsRune(out.String(), '\x1b') {
			t.Error("an escape sequence is in the log")
		}
		log.Warn("late") // from what did not end in time
	})
}

func TestLogNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, stalled := io.Pipe()
		w := newThrottle(stalled, time.Now, false)
		began := time.Now()
		for i := range 10 * logBacklog {
			slog.New(slog.NewTextHandler(w, nil)).Info("line", "n", i)
		}
		w.close()
		if took := time.Since(began); took > logFlush {
			t.Errorf("a log that nobody reads held its writer for %v", took)
		}
		r.Close()
	})
}

func TestLogChanges(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	good := account.Snapshot{Now: at, At: at, Interval: time.Minute, Phase: account.Waiting, Collecting: true,
		Balance: &credit.Balance{CreditsUSD: 10, UsageUSD: 2}}
	with := func(change func(*account.Snapshot)) account.Snapshot {
		s := good
		change(&s)
		return s
	}
	bad := with(func(s *account.Snapshot) {
		s.Fault, s.Due = &account.Fault{Kind: credit.FaultServer, Message: "500"}, at.Add(time.Minute)
	})
	const collects, read = "level=INFO msg=\"collecting this account\" interval=1m0s\n", "level=INFO msg=read balance=$8.00\n"
	const failed = "level=WARN msg=\"not read\" kind=server error=500 next=2026-11-21T10:01:00Z\n"
	for _, c := range []struct {
		name  string
		heard []account.Snapshot
		want  string
	}{
		{"said once", []account.Snapshot{good, good, good}, collects + read},
		{"a fault, and its end", []account.Snapshot{good, bad, bad, good}, collects + read + failed + read},
		{"never read", []account.Snapshot{with(func(s *account.Snapshot) { s.At = time.Time{} })}, collects},
		{"old values", []account.Snapshot{with(func(s *account.Snapshot) { s.At = at.Add(-time.Hour) })}, collects},
		{"another collects", []account.Snapshot{good, with(func(s *account.Snapshot) { s.Collecting = false })},
			collects + read + "level=INFO msg=\"another process collects this account\" interval=1m0s\n"},
		{"notes", []account.Snapshot{good, with(func(s *account.Snapshot) { s.Notes, s.StorageNote = []string{"n"}, "full" }),
			with(func(s *account.Snapshot) { s.Notes = []string{"n"} })},
			collects + read + "level=WARN msg=history note=full\nlevel=WARN msg=note note=n\n"},
		{"alerts that reach nobody", []account.Snapshot{good, with(func(s *account.Snapshot) { s.Undelivered = "u" }), with(func(s *account.Snapshot) { s.Undelivered = "u" }), good},
			collects + read + "level=WARN msg=\"not delivered\" note=u\n"},
		{"an ordinary key", []account.Snapshot{with(func(s *account.Snapshot) { s.Balance = nil })}, collects + "level=INFO msg=read\n"},
	} {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: timeless}))
		var l logged
		for _, s := range c.heard {
			l.changes(&s, log)
		}
		if out.String() != c.want {
			t.Errorf("%s: logged\n%swant\n%s", c.name, out.String(), c.want)
		}
	}
}
