// Package file has what a history asks of the system: to be put into place
// whole and durably, who may write, and on what kind of disk it is.
package file

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// Place moves the finished file temp to path, durably, unless there is one.
func Place(temp, path string) error {
	if err := Sync(temp); err != nil {
		return err
	}
	err := os.Link(temp, path)
	if err != nil && !errors.Is(err, os.ErrExist) {
		// Some file systems have no hard links.
		if _, serr := os.Lstat(path); errors.Is(serr, os.ErrNotExist) {
			err = os.Rename(temp, path)
		}
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return Sync(filepath.Dir(path))
}

// Writable reports, as an error, why SQLite could not write to path: it needs
// the file and, for its log, the folder. It returns SQLite's header, as far as
// there is one.
func Writable(path string) (header []byte, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, Plain(err)
	}
	header = make([]byte, 100)
	n, _ := f.ReadAt(header, 0) // what cannot be read is told by who opens it
	// No lock of this process can be lost by the close: none is held yet.
	f.Close()
	return header[:n], Plain(Accessible(filepath.Dir(path)))
}

// Plain drops the path from err, which the caller names already.
//
//go:noinline
func Plain(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Sync writes what the system holds of a file, or of a folder, to the disk.
func Sync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	// Windows cannot sync a folder, and need not.
	if err := f.Sync(); err != nil && !strings.Contains(err.Error(), "Access is denied") {
		return err
	}
	return nil
}
