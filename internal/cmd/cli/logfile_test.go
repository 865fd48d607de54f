package cli

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLogFileIsBounded writes twice what may be kept: five files of a megabyte stay, with the
// newest record in that of the plain name, and nothing else in the folder is touched.
func TestLogFileIsBounded(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ortop.log")
	other := filepath.Join(dir, "history.db")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"01", "02", "03", "04", "05"} {
		full := filepath.Join(dir, "ortop-2026-11-"+day+"T10-00-00.000.log")
		if err := os.WriteFile(full, bytes.Repeat([]byte("x"), maxLogSize), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	one, two := slog.New(slog.NewTextHandler(logFile(path), nil)), slog.New(slog.NewTextHandler(logFile(path), nil))
	long := strings.Repeat("y", maxLogSize/4)
	for range 8 {
		one.Info("first", "long", long)
		two.Info("second", "long", long)
	}
	one.Info("the last")
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
	logs, err := filepath.Glob(filepath.Join(dir, "ortop*.log"))
	if err != nil || len(logs) != 1+maxOlderLog {
		t.Errorf("%q, %v: want %d files", logs, err, 1+maxOlderLog)
	}
	for _, name := range logs {
		if info, err := os.Stat(name); err != nil || info.Size() > maxLogSize || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		if strings.Contains(name, "-01T10") || strings.Contains(name, "-02T10") {
			t.Errorf("%s is older than others that were removed", name)
		}
	}
	if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), `msg="the last"`) {
		t.Errorf("the newest record is not in %s: %v", path, err)
	}
}
