package monitor

import (
	"path/filepath"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/sim"
)

// alone lets nothing be asked beside the polls.
func (b *bench) alone() {
	var refused []sim.Fault
	for _, path := range []string{"/keys", "/workspaces", "/analytics/query", "/activity"} {
		f := sim.Error(403)
		f.Path = path
		refused = append(refused, f)
	}
	b.account.Fail(refused...)
}

// onDisk gives the bench a history in a file.
func (b *bench) onDisk(name string) *history.DB {
	b.t.Helper()
	db, err := history.Open(b.t.Context(), filepath.Join(b.t.TempDir(), name), history.Options{Now: b.now})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { db.Close() })
	b.o.Open = opened(db)
	return db
}

// TestAPollCostsOneCommit counts what a poll asks of the disk: of the collector
// of a quiet account with the default rules, where nobody else writes, where
// another account shares the file, and of a single answer.
func TestAPollCostsOneCommit(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "idle"})
		b.alone()
		db := b.onDisk("history.db")
		b.o.Rules, b.o.Alerts = alert.Defaults(), &courier.Options{}
		m := b.run()
		after(t, m, 20*time.Minute)

		polls := func(n int, cause func()) (selects, reads, commits float64) {
			was, asked := db.Stats(), b.asked("/credits")
			for range n {
				time.Sleep(time.Minute)
				cause()
			}
			is := db.Stats()
			polled := float64(b.asked("/credits") - asked)
			if polled < float64(n)-1 {
				t.Fatalf("%v polls in %d min", polled, n)
			}
			return float64(is.Selects-was.Selects) / polled, float64(is.ReadTx-was.ReadTx) / polled, float64(is.Commits-was.Commits) / polled
		}
		if selects, reads, commits := polls(4, func() {}); selects > 1 || reads > 1 || commits != 1 {
			t.Errorf("a poll alone: %v SELECTs in %v transactions and %v commits, want next to none and 1", selects, reads, commits)
		}
		other, err := history.Open(t.Context(), db.Path(), history.Options{Now: b.now})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		series, err := other.Series(t.Context(), "other", testURL, "account")
		if err != nil {
			t.Fatal(err)
		}
		selects, reads, commits := polls(4, func() {
			if err := other.Record(t.Context(), history.PollUpdate{Series: series}, history.Reading{Series: series, At: b.now(), UsageUSD: 1}); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("a poll beside another account: %v SELECTs in %v transactions, %v commits", selects, reads, commits)
		if selects > 10 || reads > 1.5 || commits > 1 {
			t.Errorf("a poll beside another account: %v SELECTs in %v transactions and %v commits, want at most 10 in 1 and 1", selects, reads, commits)
		}

		alone := other.Stats()
		o := b.o
		o.Open, o.Rules, o.Alerts = opened(other), nil, nil
		time.Sleep(10 * time.Second)
		if s, err := New(o).Once(t.Context(), Freshness{}); err != nil || s.Fault != nil {
			t.Fatalf("Once = %+v, %v", s.Fault, err)
		}
		is := other.Stats()
		t.Logf("a single answer: %d SELECTs in %d transactions, %d commits", is.Selects-alone.Selects, is.ReadTx-alone.ReadTx, is.Commits-alone.Commits)
		if is.Commits-alone.Commits > 2 {
			t.Errorf("a single answer commits %d times, want its claim and its reading", is.Commits-alone.Commits)
		}
	})
}

// A quiet account that shows what is stored costs nothing beyond the look at
// whether anything was.
func TestAViewCostsNothingWhileNothingIsStored(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "idle"})
		b.alone()
		b.onDisk("history.db")
		b.o.Interval = time.Hour
		collector := b.run()
		after(t, collector, time.Minute)
		db, err := history.Open(t.Context(), collector.subject.Load().db.Path(), history.Options{Now: b.now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		b.o.Open = opened(db)
		viewer := b.run()
		after(t, viewer, time.Minute)
		was := db.Stats()
		after(t, viewer, 20*time.Minute)
		if is := db.Stats(); is.Selects != was.Selects || is.Commits != was.Commits {
			t.Errorf("twenty quiet minutes cost %d SELECTs and %d commits, want none", is.Selects-was.Selects, is.Commits-was.Commits)
		}
	})
}
