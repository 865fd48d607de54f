package history

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// filled is a history of n readings, a minute apart.
func filled(t *testing.T, path string, n int) (*DB, Series) {
	t.Helper()
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s, err := db.Series(t.Context(), "a", "https://x", "account")
	if err != nil {
		t.Fatal(err)
	}
	var all []Reading
	for i := range n {
		all = append(all, Reading{Series: s, At: time.Unix(int64(1_700_000_000+60*i), 0), UsageUSD: float64(i)})
	}
	if err := db.Record(t.Context(), PollUpdate{Series: s}, all...); err != nil {
		t.Fatal(err)
	}
	return db, s
}

// What something else than SQLite writes into the open file is noticed, and then the
// file is left alone, also by the close.
func TestD12OverwrittenFileIsLeftAlone(t *testing.T) {
	noise := func(n int) []byte { return bytes.Repeat([]byte{0xa5}, n) }
	at := func(path string, b []byte, at int64) error {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteAt(b, at)
		return errors.Join(err, f.Close())
	}
	for _, n := range []int{1, 200, 50_000} {
		if testing.Short() && n > 1000 {
			continue
		}
		for _, checkpointed := range []bool{false, true} {
			for name, do := range map[string]func(path, other string) error{
				"another history": func(path, other string) error {
					b, err := os.ReadFile(other)
					if err != nil {
						return err
					}
					return os.WriteFile(path, b, 0o600)
				},
				"noise":        func(path, _ string) error { return os.WriteFile(path, noise(100_000), 0o600) },
				"its begin":    func(path, _ string) error { return at(path, noise(5000), 0) },
				"behind that":  func(path, _ string) error { return at(path, noise(50_000), 4096) },
				"cut":          func(path, _ string) error { return os.Truncate(path, 5000) },
				"cut to none":  func(path, _ string) error { return os.Truncate(path, 0) },
				"an old state": func(path, other string) error { return copyOver(path, other+".old") },
			} {
				t.Run(fmt.Sprint(name, n, checkpointed), func(t *testing.T) {
					path, other := filepath.Join(t.TempDir(), "history.db"), filepath.Join(t.TempDir(), "other.db")
					o, _ := filled(t, other, 300)
					if err := o.Close(); err != nil {
						t.Fatal(err)
					}
					db, s := filled(t, path, n)
					if err := db.Backup(t.Context(), other+".old"); err != nil {
						t.Fatal(err)
					}
					if checkpointed { // and a reading that is in the log alone
						if err := db.Close(); err != nil {
							t.Fatal(err)
						}
						var err error
						if db, err = Open(t.Context(), path, Options{}); err != nil {
							t.Fatal(err)
						}
						defer db.Close()
						if s, err = db.Series(t.Context(), "a", "https://x", "account"); err != nil {
							t.Fatal(err)
						}
					}
					if err := db.Record(t.Context(), PollUpdate{Series: s}, Reading{Series: s, At: time.Unix(1_800_000_000, 0), UsageUSD: 1e6}); err != nil {
						t.Fatal(err)
					}
					if _, err := db.Changed(t.Context()); err != nil {
						t.Fatal(err)
					}
					if err := do(path, other); err != nil {
						t.Fatal(err)
					}
					now, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := db.Changed(t.Context()); !Damaged(err) || !strings.Contains(err.Error(), "overwritten while it was open") {
						t.Errorf("Changed = %v, want that it was overwritten", err)
					}
					var storage *StorageError
					if err := db.Record(t.Context(), PollUpdate{Series: s}, Reading{Series: s, At: time.Unix(1_800_000_060, 0), UsageUSD: 1e6 + 1}); !errors.As(err, &storage) || storage.Kept != 1 {
						t.Errorf("Record = %v, want that it is kept in memory", err)
					}
					if err := db.Close(); err == nil {
						t.Error("Close lost a reading without a word")
					}
					if is, err := os.ReadFile(path); err != nil || !bytes.Equal(is, now) {
						t.Errorf("the file was written to, %v", err)
					}
					if _, err := os.Stat(path + ".replaced-wal"); err != nil {
						t.Errorf("its log: %v", err)
					}
					if _, err := os.Stat(path + "-wal"); err == nil {
						t.Error("the log is left for what is there now")
					}
				})
			}
		}
	}
}

