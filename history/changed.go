package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
)

// Changed reports whether another process has written since the last call. It
// is cheap enough for every second.
//
// It also notices that the file was removed or replaced: then it opens what is
// there now, or begins a new file, and reports true; Note tells of it. Where
// that cannot be opened the error says why, and later calls try again.
func (db *DB) Changed(ctx context.Context) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.changed()
}

func (db *DB) changed() (bool, error) {
	if moved, err := db.watch(); moved || err != nil {
		return moved, err
	}
	changed := db.watched != db.version || db.took
	db.version, db.took = db.watched, false
	return changed, nil
}

// Touched reports whether something of an account was stored since it was loaded that its
// caller did not record: a reading, a poll, its state, a mute, or that an event was acknowledged.
// Unlike [DB.Changed], of which it is one look, it is not true for what was stored of
// others in the same file, at the cost of one SELECT, which
// [DB.Stats] has as a look. Rows that were put before others
// may go unnoticed; the next Load reads them.
func (db *DB) Touched(ctx context.Context, account Series) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	took := db.took
	if changed, err := db.changed(); !changed || err != nil {
		return changed, err
	}
	l, ok := db.loaded[account]
	if !ok || l.edited || took || len(db.pending) > 0 {
		return true, nil
	}
	stats := db.stats
	now, err := db.marksOf(account, l)
	stats.Looks++
	db.stats = stats
	if err != nil {
		return false, fmt.Errorf("watching %s: %w", db.where(), err)
	}
	return now != l.marks, nil
}

// marksOf reads the marks of what is stored of an account.
func (db *DB) marksOf(account Series, l load) (m marks, err error) {
	id, err := db.id(account)
	if err != nil {
		return m, err
	}
	ids := []int64{}
	for _, s := range l.series {
		id, err := db.id(s)
		if err != nil {
			return m, err
		}
		ids = append(ids, id)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return m, err
	}
	var table, series, a, b int64
	err = db.query(`SELECT 0, series, times_crc, crc FROM head WHERE series IN (SELECT value FROM json_each(?2)) UNION ALL
		SELECT 1, series, crc, 0 FROM account WHERE series = ?1 UNION ALL
		SELECT 2, ?1, count(*), 0 FROM event WHERE series = ?1 AND acknowledged AND at >= ?3 UNION ALL
		SELECT 3, ?1, coalesce(sum(crc), 0), 0 FROM state WHERE series = ?1 AND name IN `+namedStates, func(r *sql.Rows) error {
		err := r.Scan(&table, &series, &a, &b)
		switch table {
		case 0:
			m.heads += headMark(series, a, b)
		case 1:
			m.state = a
		case 2:
			m.seen = a
		default:
			m.named = a
		}
		return err
	}, id, string(list), l.since)
	return m, err
}

// dataVersion returns a number that changes when another connection commits.
func (db *DB) dataVersion() (int64, error) {
	if db.conn == nil {
		return 0, db.gone()
	}
	return db.conn.int("PRAGMA data_version")
}

// load is what is known of an account's last Load.
type load struct {
	version int64    // data_version then
	series  []Series // of which there were trails
	edited  bool     // since then, by this DB, in a way that its caller does not know
	since   int64    // from when on acknowledged events count
	marks   marks    // of what is stored of it, as of then and of what its caller recorded since
}

// Unchanged reports whether what the last [DB.Load] of an account returned,
// with what its Records added since, as [DB.Preview] told, is all that there
// is: then there is nothing to load. It costs no SELECT. What other accounts
// store through this DB, and claims, do not count.
func (db *DB) Unchanged(account Series) bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	if moved, err := db.watch(); moved || err != nil {
		return false
	}
	l, ok := db.loaded[account]
	return ok && !l.edited && db.watched == l.version
}

// outdate notes what the record of e means for what was loaded.
func (db *DB) outdate(e entry) {
	for account, l := range db.loaded {
		if e.update.Series == account {
			if l.version != db.cached {
				// What was previewed may not have followed what is stored.
				delete(db.loaded, account)
			} else {
				db.markAnew(l, e.update)
			}
			continue
		}
		for s := range e.all() {
			if s == account || slices.Contains(l.series, s) {
				l.edited = true
			}
		}
		db.loaded[account] = l
	}
}

// watch is moved, after which watched is the data_version of a file that has not moved.
func (db *DB) watch() (moved bool, err error) {
	if moved, err = db.moved(); moved || err != nil {
		return moved, err
	}
	return db.restored()
}

// moved leaves a file that is no longer at the path for what is there now.
func (db *DB) moved() (moved bool, err error) {
	if db.closed {
		return false, errClosed
	}
	if db.path == "" {
		return false, nil
	}
	info, err := os.Stat(db.path)
	there := err == nil
	if db.conn != nil && (there && os.SameFile(info, db.file) || err != nil && !errors.Is(err, os.ErrNotExist)) {
		db.noteLog()
		return false, nil
	}
	same := there && os.SameFile(info, db.file) // it could not be read meanwhile
	_ = db.closeConn()
	if !same {
		db.leaveLog()
	}
	if db.lost = db.open(); db.lost != nil {
		return true, db.lost
	}
	db.forget()
	switch {
	case db.note != "" || same:
	case there:
		db.note = "the history file was replaced by another"
	default:
		db.note = "the history file was removed; a new one was begun"
	}
	return true, nil
}

// noteLog notes which log is that of the open file.
func (db *DB) noteLog() {
	if db.log == nil {
		db.log, _ = os.Stat(db.target + "-wal") // there may be none yet
	}
}

// leaveLog moves the log of a file that is no longer at the path aside. SQLite leaves
// it there, and would write what is in it into whatever file comes next.
func (db *DB) leaveLog() {
	if info, err := os.Stat(db.target + "-wal"); err == nil && db.log != nil && os.SameFile(info, db.log) {
		if os.Rename(db.target+"-wal", db.target+".replaced-wal") == nil {
			_ = os.Remove(db.target + "-shm") // an index of the log
		}
	}
	db.log = nil
}

// forget drops what is known of the file that was there.
func (db *DB) forget() {
	clear(db.heads)
	clear(db.before)
	clear(db.ids)
	clear(db.loaded)
	db.bad, db.spoilt, db.named = nil, nil, false
	db.tails = nil
	db.follow(db.pending...)
}

// restored notices that [Restore] put other content into the file: SQLite then counts
// its schema as another, which nothing else does but a migration.
func (db *DB) restored() (bool, error) {
	if db.path == "" { // there is no file
		return false, nil
	}
	v, err := db.dataVersion()
	if err != nil {
		return false, fmt.Errorf("watching %s: %w", db.where(), err)
	}
	if v == db.watched {
		return false, nil
	}
	schema, err := db.conn.int("PRAGMA schema_version")
	if err != nil {
		return false, err
	}
	was := db.schema
	db.watched, db.schema = v, schema
	if schema == was {
		return false, nil
	}
	db.forget()
	version, err := db.conn.int("PRAGMA user_version")
	if err != nil {
		return true, err
	}
	if shared := version >= sharedVersion(); shared != db.shared {
		db.shared = shared
		if shared { // by another process, which shares it from now on
			return true, nil
		}
	}
	db.note = "the history was replaced by another"
	return true, nil
}

// reconnect tries to open the file again where that failed.
func (db *DB) reconnect() error {
	if db.conn != nil {
		return nil
	}
	_, err := db.watch()
	return err
}
