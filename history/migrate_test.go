//go:build unix

package history

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
)

// version1 returns the path of a copy of a history that a program of version 1
// made: 2,000 minutes of an account and a key with a gap, a second segment,
// two top-ups and a last poll that failed.
func version1(t *testing.T) string { return unpacked(t, "testdata/v1.db.gz") }

// version2 returns that of a program of version 2: version1 with ten more
// polls, which left a key and a forecast, with states, events and forecasts.
func version2(t *testing.T) string { return unpacked(t, "testdata/v2.db.gz") }

func unpacked(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "history.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// checkVersion1 checks that db holds what version1 says.
func checkVersion1(t *testing.T, db *DB) {
	t.Helper()
	verify(t, db)
	s := account(t, db)
	p, err := db.Buckets(ctx, s, at(0), at(2000), 2)
	if err != nil || len(p.Gaps) != 1 || len(p.Segments) != 2 || len(p.TopUps) != 2 || len(p.Backfilled) != 0 {
		t.Fatalf("Buckets() = %+v, %v, want a gap, two segments and two top-ups", p, err)
	}
	if got := p.Buckets[0].SpendUSD + p.Buckets[1].SpendUSD; !near(got, 24.75-0.25) || !near(p.Buckets[1].UsageUSD, 24.75) {
		t.Errorf("Buckets() spend %v and end in %v, want 24.5 and 24.75", got, p.Buckets[1].UsageUSD)
	}
	k, err := db.Series(ctx, "personal", "https://openrouter.ai/api/v1", "key:0badcafe")
	if err != nil {
		t.Fatal(err)
	}
	if got, ok, err := db.At(ctx, k, at(1999)); err != nil || !ok || got.UsageUSD != 33 {
		t.Errorf("At() of the key = %+v, %v, %v, want 33", got, ok, err)
	}
	poll, ok, err := db.Poll(ctx, s)
	if err != nil || !ok || poll.FaultKind != credit.FaultNetwork || !poll.Success.Equal(at(1999)) {
		t.Errorf("Poll() = %+v, %v, %v, want the failed poll", poll, ok, err)
	}
	if open := mustLoad(t, db, Want{Account: s}).Open; len(open) != 0 {
		t.Errorf("Load() has open %v, want none", open)
	}
	if p := mustLoad(t, db, Want{Account: s}); len(p.Old) != 1 || len(p.Old["key"]) == 0 {
		t.Errorf("Load() has old %q, want a key", p.Old)
	}
	if value, err := db.State(ctx, s, "alerts"); err != nil || value != nil {
		t.Errorf("State() = %q, %v, want none", value, err)
	}
	if events, err := db.Events(ctx, s, at(0), at(2000), -1); err != nil || len(events) != 0 {
		t.Errorf("Events() = %v, %v, want none", events, err)
	}
}

func TestD09Version1IsBroughtUpToDate(t *testing.T) {
	path := version1(t)
	db := openTest(t, path)
	checkVersion1(t, db)
	s := account(t, db)
	update := PollUpdate{Series: s, Attempt: at(2001), Interval: time.Minute, Remember: []Forecast{{At: at(2001), P50: 60}}}
	if err := db.Record(ctx, update, Reading{Series: s, At: at(2001), UsageUSD: 25}); err != nil {
		t.Fatal(err)
	}
	if open := mustLoad(t, db, Want{Account: s}).Open; len(open) != 1 {
		t.Errorf("Load() has open %v, want one", open)
	}
	verify(t, db)
	old, err := Open(ctx, path+".v1.bak", Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	checkVersion1(t, old)
}

func TestD09Version1IsReadAsItIs(t *testing.T) {
	path := version1(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(ctx, path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	checkVersion1(t, db)
	dup := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(ctx, dup); err != nil {
		t.Fatal(err)
	}
	checkVersion1(t, openTest(t, dup))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed, or %v", err)
	}
}

// old is what version2 has in place of a state.
var old = map[string]string{
	"key": `{"kind":"management"}`, "forecast": `{"p50":3600}`, "alerts": `{"of":"alerts"}`,
	"undelivered": `{"of":"undelivered"}`, "told": `{"of":"told"}`, "anchor": `{"of":"anchor"}`,
}

func checkOld(t *testing.T, p Past) {
	t.Helper()
	if p.State != nil || len(p.Old) != len(old) {
		t.Fatalf("Load() = state %q, old %q, want %q", p.State, p.Old, old)
	}
	for name, want := range old {
		if got := string(p.Old[name]); got != want {
			t.Errorf("Load() has old %s %q, want %q", name, got, want)
		}
	}
}

func TestD09Version2IsBroughtUpToDate(t *testing.T) {
	path := version2(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// As it is, by one that only reads.
	db, err := Open(ctx, path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	past := mustLoad(t, db, Want{Account: account(t, db)})
	checkOld(t, past)
	if len(past.Open) != 1 || len(past.Ended) != 1 || len(past.Acknowledged) != 1 || len(past.Trails[account(t, db)].Segments) != 2 {
		t.Errorf("Load() = %+v, want two forecasts, an acknowledged event, two segments", past)
	}
	db.Close()
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed, or %v", err)
	}

	db = openTest(t, path)
	s := account(t, db)
	checkOld(t, mustLoad(t, db, Want{Account: s}))
	if err := db.Record(ctx, PollUpdate{Series: s, Attempt: at(2011), State: []byte("{}")}, Reading{Series: s, At: at(2011), UsageUSD: 26}); err != nil {
		t.Fatal(err)
	}
	if p := mustLoad(t, db, Want{Account: s}); string(p.State) != "{}" || p.Old != nil {
		t.Errorf("Load() = state %q, old %q, want the new one alone", p.State, p.Old)
	}
	if roster, err := db.State(ctx, s, "roster"); string(roster) != `{"of":"roster"}` || err != nil {
		t.Errorf("State() of others = %q, %v, want it to stay", roster, err)
	}
	verify(t, db)
	copied, err := Open(ctx, path+".v2.bak", Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	checkOld(t, mustLoad(t, copied, Want{Account: account(t, copied)}))
}

func TestD08DowngradeIsRefused(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	db.Close()
	defer func(all []string) { migrations = all }(migrations)
	migrations = migrations[:2] // as the last version
	old, err := Open(ctx, db.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if note := old.Note(); old.Writable() || !strings.Contains(note, "version 4") || !strings.Contains(note, "version 2") {
		t.Errorf("Writable() = %v, Note() = %q, want a note with both versions", old.Writable(), note)
	}
	if err := tryPoll(old, account(t, old), at(1), 2); !errors.Is(err, ErrFuture) {
		t.Errorf("Record() = %v, want ErrFuture", err)
	}
}

// migrator opens a history, which brings it up to date.
func migrator(path string) error {
	_, _, err := opened(path)
	return err
}

func TestD02KilledWhileMigrating(t *testing.T) {
	t.Parallel()
	versions := map[int64]int{}
	for i := range 12 {
		path := version1(t)
		cmd := child("migrator", path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Duration(4+2*i)*time.Millisecond, func() { cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
		// Looking into it would repair it.
		dup := t.TempDir()
		if err := os.CopyFS(dup, os.DirFS(filepath.Dir(path))); err != nil {
			t.Fatal(err)
		}
		k, err := dial(filepath.Join(dup, "history.db"), "mode=rw")
		if err != nil {
			t.Fatalf("kill %d: %v", i, err)
		}
		version, err := k.int("PRAGMA user_version")
		versions[version]++
		tables, err2 := k.int("SELECT count(*) FROM sqlite_schema WHERE name IN ('forecast', 'latest', 'state', 'event', 'account', 'block', 'head')")
		old, err3 := k.int("SELECT count(*) FROM sqlite_schema WHERE name IN ('poll', 'day')")
		if err != nil || err2 != nil || err3 != nil || tables != map[int64]int64{1: 0, 4: 7}[version] || old != map[int64]int64{1: 2}[version] {
			t.Errorf("kill %d: version %d with %d of the new tables and %d of the old, %v, %v, %v", i, version, tables, old, err, err2, err3)
		}
		k.close()
		checkVersion1(t, openTest(t, path))
	}
	t.Logf("versions after the kill: %v", versions)
}

func TestD02HalfAChangeOfACopyIsUndone(t *testing.T) {
	path := version1(t) // without a log, as copies are
	k, err := dial(path, "mode=rw")
	if err != nil {
		t.Fatal(err)
	}
	defer k.close()
	// More than its cache holds, so that the file itself is changed.
	if err := k.exec("PRAGMA cache_size = 2; BEGIN; CREATE TABLE x (y); INSERT INTO x VALUES (zeroblob(500000))"); err != nil {
		t.Fatal(err)
	}
	// Who may only look must be able to, too: it is often the first to come.
	for _, o := range []Options{{}, {ReadOnly: true}} {
		killed := t.TempDir()
		if err := os.CopyFS(killed, os.DirFS(filepath.Dir(path))); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(filepath.Join(killed, "history.db-journal")); err != nil || info.Size() == 0 {
			t.Fatalf("no journal to undo it: %v", err)
		}
		db, err := Open(ctx, filepath.Join(killed, "history.db"), o)
		if err != nil {
			t.Errorf("Open(…, %+v) = %v", o, err)
			continue
		}
		defer db.Close()
		checkVersion1(t, db)
	}
}