// All that have the file open leave it alone, whoever notices first, and whatever the
// others have in memory.
func TestD12OverwrittenFileOfMany(t *testing.T) {
	path, other := filepath.Join(t.TempDir(), "history.db"), filepath.Join(t.TempDir(), "other.db")
	o, _ := filled(t, other, 300)
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	var all []*DB
	for i := range 3 {
		db, s := filled(t, path, 1000+i)
		if err := db.SetState(t.Context(), s, "x", bytes.Repeat([]byte("x"), 200_000)); err != nil {
			t.Fatal(err)
		}
		all = append(all, db)
	}
	for _, db := range all {
		if _, err := db.Changed(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := copyOver(path, other); err != nil {
		t.Fatal(err)
	}
	now, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, db := range all {
		if _, err := db.Changed(t.Context()); !Damaged(err) {
			t.Errorf("the %d. to look: Changed = %v, want that it was overwritten", i+1, err)
		}
	}
	for _, db := range all {
		s, err := db.Series(t.Context(), "a", "https://x", "account")
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Record(t.Context(), PollUpdate{Series: s}, Reading{Series: s, At: time.Unix(1_800_000_060, 0), UsageUSD: 1e6}); err == nil {
			t.Error("a reading was stored")
		}
		_ = db.Close()
	}
	if is, err := os.ReadFile(path); err != nil || !bytes.Equal(is, now) {
		t.Errorf("the file was written to, %v", err)
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("a log is left for what is there now")
	}
}

func copyOver(path, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

// What SQLite writes is not taken for somebody else's, however many write, and
// however long nobody looks.
func TestD12CheckpointsAreNoOverwriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	watcher, _ := filled(t, path, 10)
	rare, _ := filled(t, path, 10)
	var writers sync.WaitGroup
	done := make(chan struct{})
	for w := range 2 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(w)))
			for round := range 3 {
				db, err := Open(t.Context(), path, Options{})
				if err != nil {
					t.Error(err)
					return
				}
				s, err := db.Series(t.Context(), "a", "https://x", fmt.Sprint("key ", w, " ", r.IntN(5)))
				if err != nil {
					t.Error(err)
				}
				for range 5 {
					var all []Reading
					from := int64(1_700_000_000 + 1_000_000*round)
					for i := range 1 + r.IntN(2000) {
						all = append(all, Reading{Series: s, At: time.Unix(from+int64(60*i), 0), UsageUSD: float64(1_000_000*round + i)})
					}
					if err := db.Record(t.Context(), PollUpdate{Series: s}, all...); err != nil {
						t.Error(err)
					}
					if err := db.SetState(t.Context(), s, "x", bytes.Repeat([]byte{byte(r.IntN(256))}, r.IntN(200_000))); err != nil {
						t.Error(err)
					}
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() { writers.Wait(); close(done) }()
	for n := 0; ; n++ {
		_, err := watcher.Changed(t.Context())
		if err != nil {
			t.Fatalf("look %d: %v", n, err)
		}
		if n%97 == 0 {
			if _, err := rare.Changed(t.Context()); err != nil {
				t.Fatalf("rare look %d: %v", n, err)
			}
		}
		select {
		case <-done:
			if report, err := watcher.Verify(t.Context()); err != nil || !report.OK {
				t.Errorf("Verify = %+v, %v", report, err)
			}
			t.Logf("%d looks", n)
			return
		case <-time.After(time.Duration(n%10) * time.Millisecond):
		}
	}
}
