package history

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ortop/internal/longtest"
)

// backupOf is a backup with so many readings, one a minute.
func backupOf(t testing.TB, readings int) string {
	t.Helper()
	db, s := fresh(t)
	for m := range readings {
		poll(t, db, s, at(float64(m)), float64(m))
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(ctx, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func rowsIn(t testing.TB, path string) int {
	t.Helper()
	db := openTest(t, path)
	defer db.Close()
	verify(t, db)
	rows, err := db.Range(ctx, account(t, db), at(-1), at(1e6))
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}

func TestRestore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 10, 42, 0, 0, time.UTC)
	from := backupOf(t, 50)
	for _, c := range []struct {
		name string
		was  func(t *testing.T, path string) // nil: there is no file
		kept bool
	}{
		{"where nothing is", nil, false},
		{"over another", func(t *testing.T, path string) {
			db := openTest(t, path)
			s := account(t, db)
			for m := range 7 {
				poll(t, db, s, at(float64(m)), float64(m))
			}
			db.Close()
		}, true},
		{"over one that is no database", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("nonsense, and more than a header of it"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"over an empty file", func(t *testing.T, path string) {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"over one with a zeroed page", func(t *testing.T, path string) {
			content, err := os.ReadFile(backupOf(t, 3000))
			if err != nil {
				t.Fatal(err)
			}
			clear(content[5*4096 : 9*4096])
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a", "history.db")
			if c.was != nil {
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				c.was(t, path)
			}
			done, err := Restore(ctx, path, from, now)
			if err != nil || done.Rows != 50 || (done.Kept != "") != c.kept {
				t.Fatalf("Restore() = %+v, %v, want 50 rows", done, err)
			}
			if n := rowsIn(t, path); n != 50 {
				t.Errorf("%d rows after the restore, want 50", n)
			}
			if n := rowsIn(t, from); n != 50 {
				t.Errorf("the backup has %d rows now", n)
			}
			if c.kept {
				if info, err := os.Stat(done.Kept); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("kept: %v, %v", info, err)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) != 0 {
				t.Errorf("Restore() left %v", left)
			}
			if c.name == "over another" {
				if n := rowsIn(t, done.Kept); n != 7 {
					t.Errorf("%d rows were kept, want 7", n)
				}
			}
		})
	}
}

func TestRestoreRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	db := openTest(t, path)
	poll(t, db, account(t, db), at(0), 1)
	db.Close()
	good := backupOf(t, 3000)
	write := func(content []byte) string {
		p := filepath.Join(t.TempDir(), "bad.db")
		if err := os.WriteFile(p, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	content, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	zeroed := []byte(string(content))
	clear(zeroed[5*4096 : 9*4096])
	future := []byte(string(content))
	future[63] = 99 // user_version
	for name, from := range map[string]string{
		"itself": path, "a missing file": filepath.Join(t.TempDir(), "none.db"), "a folder": t.TempDir(), "nonsense": write([]byte("nonsense, and more than a header of it")),
		"half of it": write(content[:len(content)/2]), "zeroed pages": write(zeroed), "a newer version": write(future),
	} {
		if done, err := Restore(ctx, path, from, time.Now()); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("from %s: %+v, %v, want one line", name, done, err)
		}
		if n := rowsIn(t, path); n != 1 {
			t.Errorf("from %s: %d rows are there now", name, n)
		}
		if files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*before*")); len(files) != 0 {
			t.Errorf("from %s: %v was kept", name, files)
		}
	}
	if _, err := Restore(ctx, path, write(zeroed), time.Now()); !errors.Is(err, ErrBackupDamaged) && !Damaged(err) {
		t.Errorf("zeroed pages are %v", err)
	}
}

// A process that has the history open goes on with what is restored, also where its
// series have other numbers there.
func TestRestoreWhileInUse(t *testing.T) {
	other := openTest(t, filepath.Join(t.TempDir(), "other.db"))
	for _, name := range []string{"zeta", "alpha", "personal"} { // numbers unlike those below
		s, err := other.Series(ctx, name, "https://openrouter.ai/api/v1", "")
		if err != nil {
			t.Fatal(err)
		}
		for m := range 5 {
			poll(t, other, s, at(float64(m)), float64(m)+float64(len(name)))
		}
	}
	from := filepath.Join(t.TempDir(), "copy.db")
	if err := other.Backup(ctx, from); err != nil {
		t.Fatal(err)
	}
	db, s := fresh(t)
	for m := range 20 {
		poll(t, db, s, at(float64(m)), float64(m))
	}
	mustLoad(t, db, Want{Account: s})
	done, err := Restore(ctx, db.path, from, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := db.Changed(ctx); !changed || err != nil || db.Note() == "" {
		t.Errorf("Changed() = %v, %v, note %q, want that it was replaced", changed, err, db.Note())
	}
	poll(t, db, s, at(30), 40)
	rows, err := db.Range(ctx, s, at(-1), at(1e6))
	if err != nil || len(rows) != 6 || rows[0].UsageUSD != 8 || rows[5].UsageUSD != 40 {
		t.Fatalf("rows = %+v, %v, want those of the backup and the new one", rows, err)
	}
	verify(t, db)
	if zeta, err := db.Series(ctx, "zeta", "https://openrouter.ai/api/v1", ""); err != nil {
		t.Error(err)
	} else if rows, err := db.Range(ctx, zeta, at(-1), at(1e6)); err != nil || len(rows) != 5 {
		t.Errorf("another account has %d rows, %v, want its own 5", len(rows), err)
	}
	if n := rowsIn(t, done.Kept); n != 20 {
		t.Errorf("%d rows were kept, want all 20", n)
	}
}

// What a writer was acknowledged is in what was kept, or in what is there now.
func TestRestoreUnderAWriter(t *testing.T) {
	t.Parallel()
	db, s := fresh(t)
	from := backupOf(t, 3)
	acked := make(chan int)
	stop := make(chan struct{})
	go func() {
		m := 0
		for ; ; m++ {
			select {
			case <-stop:
				acked <- m
				return
			default:
			}
			if err := tryPoll(db, s, at(100+float64(m)), float64(m)); err != nil {
				t.Errorf("Record() = %v", err)
			}
		}
	}()
	var kept []string
	for i := range longtest.Of(2, 5) {
		done, err := Restore(ctx, db.path, from, time.Date(2026, 1, 1, 0, 0, i, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, done.Kept)
	}
	close(stop)
	n := <-acked
	verify(t, db)
	seen := map[int64]bool{}
	for _, path := range append(kept, db.path) {
		part := openTest(t, path)
		rows, err := part.Range(ctx, account(t, part), at(100), at(1e6))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			seen[r.At.Unix()] = true
		}
		part.Close()
	}
	for m := range n {
		if !seen[at(100+float64(m)).Unix()] {
			t.Errorf("reading %d of %d is nowhere", m, n)
		}
	}
}

// Two restores in one second keep two histories, and one that fails keeps none.
func TestRestoreKeepsEach(t *testing.T) {
	now := time.Date(2026, 11, 27, 10, 42, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "history.db")
	db := openTest(t, path)
	poll(t, db, account(t, db), at(0), 1)
	db.Close()
	var rows []int
	for _, n := range []int{50, 3} {
		done, err := Restore(ctx, path, backupOf(t, n), now)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, rowsIn(t, done.Kept))
	}
	if rows[0] != 1 || rows[1] != 50 || rowsIn(t, path) != 3 {
		t.Errorf("%v rows were kept, want 1 and 50, and 3 are there", rows)
	}
	k, err := dialWritable(path, migrations)
	if err != nil {
		t.Fatal(err)
	}
	defer k.close()
	kept := keptPath(path, now)
	if err := k.replace(ctx, path, filepath.Join(t.TempDir(), "none.db"), kept); err == nil {
		t.Error("a backup that is not there was restored")
	}
	if _, err := os.Lstat(kept); err == nil {
		t.Errorf("%s was kept for nothing", kept)
	}
	if err := os.WriteFile(kept, []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.replace(ctx, path, backupOf(t, 7), kept); !errors.Is(err, os.ErrExist) {
		t.Errorf("replacing beside a file of that name: %v, want that it exists", err)
	}
	if content, err := os.ReadFile(kept); err != nil || string(content) != "somebody's" {
		t.Errorf("the file that was there is %q, %v", content, err)
	}
	if n := rowsIn(t, path); n != 3 {
		t.Errorf("%d rows are there, want the 3 of before", n)
	}
}
