package history

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Changed reports whether another process has written since the last call. It
// is cheap enough for every second.
//
// It also notices that the file was removed or replaced: then it opens what is
// there now, or begins a new file, and reports true; Note tells of it.
func (db *DB) Changed(ctx context.Context) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if moved, err := db.watch(); moved || err != nil {
		return moved, err
	}
	v, err := db.conn.int("PRAGMA data_version")
	if err != nil {
		return false, fmt.Errorf("watching %s: %w", db.where(), err)
	}
	changed := v != db.version
	db.version = v
	return changed, nil
}

// watch leaves a file that is no longer at the path for what is there now.
func (db *DB) watch() (moved bool, err error) {
	if db.closed {
		return false, errClosed
	}
	if db.path == "" {
		return false, nil
	}
	info, err := os.Stat(db.path)
	there := err == nil
	if there && db.conn != nil && os.SameFile(info, db.file) || err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	_ = db.closeConn()
	clear(db.heads)
	clear(db.ids)
	if err := db.open(); err != nil {
		return true, err
	}
	if db.note == "" {
		db.note = "the history file was removed; a new one was begun"
		if there {
			db.note = "the history file was replaced by another"
		}
	}
	return true, nil
}
