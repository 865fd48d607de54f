package history

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCloseWritesWhatWaits(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	db.readOnly = ErrReadOnly
	if err := db.Record(ctx, PollUpdate{Series: s, Attempt: at(1)}, Reading{Series: s, At: at(1), UsageUSD: 2}); err == nil {
		t.Fatal("Record() = nil, want a StorageError")
	}
	db.readOnly = nil // there is space again, and no poll came
	if err := db.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("Close() again = %v", err)
	}
	other := openTest(t, db.Path())
	if got, ok, err := other.At(ctx, account(t, other), at(9)); !ok || err != nil || got.UsageUSD != 2 {
		t.Errorf("At() = %v, %v, %v after Close, want the reading that waited", got, ok, err)
	}
	verify(t, other)
}

// TryCreate leaves nothing behind, and says why where nothing can be made.
func TestTryCreate(t *testing.T) {
	dir := t.TempDir()
	if err := TryCreate(filepath.Join(dir, "a", "b", "history.db")); err != nil {
		t.Errorf("TryCreate = %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("TryCreate left %v", left)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := TryCreate(filepath.Join(file, "sub", "history.db")); err == nil {
		t.Error("TryCreate below a file: no error")
	}
}
