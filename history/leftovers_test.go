package history

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// D02: what killed first starts, migrations, backups and restores left is gone
// at the next start; what others may be making, and what is not ours, stays.
func TestD02LeftoversAreRemoved(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "odd [folder]*")
	path := filepath.Join(folder, "history.db")
	if err := os.MkdirAll(filepath.Join(folder, ".history.db.new-4", "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	for name, stays := range map[string]bool{
		".history.db.new-1": false, ".history.db.new-1-journal": false, ".history.db.new-2": true,
		".history.db.v2.bak.new-1": false, ".history.db.v2.bak.new-1-journal": false, ".history.db.mine": true,
		"history.db.before-20260101T000000Z": true, "history.db.new-5": true,
	} {
		file := filepath.Join(folder, name)
		err := os.WriteFile(file, []byte("x"), 0o600)
		if name != ".history.db.new-2" {
			err = errors.Join(err, os.Chtimes(file, old, old))
		}
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if _, err := os.Lstat(file); (err == nil) != stays {
				t.Errorf("%s: %v, want it to stay: %v", name, err, stays)
			}
		}()
	}
	other := filepath.Join(folder, ".other.db.new-3")
	if err := errors.Join(os.WriteFile(other, nil, 0o600), os.Chtimes(other, old, old), os.Chtimes(filepath.Join(folder, ".history.db.new-4"), old, old)); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(folder, ".history.db.new-4")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder of a killed restore is there: %v", err)
	}
	if _, err := os.Lstat(other); err != nil {
		t.Errorf("another file's: %v", err)
	}
	backup := filepath.Join(folder, "other.db")
	db, err = Open(t.Context(), path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(other); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the leftover of a killed backup is there: %v", err)
	}
}
