//go:build unix

package history

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ortop/internal/longtest"
)

// restorer restores a backup again and again.
func restorer(path string) error {
	for i := range 1000 {
		if _, err := Restore(ctx, path, path+".backup", time.Date(2026, 1, 1, 0, 0, os.Getpid()*1000+i, 0, time.UTC)); err != nil {
			return err
		}
		fmt.Println(i)
	}
	return nil
}

func TestKilledWhileRestoring(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "history.db")
	if err := os.Rename(backupOf(t, 300), path+".backup"); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 15; i += longtest.Of(2, 1) {
		db := openTest(t, path)
		s := account(t, db)
		for m := range 20 {
			poll(t, db, s, at(1000+float64(20*i+m)), 1000+float64(20*i+m))
		}
		db.Close()
		before := rowsIn(t, path)
		cmd := child("restorer", path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(5+9*i)*time.Millisecond, func() { cmd.Process.Kill() })
		_ = cmd.Wait()
		if n := rowsIn(t, path); n != 300 && n != before {
			t.Fatalf("loop %d: %d rows, want 300 or the %d of before", i, n, before)
		}
	}
}
