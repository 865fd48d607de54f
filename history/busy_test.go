package history

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// waitFor sets how long the writes of k wait for another process's, in ms.
func waitFor(t *testing.T, k *conn, ms int) {
	t.Helper()
	k.patience = ms
	if err := k.exec(fmt.Sprintf("PRAGMA busy_timeout = %d", ms)); err != nil {
		t.Fatal(err)
	}
}

// What a close loses to a process that holds the file is said in words.
func TestACloseBesideAHeldFile(t *testing.T) {
	t.Parallel()
	db, s := fresh(t)
	holder, err := dial(db.path, "mode=rw")
	if err != nil {
		t.Fatal(err)
	}
	defer holder.close()
	if err := holder.run("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, db.conn, 100)
	_ = tryPoll(db, s, at(0), 1)
	if err := db.Close(); err == nil || !strings.HasSuffix(err.Error(), "another process holds the file") {
		t.Errorf("Close() = %v, want that another process holds the file", err)
	}
}

// A process that was stopped amid a write costs a command one wait, not one a write;
// and once it has gone, nothing is lost.
func TestAHeldFileCostsOneWait(t *testing.T) {
	t.Parallel()
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
	const whole = 2 * hurry
	waitFor(t, db.conn, whole)
	for m := 1; m <= 3; m++ {
		var stored *StorageError
		if err := tryPoll(db, s, at(float64(m)), float64(m)+1); !errors.As(err, &stored) || !strings.Contains(err.Error(), "another process holds the file") {
			t.Fatalf("a write beside the holder: %v, want that it holds the file", err)
		}
		if wait, err := db.conn.int("PRAGMA busy_timeout"); err != nil || wait != hurry {
			t.Errorf("after write %d the next waits %d ms, %v, want a short wait", m, wait, err)
		}
	}
	if err := holder.run("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	poll(t, db, s, at(4), 5)
	rows, err := db.Range(ctx, s, at(0), at(99))
	if err != nil || len(rows) != 5 {
		t.Errorf("%d rows, %v, want all 5", len(rows), err)
	}
	if wait, err := db.conn.int("PRAGMA busy_timeout"); err != nil || wait != whole {
		t.Errorf("the next write waits %d ms, %v, want as long as the first", wait, err)
	}
	verify(t, db)
}

// The connections of one process write in turns, however long one takes: they do not
// depend on whether SQLite, which tries now and then, finds the file free.
func TestConnectionsOfAProcessTakeTurns(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	other, err := Open(ctx, db.path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.conn.exec("PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	writes, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		db.mu.Lock()
		defer db.mu.Unlock()
		done <- db.transact(func() error {
			close(writes)
			<-goOn
			return nil
		})
	}()
	<-writes
	stored := make(chan error)
	go func() {
		second, err := other.Series(ctx, "second", "u", Own)
		if err == nil {
			err = other.Record(ctx, PollUpdate{Series: second}, Reading{Series: second, At: at(1), UsageUSD: 2})
		}
		stored <- err
	}()
	select {
	case err := <-stored:
		t.Errorf("a write beside another of the process: %v, want that it waits", err)
		close(goOn)
	case <-time.After(100 * time.Millisecond):
		close(goOn)
		if err := <-stored; err != nil {
			t.Error(err)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Where a process was stopped amid a write, all connections of another that wait for it
// wait once, not one after another.
func TestAHeldFileCostsAProcessOneWait(t *testing.T) {
	t.Parallel()
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
	var all sync.WaitGroup
	for range 40 {
		other, err := Open(ctx, db.path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := other.conn.exec("PRAGMA busy_timeout = 1000"); err != nil {
			t.Fatal(err)
		}
		own, err := other.Series(ctx, "x", "u", Own)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			if err := other.SetState(ctx, own, "x", []byte("y")); err == nil {
				t.Error("a write beside the holder, want that it holds the file")
			}
			other.Close()
		})
	}
	all.Wait()
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("40 writes took %v, want about one wait of 1 s", took)
	}
}
