package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/cmdtest"
	"ortop/internal/monitor"
)

func TestExport(t *testing.T) {
	t.Chdir(t.TempDir())
	a := &cli.App{Now: func() time.Time { return cmdtest.ImportNow }}
	mon := cmdtest.MonitorOf(t, cmdtest.Daily("2026-11-18 00:00", "2026-11-20 00:00")...)
	// Someone else's files are never written to, not even through a link.
	if err := os.WriteFile("ortop-personal-2026-11-21.csv", []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("elsewhere", "ortop-personal-2026-11-21-2.csv"); err != nil {
		t.Fatal(err)
	}
	path, err := Export(context.Background(), a, mon, "personal", cmdtest.Day("2026-11-19 00:00"), cmdtest.ImportNow)
	if err != nil || path != "ortop-personal-2026-11-21-3.csv" {
		t.Fatalf("export() = %q, %v, want the third file", path, err)
	}
	got, err := os.ReadFile(path)
	if want := csvHead + "2026-11-19T00:00:00Z,100,1,99,\n2026-11-20T00:00:00Z,100,2,98,1\n"; err != nil || string(got) != want {
		t.Errorf("the export holds %q, %v, want %q", got, err, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the export's mode is %v, %v, want 0600", info.Mode(), err)
	}
	if b, _ := os.ReadFile("ortop-personal-2026-11-21.csv"); string(b) != "mine" {
		t.Errorf("another's file holds %q, want it untouched", b)
	}
	if hidden, _ := filepath.Glob(".*"); len(hidden) != 0 {
		t.Errorf("the export left %v", hidden)
	}
	if _, err := os.Stat("elsewhere"); !os.IsNotExist(err) {
		t.Errorf("a link was followed: %v", err)
	}
}

func TestExportFails(t *testing.T) {
	t.Chdir(t.TempDir())
	a := &cli.App{Now: func() time.Time { return cmdtest.ImportNow }}
	if _, err := Export(context.Background(), a, monitor.New(monitor.Options{}), "personal", time.Time{}, cmdtest.ImportNow); !errors.Is(err, ErrNothingRead) {
		t.Errorf("export() of nothing = %v, want errNothingRead", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Export(ctx, a, cmdtest.MonitorOf(t, cmdtest.Daily("2026-11-18 00:00", "2026-11-20 00:00")...), "personal", time.Time{}, cmdtest.ImportNow); !errors.Is(err, context.Canceled) || strings.HasPrefix(err.Error(), "exporting") {
		t.Errorf("export() that is cancelled = %v, want context.Canceled, and not what the screen says before it", err)
	}
	if files, err := os.ReadDir("."); err != nil || len(files) != 0 {
		t.Errorf("a failed export left %v, %v", files, err)
	}
}
