package history

import (
	"context"
	"database/sql"
	"fmt"
)

// State returns what SetState last stored for s under name; nil where that is
// empty, or nothing was stored.
func (db *DB) State(ctx context.Context, s Series, name string) (value []byte, err error) {
	err = db.read(ctx, s, func(id int64) error {
		return db.query(`SELECT value FROM state WHERE series = ? AND name = ?`,
			func(r *sql.Rows) error { return r.Scan(&value) }, id, name)
	})
	return value, err
}

// SetState stores value for s under name, durably. On an error, unlike with
// [DB.Record], nothing is kept.
func (db *DB) SetState(ctx context.Context, s Series, name string, value []byte) error {
	return db.put(ctx, s, "keeping state", func(id int64) error {
		return db.conn.run(`INSERT OR REPLACE INTO state VALUES (?, ?, coalesce(?, x''), ?)`, id, name, value, checksum(id, name, string(value)))
	})
}

// put runs f, which stores something of s, in a transaction, and says what failed.
func (db *DB) put(ctx context.Context, s Series, what string, f func(id int64) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	_, err := db.id(s)
	if err == nil {
		err = db.current()
	}
	if err == nil {
		err = db.transact(func() error {
			id, err := db.create(s)
			if err != nil {
				return err
			}
			return f(id)
		})
	}
	if err != nil {
		return fmt.Errorf("%s in %s: %w", what, db.where(), err)
	}
	return nil
}
