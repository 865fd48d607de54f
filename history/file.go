package history

import (
	"errors"
	"os"
	"path/filepath"

	"ortop/history/internal/file"
)

// resolve follows links, makes the file if it may, and refuses what is not a
// regular file of this user.
func resolve(path string, readOnly bool) (string, error) {
	refuse := func(kind error, advice string) error {
		return &OpenError{Path: path, Kind: kind, Advice: advice}
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	} else if info, lerr := os.Lstat(path); lerr == nil && info.Mode()&os.ModeSymlink != 0 {
		return "", refuse(ErrNotAFile, "it is a symbolic link to nowhere")
	}
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) && !readOnly {
		if err = create(path); err != nil {
			return "", err
		}
		info, err = os.Stat(path)
	}
	switch {
	case err != nil:
		return "", err
	case info.IsDir():
		return "", refuse(ErrNotAFile, "it is a folder; name a file in it")
	case !info.Mode().IsRegular():
		return "", refuse(ErrNotAFile, "name another file")
	case !readOnly && !file.Ours(info):
		return "", refuse(ErrPermission, "it belongs to another user")
	case info.Size() == 0:
		return "", refuse(ErrCorrupt, "it is empty: restore a backup, or move it away to begin anew")
	}
	return path, nil
}

// TryCreate reports, as an error, why a history could not be created at path, nor the
// files beside one: also that the disk has no space for it. Nothing of what it tries
// stays.
func TryCreate(path string) error {
	folder := filepath.Dir(path)
	var made []string // the deepest first
	for dir := folder; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		made = append(made, dir)
	}
	defer func() {
		for _, dir := range made {
			_ = os.Remove(dir) // one that another fills meanwhile stays
		}
	}()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, file.TempPattern(path))
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 96<<10))
	return joined(err, f.Close(), os.Remove(f.Name()))
}

// create makes a new history at path, whole or not at all: it is made beside
// it and linked into place. Another process may do the same at the same time.
func create(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, file.TempPattern(path))
	if err != nil {
		return err
	}
	temp := f.Name()
	defer os.Remove(temp)
	// The umask may have taken even the owner's bits.
	err = joined(f.Chmod(0o600), f.Close())
	if err != nil {
		return err
	}
	k, err := dial(temp, "mode=rw")
	if err != nil {
		return err
	}
	// With no log beside it yet, so that the one file is all there is.
	if err := joined(migrate(k, "", migrations), k.close()); err != nil {
		return err
	}
	return file.Place(temp, path)
}
