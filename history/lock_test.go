package history

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const claimGap = 5 * time.Second

// claims returns what an attempt at a minute says of who else may ask.
func claims(t *testing.T, db *DB, minute float64, gap time.Duration) bool {
	t.Helper()
	ok, err := db.Claim(ctx, account(t, db), at(minute), gap)
	var se *StorageError
	if err != nil && !errors.As(err, &se) {
		t.Errorf("Claim() = %v, want a StorageError or none", err)
	}
	return ok
}

func lockOf(t *testing.T, db *DB) *Lock {
	t.Helper()
	l, ok, err := TryLock(LockPath(db.Path(), "personal", "https://openrouter.ai/api/v1"))
	if !ok || err != nil {
		t.Fatalf("TryLock() = %v, %v", ok, err)
	}
	t.Cleanup(func() { l.Unlock() })
	return l
}

func TestMarkCountsAsAClaim(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(-60), 1)
	lock := lockOf(t, db)
	if err := os.Chtimes(lock.file.Path(), time.Time{}, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	other := openTest(t, db.Path())
	mark := func(minute float64) {
		t.Helper()
		before := db.Stats()
		if err := lock.Mark(at(minute)); err != nil {
			t.Fatal(err)
		}
		if db.Stats() != before {
			t.Error("Mark() asked something of SQLite")
		}
	}
	mark(0)
	for _, c := range []struct {
		name   string
		minute float64
		want   bool
	}{
		{"in the same moment", 0, false},
		{"before the gap is over", 0.05, false},
		{"the clock was set back", -0.5, true}, // which is an attempt itself
		{"as the gap ends", 5. / 60, true},
	} {
		if got := claims(t, other, c.minute, claimGap); got != c.want {
			t.Errorf("%s: Claim() = %v, want %v", c.name, got, c.want)
		}
	}
	due := func(minute float64) bool {
		t.Helper()
		ok, err := other.ClaimDue(ctx, account(t, other), at(minute), 2*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	mark(10)
	if due(11) {
		t.Error("ClaimDue() beside a collector that asks, want false")
	}
	if !due(12) {
		t.Error("ClaimDue() when it has not asked for as long, want it")
	}
}

func TestLockIsNoMark(t *testing.T) {
	db, s := fresh(t)
	lockOf(t, db)
	if ok, err := db.Claim(ctx, s, time.Now(), time.Hour); !ok || err != nil {
		t.Errorf("Claim() after the lock was made = %v, %v, want it", ok, err)
	}
	var none *Lock
	if err := errors.Join(none.Mark(at(0)), (&Lock{}).Mark(at(0))); err != nil {
		t.Errorf("Mark() of no lock = %v", err)
	}
}

func TestClaimsOfAReadOnlyHistoryCountForOthers(t *testing.T) {
	writer, s := fresh(t)
	poll(t, writer, s, at(-60), 1)
	var dbs []*DB
	for range 2 {
		db, err := Open(ctx, writer.Path(), Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		dbs = append(dbs, db)
	}
	asked := 0
	for i := range 100 { // in 10 s
		if claims(t, dbs[i%2], float64(i)/600, claimGap) {
			asked++
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times in 10 s, want 2", asked)
	}
	if claims(t, writer, 9.9/60, claimGap) {
		t.Error("one that may write claims too, want false")
	}
	// Where there can be no file, each counts for itself.
	path := LockPath(writer.Path(), "personal", "https://openrouter.ai/api/v1")
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	if !claims(t, dbs[0], 1, claimGap) || claims(t, dbs[0], 1.05, claimGap) || !claims(t, dbs[1], 1.05, claimGap) {
		t.Error("without a lock's file, want each to be bound by its own claims")
	}
	poll(t, writer, s, at(2), 2)
	if claims(t, dbs[0], 2.05, claimGap) {
		t.Error("Claim() just after another process polled, of whom only the file tells, want false")
	}
}

func TestClaimNeedsASeries(t *testing.T) {
	db := openTest(t, filepath.Join(t.TempDir(), "history.db"))
	if ok, err := db.Claim(ctx, 7, at(0), 0); ok || !errors.Is(err, ErrNoSeries) {
		t.Errorf("Claim() of a strange series = %v, %v, want false", ok, err)
	}
}
