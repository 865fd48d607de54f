package history

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// What a close loses to a process that holds the file is said in words.
func TestACloseBesideAHeldFile(t *testing.T) {
	db, s := fresh(t)
	holder, err := dial(db.path, "mode=rw")
	if err != nil {
		t.Fatal(err)
	}
	defer holder.close()
	if err := holder.run("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	_ = tryPoll(db, s, at(0), 1)
	if err := db.Close(); err == nil || !strings.HasSuffix(err.Error(), "another process holds the file") {
		t.Errorf("Close() = %v, want that another process holds the file", err)
	}
}

// A process that was stopped amid a write costs a command one wait, not one a write;
// and once it has gone, nothing is lost.
func TestAHeldFileCostsOneWait(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	holder, err := dial(db.path, "mode=rw")
	if err != nil {
		t.Fatal(err)
	}
	defer holder.close()
	if err := holder.run("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for m := 1; m <= 8; m++ {
		var stored *StorageError
		if err := tryPoll(db, s, at(float64(m)), float64(m)+1); !errors.As(err, &stored) || !strings.Contains(err.Error(), "another process holds the file") {
			t.Fatalf("a write beside the holder: %v, want that it holds the file", err)
		}
	}
	if took := time.Since(began); took > 2*patience*time.Millisecond {
		t.Errorf("eight writes took %v, want one wait of 5 s and short ones", took)
	}
	if err := holder.run("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	poll(t, db, s, at(9), 10)
	rows, err := db.Range(ctx, s, at(0), at(99))
	if err != nil || len(rows) != 10 {
		t.Errorf("%d rows, %v, want all 10", len(rows), err)
	}
	if wait, err := db.conn.int("PRAGMA busy_timeout"); err != nil || wait != patience {
		t.Errorf("the next write waits %d ms, %v, want as long as the first", wait, err)
	}
	verify(t, db)
}
