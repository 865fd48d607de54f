package history

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// An error names its file once, and no call of the system.
func TestOpenErrorIsPlain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	_, missing := os.Stat(path)
	for want, err := range map[string]error{
		"no such history: no such file or directory":                        missing,
		"permission denied; make its folder writable, or name another file": &fs.PathError{Op: "mkdir", Path: filepath.Dir(path), Err: syscall.EACCES},
		"not a directory": &fs.PathError{Op: "stat", Path: path, Err: syscall.ENOTDIR},
	} {
		if got := openError("x.db", err).Error(); got != `opening "x.db": `+want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}
