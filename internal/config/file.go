package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// What ReadRegular refuses.
var (
	ErrSymlink    = errors.New("it is a symbolic link")
	ErrNotRegular = errors.New("it is not a regular file")
	ErrTooLarge   = errors.New("it is too large")
)

// ReadRegular returns the content of a regular file of at most limit bytes, and
// the system's information about the very file that was read. It never waits, as
// opening a pipe would. Unless follow is set, it refuses a path that ends in a
// symbolic link.
func ReadRegular(path string, follow bool, limit int64) ([]byte, fs.FileInfo, error) {
	if !follow {
		if info, err := os.Lstat(path); err == nil && info.Mode().Type() == fs.ModeSymlink {
			return nil, nil, ErrSymlink
		}
	}
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags(follow), 0)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, ErrNotRegular
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, nil, err
	}
	if int64(len(data)) > limit {
		return nil, nil, fmt.Errorf("%w (more than %d bytes)", ErrTooLarge, limit)
	}
	return data, info, nil
}

// WritePrivate puts data at path in one step, with mode 0600 whatever the
// umask: after a crash there is the old content or the new one, and after an
// error the old one. Folders that are missing are made with mode 0700.
func WritePrivate(path string, data []byte) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("making folder %q: %w", folder, Cause(err))
	}
	return replace(path, data, 0o600)
}

// WritePublic does so for everybody to read, in a folder that is there. A link stays,
// and what is no regular file, such as a device or a pipe, is not replaced.
func WritePublic(path string, data []byte) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("writing %q: it is not a regular file", path)
	}
	return replace(path, data, 0o644)
}

func replace(path string, data []byte, mode os.FileMode) (err error) {
	folder := filepath.Dir(path)
	// CreateTemp uses O_EXCL, which follows no link.
	f, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("writing %q: %w", path, Cause(err))
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
			err = fmt.Errorf("writing %q: %w", path, Cause(err))
		}
	}()
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(folder)
}
