package history

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"ortop/history/internal/file"
)

// Backup writes a copy of the whole history to a new file at path, 0600. It
// is written beside it and put in place when it is complete. A file that is
// there is left alone, and errors.Is knows the error as fs.ErrExist. What
// waits in memory is not in the copy.
func (db *DB) Backup(ctx context.Context, path string) error {
	k, done, err := db.aside()
	if err == nil {
		err = backup(ctx, k, path)
		done()
	}
	if err != nil {
		return fmt.Errorf("copying %s to %q: %w", db.where(), path, inWords{err})
	}
	return nil
}

// aside returns a connection of its own for long reads, so that polls are
// stored meanwhile; in memory there is only the one.
func (db *DB) aside() (k *conn, done func(), err error) {
	db.mu.Lock()
	if db.path == "" && db.conn != nil {
		return db.conn, db.mu.Unlock, nil
	}
	defer db.mu.Unlock()
	if err := db.reconnect(); err != nil {
		return nil, nil, err
	}
	k, err = dialReadOnly(db.path)
	if err != nil {
		return nil, nil, err
	}
	if err := supplement(k); err != nil {
		_ = k.close()
		return nil, nil, err
	}
	return k, func() { _ = k.close() }, nil
}

func backup(ctx context.Context, k *conn, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return os.ErrExist
	}
	file.RemoveLeftovers(path)
	f, err := os.CreateTemp(filepath.Dir(path), file.TempPattern(path))
	if err != nil {
		return err
	}
	temp := f.Name()
	defer os.Remove(temp)
	if err := f.Chmod(0o600); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	// VACUUM INTO takes an empty file as its target.
	if _, err := k.c.ExecContext(ctx, "VACUUM INTO ?", temp); err != nil {
		return err
	}
	return file.Place(temp, path)
}
