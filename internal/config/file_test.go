//go:build unix

package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReadRefusesTheFile(t *testing.T) {
	for _, tc := range []struct {
		name    string
		make    func(t *testing.T, path string)
		problem string
	}{
		{"K08 pipe", func(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) }, "not a regular file"},
		{"K08 folder", func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, "not a regular file"},
		{"too large", func(t *testing.T, path string) {
			must(t, os.WriteFile(path, bytes.Repeat([]byte("#\n"), maxBytes/2+1), 0o600))
		}, "too large"},
		{"writable by everyone", func(t *testing.T, path string) {
			must(t, os.WriteFile(path, nil, 0o600))
			must(t, os.Chmod(path, 0o666))
		}, "can be written by everyone (mode 0666)"},
		{"K08 foreign owner", func(t *testing.T, path string) {
			must(t, os.WriteFile(path, nil, 0o644))
			if os.Geteuid() != 0 {
				t.Skip("only root can give a file away")
			}
			must(t, os.Chown(path, 12345, 12345))
		}, "belongs to another user"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.toml")
			tc.make(t, path)
			_, err := Read(path)
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Problem, tc.problem) || strings.Count(e.Error(), path) != 1 {
				t.Errorf("Read(…) = %v, want an *Error with %q that names the file once", err, tc.problem)
			}
		})
	}
}

func TestReadRegularAtItsLimit(t *testing.T) {
	path := put(t, "12345")
	if got, _, err := ReadRegular(path, false, 5); string(got) != "12345" || err != nil {
		t.Errorf("ReadRegular(…, 5) = %q, %v, want all 5 bytes", got, err)
	}
	if got, _, err := ReadRegular(path, false, 4); got != nil || !errors.Is(err, ErrTooLarge) {
		t.Errorf("ReadRegular(…, 4) = %q, %v, want %v", got, err, ErrTooLarge)
	}
}

func TestK08ReadRegularFollowsLinksIfAsked(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(put(t, "x"), link))
	if got, _, err := ReadRegular(link, true, 9); string(got) != "x" || err != nil {
		t.Errorf("ReadRegular(link, follow) = %q, %v, want the file", got, err)
	}
	if got, _, err := ReadRegular(link, false, 9); got != nil || !errors.Is(err, ErrSymlink) {
		t.Errorf("ReadRegular(link) = %q, %v, want %v", got, err, ErrSymlink)
	}
}

func TestK07WritePrivateModes(t *testing.T) {
	for _, umask := range []int{0, 0o077, 0o777} {
		t.Run(fmt.Sprintf("umask %03o", umask), func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "new")
			if umask == 0o777 {
				// Not even its owner could enter a folder made under this one.
				must(t, os.Mkdir(folder, 0o700))
			}
			defer syscall.Umask(syscall.Umask(umask))
			path := filepath.Join(folder, "file")
			for _, text := range []string{"first", "second"} {
				must(t, WritePrivate(path, []byte(text)))
				got, err := os.ReadFile(path)
				if err != nil || string(got) != text {
					t.Errorf("the file holds %q, %v, want %q", got, err, text)
				}
				must(t, os.Chmod(path, 0o644)) // the next write closes it again
				must(t, WritePrivate(path, []byte(text)))
				info, err := os.Stat(path)
				must(t, err)
				inFolder, err := os.Stat(folder)
				must(t, err)
				if info.Mode().Perm() != 0o600 || inFolder.Mode().Perm() != 0o700 {
					t.Errorf("modes = %04o in %04o, want 0600 in 0700", info.Mode().Perm(), inFolder.Mode().Perm())
				}
			}
		})
	}
}

func TestWritePrivateLeavesNothingAfterAnError(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "taken")
	must(t, os.MkdirAll(filepath.Join(path, "full"), 0o700))
	if err := WritePrivate(path, []byte("x")); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("WritePrivate(folder) = %v, want an error that names it", err)
	}
	entries, err := os.ReadDir(folder)
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("after the error the folder holds %v, want the old entry alone", entries)
	}
	if err := WritePrivate(filepath.Join(put(t, ""), "x", "y"), nil); err == nil {
		t.Error("WritePrivate below a file = nil, want an error")
	}
}
