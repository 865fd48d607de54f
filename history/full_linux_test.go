package history

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// On a disk without space a history is read, and whatever would write to it says why
// not.
func TestD04FullAtOpening(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=400k"); err != nil {
		t.Skip("a small disk can be made by root alone:", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	path := filepath.Join(disk, "history.db")
	db := openTest(t, path)
	s := account(t, db)
	poll(t, db, s, at(0), 3)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := TryCreate(path); err != nil {
		t.Errorf("with space TryCreate() = %v", err)
	}
	fill, err := os.Create(filepath.Join(disk, "fill"))
	if err != nil {
		t.Fatal(err)
	}
	for n := 4096; n > 0; {
		if n, err = fill.Write(bytes.Repeat([]byte("x"), n)); err != nil {
			break
		}
	}
	_ = fill.Close()
	const want = "no space left on the disk; free some space, or name another file"
	if db, err := Open(ctx, path, Options{}); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("Open() = %v, %v, want %q", db, err, want)
	}
	if err := TryCreate(path); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("TryCreate() = %v, want that there is no space", err)
	}
	read, err := Open(ctx, path, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if first, ok, err := read.First(ctx, account(t, read)); err != nil || !ok || first.UsageUSD != 3 {
		t.Errorf("First() = %+v, %v, %v, want what was stored", first, ok, err)
	}
}
