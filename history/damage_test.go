//go:build unix

package history

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/longtest"
)

// sealed returns the bytes of a closed history with some days of readings,
// a gap and a second segment.
func sealed(t *testing.T) []byte {
	t.Helper()
	db, s := fresh(t)
	var batch []entry
	for m := range 2500 {
		if m > 1000 && m < 1100 {
			continue
		}
		r := Reading{Series: s, At: at(float64(m)), UsageUSD: float64(m) * 0.013, CreditsUSD: float64(100 + m/700), CreditsKnown: true}
		if m == 1700 {
			r.NewSegment = &Segment{Fingerprint: "0badcafe", Reason: "another key"}
		}
		batch = append(batch, entry{update: PollUpdate{Series: s, Interval: time.Minute}, readings: []Reading{r}})
	}
	db.mu.Lock()
	err := db.write(batch)
	db.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	backfillInto(t, db, s, 3, spent(-1, 0, 0), spent(-2, -1, 0), spent(-9, -5, 0))
	for i := range 40 {
		err := errors.Join(remember(db, s, made(float64(i)), ended(made(float64(i/2)), float64(i+1), credit.OutcomeHeld)),
			addEvent(db, s, Event{At: at(float64(i)), Kind: "alert", Level: "urgent", Text: "below 5 USD", Data: []byte("{}")}),
			db.SetState(ctx, s, fmt.Sprint(i%5), bytes.Repeat([]byte("x"), i)))
		if err != nil {
			t.Fatal(err)
		}
	}
	verify(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(db.Path())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// answers is what a person would see of a history.
func answers(db *DB) (string, error) {
	s, err := db.Series(ctx, "personal", "https://openrouter.ai/api/v1", "")
	if err != nil {
		return "", err
	}
	rows, err := db.Range(ctx, s, at(-1), at(1e6))
	if err != nil {
		return "", err
	}
	p, err := db.Buckets(ctx, s, at(-1), at(2501), 50)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(r.At.String())
		b.WriteByte(' ')
		b.Write(floatBits(r.UsageUSD))
		b.Write(floatBits(r.CreditsUSD))
	}
	for _, g := range p.Gaps {
		b.WriteString(g.From.String() + g.To.String() + g.Cause)
	}
	for _, g := range p.Segments {
		b.WriteString(g.At.String() + g.Fingerprint + g.Reason)
	}
	for _, u := range p.TopUps {
		b.WriteString(u.At.String())
		b.Write(floatBits(u.AmountUSD))
	}
	past, err := db.Load(ctx, Want{Account: s})
	if err != nil {
		return "", err
	}
	events, err := db.Events(ctx, s, at(-1), at(1e6), -1)
	if err != nil {
		return "", err
	}
	for _, f := range append(past.Open, past.Ended...) {
		took := deref(f.True)
		f.True = nil
		fmt.Fprint(&b, f, took)
	}
	for i := range 5 {
		state, err := db.State(ctx, s, fmt.Sprint(i))
		if err != nil {
			return "", err
		}
		b.Write(state)
	}
	fmt.Fprint(&b, events, p.Backfilled)
	return b.String(), nil
}

func floatBits(v float64) []byte {
	return []byte{byte(rowSum(0, v)), byte(rowSum(0, v) >> 8), byte(rowSum(0, v) >> 16), byte(rowSum(0, v) >> 24)}
}

func TestD07NoDamageStaysUnseen(t *testing.T) {
	t.Parallel()
	whole := sealed(t)
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	db := openTest(t, path)
	want, err := answers(db)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	rng := rand.New(rand.NewPCG(7, 7))
	seen := map[string]int{}
	copies := longtest.Of(60, 100)
	if testing.Short() {
		copies = 20
	}
	for i := range copies {
		broken := bytes.Clone(whole)
		how := "one byte"
		switch i % 5 {
		case 0:
			broken, how = broken[:1+rng.IntN(len(broken)-1)], "cut short"
		default:
			broken[rng.IntN(len(broken))] ^= byte(1 << rng.IntN(8))
		}
		path := filepath.Join(t.TempDir(), "history.db")
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := Open(ctx, path, Options{ReadOnly: true})
		if err != nil {
			seen[how+": refused"]++
			if left, _ := os.ReadFile(path); !bytes.Equal(left, broken) {
				t.Errorf("copy %d: a file that was refused was changed", i)
			}
			continue
		}
		got, aerr := answers(db)
		r, verr := db.Verify(ctx)
		db.Close()
		switch {
		case verr == nil && r.OK && aerr == nil && got == want:
			seen[how+": harmless"]++
		case verr == nil && r.OK && aerr != nil:
			t.Errorf("copy %d (%s): Verify() is OK, yet a query fails: %v", i, how, aerr)
		case verr == nil && r.OK:
			t.Errorf("copy %d (%s): the answers changed and Verify() is OK", i, how)
		default:
			seen[how+": found"]++
		}
	}
	t.Logf("%v", seen)
}

func TestD07FilesThatAreNoHistory(t *testing.T) {
	whole := sealed(t)
	foreign := filepath.Join(t.TempDir(), "other.db")
	k, err := dial(foreign, "mode=rwc")
	if err != nil {
		t.Fatal(err)
	}
	if err := k.exec("CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	k.close()
	other, err := os.ReadFile(foreign)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		bytes []byte
		want  error
	}{
		{"empty", nil, ErrCorrupt},
		{"text", bytes.Repeat([]byte("at,usage\n"), 1000), ErrNotADatabase},
		{"another program's database", other, ErrNotADatabase},
		{"half a page", whole[:2000], ErrCorrupt},
		{"one page", whole[:4096], ErrCorrupt},
	} {
		for _, readOnly := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), "history.db")
			if err := os.WriteFile(path, c.bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			db, err := Open(ctx, path, Options{ReadOnly: readOnly})
			if err == nil {
				r, verr := db.Verify(ctx)
				db.Close()
				if c.want != ErrCorrupt || r.OK && verr == nil {
					t.Errorf("%s: Open() = nil, Verify() = %+v, %v, want %v", c.name, r, verr, c.want)
				}
				continue
			}
			if !errors.Is(err, c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: Open() = %v, want %v in one line", c.name, err, c.want)
			}
			if left, _ := os.ReadFile(path); !bytes.Equal(left, c.bytes) {
				t.Errorf("%s: the file was changed", c.name)
			}
		}
	}
}

