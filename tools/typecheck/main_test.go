package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindsWhatOneSystemRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":        "module example.com/one\n\ngo 1.26\n",
		"one.go":        "package one\n\nvar n = size\n",
		"one_unix.go":   "//go:build unix\n\npackage one\n\nvar size = 1\n",
		"w_windows.go":  "package one\n\nvar size string = 1\n",
		"p_386_test.go": "package one\n\nvar m int = \"\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := check(dir, "linux/arm64"); err != nil || n == 0 {
		t.Errorf("what is right there: %d packages, %v", n, err)
	}
	for system, want := range map[string][]string{
		"windows/386":  {"w_windows.go:3:19", "p_386_test.go:3:13"},
		"plan10/arm64": {"plan10"},
		"linux":        {"linux/arm64"},
	} {
		_, err := check(dir, system)
		for _, want := range want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v; want %q", system, err, want)
			}
		}
	}
}
