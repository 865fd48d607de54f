package history

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"modernc.org/sqlite"

	"ortop/history/internal/file"
)

// dials counts the connections that were made.
var dials = sync.OnceValue(func() *atomic.Int64 {
	n := new(atomic.Int64)
	sqlite.RegisterConnectionHook(func(sqlite.ExecQuerierContext, string) error { n.Add(1); return nil })
	return n
})

// A file of which the header says that it is ours and up to date is opened once; others
// are looked at first, by a connection that cannot write.
func TestOpenedOnce(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(db.Path())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		at    int
		bytes string
		want  int64
	}{
		{"up to date", 0, "SQLite", 1},
		{"a version that is shared", headerVersion, "\x00\x00\x00\x05", 1},
		{"without a log", headerMode, "\x01\x01", 2},
		{"of another program", headerID, "abcd", 1},
		{"of a newer version", headerVersion, "\x00\x00\x00\x07", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.db")
			copied := append([]byte{}, whole...)
			copy(copied[c.at:], c.bytes)
			if err := os.WriteFile(path, copied, 0o600); err != nil {
				t.Fatal(err)
			}
			before := dials().Load()
			again, err := Open(ctx, path, Options{})
			if err == nil {
				defer again.Close()
			}
			own := err == nil && again.Writable()
			if n := dials().Load() - before; n != c.want || own != (c.at != headerID && c.bytes != "\x00\x00\x00\x07") {
				t.Errorf("%d connections, Open() = %v, writable: %v, want %d", n, err, own, c.want)
			}
		})
	}
}

// The header of the file itself is of before what its log has.
func TestD08NewerVersionInTheLog(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	newer, err := dial(db.Path(), "mode=rw")
	if err != nil {
		t.Fatal(err)
	}
	defer newer.close()
	if err := newer.exec("PRAGMA user_version = 7"); err != nil {
		t.Fatal(err)
	}
	if header, err := file.Writable(db.Path()); err != nil || !(Options{}).upToDate(header) {
		t.Fatalf("the header is %x, %v, want that of before", header, err)
	}
	f, err := Open(ctx, db.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Writable() || !strings.Contains(f.Note(), "version 7") {
		t.Errorf("Writable() = %v, Note() = %q, want a note with that version", f.Writable(), f.Note())
	}
}