func TestD07LostLogLeavesTheCheckpoint(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	if err := db.conn.exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	poll(t, db, s, at(1), 2)
	b, err := os.ReadFile(db.Path())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	left := openTest(t, path)
	verify(t, left)
	if got, ok, err := left.At(ctx, account(t, left), at(9)); !ok || err != nil || got.UsageUSD != 1 {
		t.Errorf("At() = %v, %v, %v, want the reading of the checkpoint", got, ok, err)
	}
}

func TestD05PathsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	nowhere := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "missing"), nowhere); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		readOnly   bool
		want       error
	}{
		{"a folder", dir, false, ErrNotAFile},
		{"a device", "/dev/null", false, ErrNotAFile},
		{"a link to nowhere", nowhere, false, ErrNotAFile},
		{"missing, to be read", filepath.Join(dir, "none"), true, ErrNotFound},
		{"below a file", filepath.Join(dir, "file", "history.db"), false, nil},
	} {
		db, err := Open(ctx, c.path, Options{ReadOnly: c.readOnly})
		var oe *OpenError
		if err == nil {
			db.Close()
		}
		if !errors.As(err, &oe) || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: Open() = %v, want %v", c.name, err, c.want)
		}
	}
}

func TestNewFilesArePrivate(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	for _, mask := range []int{0, 0o077, 0o777} {
		dir := filepath.Join(t.TempDir(), "new")
		if mask == 0o777 {
			// Nobody can work in a folder made under such a mask.
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		syscall.Umask(mask)
		db := openTest(t, filepath.Join(dir, "history.db"))
		s := account(t, db)
		poll(t, db, s, at(0), 1)
		syscall.Umask(0)
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("umask %o: folder %v, %v, want 0700", mask, info, err)
		}
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if info, err := os.Stat(db.Path() + suffix); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("umask %o: history.db%s %v, %v, want 0600", mask, suffix, info, err)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) != 0 {
			t.Errorf("umask %o: Open() left %v", mask, left)
		}
	}
}

