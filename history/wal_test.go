package history

import (
	"os"
	"testing"
)

// D13: a reader that stays open lets the log grow; once it is gone, the log is
// within its bound again, and nothing is lost.
func TestD13AReaderThatStaysOpen(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	reader := openTest(t, db.Path())
	if err := reader.conn.exec("BEGIN"); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.conn.int("SELECT count(*) FROM sample"); err != nil {
		t.Fatal(err)
	}
	size := func() int64 {
		info, err := os.Stat(db.Path() + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	m := 1
	for ; size() < 6<<20; m++ {
		if m > 20_000 {
			t.Fatalf("the log is %d bytes after %d readings beside a reader", size(), m)
		}
		poll(t, db, s, at(float64(m)), 1+float64(m))
	}
	if err := reader.conn.exec("COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		m++
		poll(t, db, s, at(float64(m)), 1+float64(m))
	}
	if got := size(); got > 4<<20 {
		t.Errorf("the log is %d bytes once the reader is gone, want 4 MiB at most", got)
	}
	verify(t, db)
}