func TestD08FutureVersions(t *testing.T) {
	for _, c := range []struct{ name, script string }{
		{"readable", "ALTER TABLE sample ADD COLUMN source TEXT; PRAGMA user_version = 7"},
		{"changed beyond reading", "DROP TABLE sample; PRAGMA user_version = 7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, s := fresh(t)
			poll(t, db, s, at(0), 1)
			if err := db.conn.exec(c.script); err != nil {
				t.Fatal(err)
			}
			db.Close()
			before, _ := os.ReadFile(db.Path())
			f, err := Open(ctx, db.Path(), Options{})
			if c.name != "readable" {
				if !errors.Is(err, ErrFuture) || !strings.Contains(err.Error(), "version 7") || !strings.Contains(err.Error(), "version 4") {
					t.Errorf("Open() = %v, want ErrFuture with both versions", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if f.Writable() || !strings.Contains(f.Note(), "version 7") || !strings.Contains(f.Note(), "version 4") {
				t.Errorf("Writable() = %v, Note() = %q, want a note with both versions", f.Writable(), f.Note())
			}
			fs := account(t, f)
			if got, ok, err := f.At(ctx, fs, at(1)); !ok || err != nil || got.UsageUSD != 1 {
				t.Errorf("At() = %v, %v, %v, want 1", got, ok, err)
			}
			if err := tryPoll(f, fs, at(1), 2); !errors.Is(err, ErrFuture) {
				t.Errorf("Record() = %v, want ErrFuture", err)
			}
			f.Close()
			if after, _ := os.ReadFile(db.Path()); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestD09MigrationKeepsACopy(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	current := int64(len(migrations))
	steps := append(slices.Clone(migrations), "ALTER TABLE sample ADD COLUMN source TEXT")
	if err := migrate(db.conn, db.Path(), append(steps, "this is no SQL")); err == nil {
		t.Error("migrate() with a wrong step = nil, want an error")
	}
	if v, err := db.conn.int("PRAGMA user_version"); v != current || err != nil {
		t.Errorf("version after a failure = %d, %v, want %d", v, err, current)
	}
	verify(t, db)
	for range 2 {
		if err := migrate(db.conn, db.Path(), steps); err != nil {
			t.Fatal(err)
		}
	}
	if v, err := db.conn.int("PRAGMA user_version"); v != current+1 || err != nil {
		t.Errorf("version = %d, %v, want %d", v, err, current+1)
	}
	old := openTest(t, fmt.Sprintf("%s.v%d.bak", db.Path(), current))
	if got, ok, err := old.At(ctx, account(t, old), at(1)); !ok || err != nil || got.UsageUSD != 1 {
		t.Errorf("the copy has %v, %v, %v, want 1", got, ok, err)
	}
}

func TestD12ReadingsDoNotGoToARemovedFile(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	for _, f := range []string{"", "-wal", "-shm"} {
		os.Remove(db.Path() + f)
	}
	poll(t, db, s, at(1), 2)
	again := openTest(t, db.Path())
	if got, ok, err := again.First(ctx, account(t, again)); !ok || err != nil || got.UsageUSD != 2 {
		t.Errorf("the new file has %v, %v, %v, want the reading of 2", got, ok, err)
	}
}

func TestD03CommitsAreSynced(t *testing.T) {
	db, _ := fresh(t)
	if v, err := db.conn.int("PRAGMA synchronous"); v != 2 || err != nil {
		t.Errorf("synchronous = %d, %v, want 2 (FULL)", v, err)
	}
	mode := ""
	if err := db.query("PRAGMA journal_mode", func(r *sql.Rows) error { return r.Scan(&mode) }); mode != "wal" || err != nil {
		t.Errorf("journal_mode = %q, %v, want wal", mode, err)
	}
}

func TestD12FileRemovedOrReplaced(t *testing.T) {
	db, s := fresh(t)
	other, err := db.Series(ctx, "other", "", "")
	if err != nil {
		t.Fatal(err)
	}
	poll(t, db, other, at(0), 9)
	poll(t, db, s, at(0), 1)
	for _, f := range []string{"", "-wal", "-shm"} {
		os.Remove(db.Path() + f)
	}
	if changed, err := db.Changed(ctx); !changed || err != nil || db.Note() == "" || !db.Writable() {
		t.Fatalf("Changed() = %v, %v, note %q, want true with a note", changed, err, db.Note())
	}
	if _, ok, err := db.First(ctx, s); ok || err != nil {
		t.Errorf("First() in the new file = %v, %v, want none", ok, err)
	}
	poll(t, db, s, at(1), 2)
	if changed, err := db.Changed(ctx); changed || err != nil {
		t.Errorf("Changed() = %v, %v, want false", changed, err)
	}
	again := openTest(t, db.Path())
	if got, ok, err := again.First(ctx, account(t, again)); !ok || err != nil || got.UsageUSD != 2 {
		t.Errorf("the new file has %v, %v, %v, want 2", got, ok, err)
	}
	again.Close()

	if err := os.WriteFile(db.Path()+".other", sealed(t), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"-wal", "-shm"} {
		os.Remove(db.Path() + f)
	}
	if err := os.Rename(db.Path()+".other", db.Path()); err != nil {
		t.Fatal(err)
	}
	if changed, err := db.Changed(ctx); !changed || err != nil || !strings.Contains(db.Note(), "replaced") {
		t.Fatalf("Changed() = %v, %v, note %q, want true and that it was replaced", changed, err, db.Note())
	}
	if got, ok, err := db.At(ctx, s, at(2499)); !ok || err != nil || !near(got.UsageUSD, 2499*0.013) {
		t.Errorf("At() in the other file = %v, %v, %v", got, ok, err)
	}
}

// A file that comes in the place of one that is open gets nothing of its log.
func TestD12AnotherFileGetsNothingOfTheLog(t *testing.T) {
	others := map[string][]byte{
		"another history": sealed(t), "no history": []byte("something that has some length and is no history at all"), "nothing": nil,
	}
	for name, other := range others {
		db, s := fresh(t)
		for m := range 30 {
			poll(t, db, s, at(float64(m)), 100+float64(m))
		}
		if info, err := os.Stat(db.Path() + "-wal"); err != nil || info.Size() == 0 {
			t.Fatalf("there is no log: %v", err)
		}
		err := os.Remove(db.Path())
		if other != nil {
			err = errors.Join(err, os.WriteFile(db.Path()+".other", other, 0o600), os.Rename(db.Path()+".other", db.Path()))
		}
		if err != nil {
			t.Fatal(err)
		}
		changed, err := db.Changed(ctx)
		if !changed || (err != nil) != (name == "no history") {
			t.Errorf("%s: Changed() = %v, %v", name, changed, err)
		}
		switch name {
		case "another history":
			if got, ok, err := db.At(ctx, s, at(2499)); !ok || err != nil || !near(got.UsageUSD, 2499*0.013) {
				t.Errorf("%s: At() = %v, %v, %v", name, got, ok, err)
			}
			verify(t, db)
		case "nothing":
			if _, ok, err := db.First(ctx, s); ok || err != nil {
				t.Errorf("%s: First() = %v, %v, want none", name, ok, err)
			}
			verify(t, db)
		}
		_ = db.Close() // of what is no history it fails
		now, err := os.ReadFile(db.Path())
		if err != nil || name == "no history" && !bytes.Equal(now, other) {
			t.Errorf("%s: the file is now %d bytes (%v), want it left alone", name, len(now), err)
		}
		if info, err := os.Stat(db.Path() + ".replaced-wal"); err != nil || info.Size() == 0 {
			t.Errorf("%s: the log of the file that was there is gone: %v", name, err)
		}
	}
}

// vanish takes the folder of a history away and leaves something in its place
// that cannot even be looked into. It returns what brings it back.
func vanish(t *testing.T, db *DB) (back func()) {
	t.Helper()
	folder := filepath.Dir(db.Path())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Rename(folder, folder+".away"))
	must(os.Symlink("nowhere", folder)) // no folder can be made here
	if _, err := db.Changed(ctx); err == nil {
		t.Error("Changed() = nil without a folder")
	}
	must(os.Remove(folder))
	must(os.WriteFile(folder, nil, 0)) // looking into it is no longer "not found"
	return func() {
		t.Helper()
		must(os.Remove(folder))
		must(os.Rename(folder+".away", folder))
	}
}

func TestD12FolderVanishesAndIsUnreadable(t *testing.T) {
	db, _ := fresh(t)
	sub := filepath.Join(filepath.Dir(db.Path()), "sub")
	db = openTest(t, filepath.Join(sub, "history.db"))
	s := account(t, db)
	u := PollUpdate{Series: s, Attempt: at(0), Interval: time.Minute, State: []byte("0"), Events: []Event{{At: at(0), Text: "0"}}}
	if err := db.Record(ctx, u, Reading{Series: s, At: at(0), UsageUSD: 1, CreditsUSD: 9, CreditsKnown: true}); err != nil {
		t.Fatal(err)
	}
	past := mustLoad(t, db, Want{Account: s})
	back := vanish(t, db)

	// Nothing ends the process, and what cannot be answered says why.
	var oe *OpenError
	for name, f := range map[string]func() error{
		"Changed":     func() error { _, err := db.Changed(ctx); return err },
		"At":          func() error { _, _, err := db.At(ctx, s, at(1)); return err },
		"First":       func() error { _, _, err := db.First(ctx, s); return err },
		"Range":       func() error { _, err := db.Range(ctx, s, at(0), at(1)); return err },
		"Buckets":     func() error { _, err := db.Buckets(ctx, s, at(0), at(1), 2); return err },
		"Spends":      func() error { _, err := db.Spends(ctx, "personal", "", "", at(0), at(1)); return err },
		"Gaps":        func() error { _, err := db.Gaps(ctx, s, at(0), at(1)); return err },
		"Backfilled":  func() error { _, err := db.Backfilled(ctx, s, at(0), at(1)); return err },
		"TopUps":      func() error { _, err := db.TopUps(ctx, s, at(0), at(1)); return err },
		"Segments":    func() error { _, err := db.Segments(ctx, s, at(0), at(1)); return err },
		"Poll":        func() error { _, _, err := db.Poll(ctx, s); return err },
		"Load":        func() error { _, err := db.Load(ctx, Want{Account: s}); return err },
		"State":       func() error { _, err := db.State(ctx, s, "x"); return err },
		"SetState":    func() error { return db.SetState(ctx, s, "x", nil) },
		"Events":      func() error { _, err := db.Events(ctx, s, at(0), at(1), 9); return err },
		"Acknowledge": func() error { return db.Acknowledge(ctx, s, 1) },
		"Backfill":    func() error { _, err := db.Backfill(ctx, s, []Spend{spent(-2, -1, 0.1)}); return err },
		"Import":      func() error { _, err := db.Import(ctx, s, Export{Samples: []credit.Sample{{At: at(-9)}}}); return err },
		"Verify":      func() error { _, err := db.Verify(ctx); return err },
		"Backup":      func() error { return db.Backup(ctx, filepath.Join(t.TempDir(), "copy.db")) },
		"Series":      func() error { _, err := db.Series(ctx, "new", "", ""); return err },
	} {
		if err := f(); !errors.As(err, &oe) {
			t.Errorf("%s() = %v, want an OpenError", name, err)
		}
	}
	if db.Unchanged(s) || db.Path() == "" || !db.Writable() {
		t.Error("it says that all is as it was")
	}
	var se *StorageError
	if ok, err := db.Claim(ctx, s, at(1), time.Second); !ok || !errors.As(err, &se) {
		t.Errorf("Claim() = %v, %v, want it with a StorageError", ok, err)
	}
	if ok, err := db.Claim(ctx, s, at(1.01), time.Second); ok || !errors.As(err, &se) {
		t.Errorf("Claim() again = %v, %v, want false with a StorageError", ok, err)
	}
	// A reading goes on from what was known, and waits.
	u = PollUpdate{Series: s, Attempt: at(1), Interval: time.Minute, State: []byte("1"), Events: []Event{{At: at(1), Text: "1"}}}
	r := Reading{Series: s, At: at(1), UsageUSD: 2, CreditsUSD: 19, CreditsKnown: true}
	grown, err := db.Preview(u, r)
	if g := grown[s]; err != nil || g.Segment != nil || g.TopUp == nil || g.TopUp.AmountUSD != 10 || g.Sample.Segment != at(0).Unix() {
		t.Errorf("Preview() = %+v, %v, want a top-up of 10 in the same segment", g, err)
	}
	if err := db.Record(ctx, u, r); !errors.As(err, &se) || se.Kept != 1 {
		t.Errorf("Record() = %v, want a StorageError with one kept", err)
	}
	past.Trails[s].Add(grown[s])

	back()
	got := mustLoad(t, db, Want{Account: s})
	if string(got.State) != "1" || fmt.Sprint(*got.Trails[s]) != fmt.Sprint(*past.Trails[s]) {
		t.Errorf("Load() = state %s, %+v, want state 1, %+v", got.State, *got.Trails[s], *past.Trails[s])
	}
	if note := db.Note(); note != "" {
		t.Errorf("Note() = %q though the same file is back", note)
	}
	if changed, err := db.Changed(ctx); err != nil {
		t.Errorf("Changed() = %v, %v", changed, err)
	}
	poll(t, db, s, at(2), 3)
	if events, err := db.Events(ctx, s, at(0), at(9), -1); err != nil || len(events) != 2 || events[0].ID == 0 {
		t.Errorf("Events() = %+v, %v, want both, written", events, err)
	}
	verify(t, db)
}
