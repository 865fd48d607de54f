package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"ortop/history/internal/file"
)

// open connects db to its path. It is called again when the file was replaced.
func (db *DB) open() error {
	if err := checkSQLite(); err != nil {
		return err
	}
	path, err := resolve(db.path, db.asked.ReadOnly)
	if err != nil {
		return openError(db.path, err)
	}
	if !db.asked.ReadOnly {
		file.RemoveLeftovers(path)
	}
	k, why, err := connect(path, db.asked)
	if err != nil {
		return openError(db.path, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		_ = k.close()
		return openError(db.path, err)
	}
	db.conn, db.file, db.target, db.log, db.readOnly, db.note = k, info, path, nil, why, ""
	db.shared = k.version >= sharedVersion()
	db.noteLog()
	switch {
	case why != nil:
		db.note = why.Error()
	case file.OnNetwork(path):
		db.note = "the history is on a network file system; only one machine may use it at a time"
	}
	if db.version, err = k.int("PRAGMA data_version"); err != nil {
		_ = db.closeConn()
		return openError(db.path, err)
	}
	if db.schema, err = k.int("PRAGMA schema_version"); err != nil {
		_ = db.closeConn()
		return openError(db.path, err)
	}
	db.cached, db.watched = db.version, db.version
	k.stats, k.turn = &db.stats, turnOf(path)
	return nil
}

func (db *DB) openMemory() error {
	if err := checkSQLite(); err != nil {
		return err
	}
	k, err := dial("", "")
	if err != nil {
		return fmt.Errorf("opening a history in memory: %w", err)
	}
	if err := migrate(k, "", migrations); err != nil {
		_ = k.close()
		return fmt.Errorf("opening a history in memory: %w", err)
	}
	db.conn = k
	k.stats = &db.stats
	return nil
}

// connect opens the file at path; why tells why it is read-only.
func connect(path string, o Options) (k *conn, why, err error) {
	if o.ReadOnly {
		why = ErrReadOnly
	} else if header, err := file.Writable(path); err != nil {
		why = fmt.Errorf("%w: %w", ErrReadOnly, err)
	} else if o.upToDate(header) {
		if k := o.dialOwn(path); k != nil {
			return k, nil, nil
		}
	}
	// Only read until it is known to be ours: even the close of a connection
	// that may write changes the file, by a checkpoint.
	k, err = dialReadOnly(path)
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code() == sqlite3.SQLITE_READONLY_ROLLBACK {
		// A process was killed while it changed the file outside of the log,
		// as in the change to it; only one that may write can undo that, and
		// until then nobody can read.
		if _, werr := file.Writable(path); werr == nil {
			if err = undo(path); err == nil {
				k, err = dialReadOnly(path)
			}
		}
	}
	if err != nil {
		return nil, nil, err
	}
	version, err := inspect(k, path)
	current := int64(len(migrations))
	switch {
	case err != nil:
	case version > sharedVersion():
		why = fmt.Errorf("%w: it has version %d and this program writes version %d; update the program to write to it", ErrFuture, version, current)
		if understood(k) != nil {
			err = &OpenError{Path: path, Kind: ErrFuture, Advice: fmt.Sprintf("it has version %d and this program reads up to version %d; update the program", version, current)}
		}
	case version < current && why != nil:
		err = supplement(k)
	case why == nil:
		_ = k.close()
		k, err = dialWritable(path, o.steps())
		if err == nil {
			k.version = max(version, int64(len(o.steps())))
		}
		return k, nil, err
	}
	if err != nil {
		_ = k.close()
		return nil, nil, err
	}
	return k, why, nil
}

// The places in SQLite's header of how the file is written, and of two of our numbers.
const (
	headerMode, headerVersion, headerID = 18, 60, 68
	modeWAL                             = 2
)

// upToDate reports whether the header says that the file is ours, needs no change, and
// has a log. What is in the log may be newer.
func (o Options) upToDate(header []byte) bool {
	return len(header) == 100 && header[headerMode] == modeWAL && binary.BigEndian.Uint32(header[headerID:]) == applicationID &&
		o.ofThis(int64(binary.BigEndian.Uint32(header[headerVersion:])))
}

// ofThis reports whether a file of that version is written as it is.
func (o Options) ofThis(version int64) bool {
	return version >= int64(len(o.steps())) && version <= sharedVersion()
}

// dialOwn opens a file whose header is up to date; nil where that is not to be had.
func (o Options) dialOwn(path string) *conn {
	k, err := dial(path, "mode=rw")
	if err != nil {
		return nil
	}
	if k.version, err = k.int("PRAGMA user_version"); err != nil || !o.ofThis(k.version) {
		_ = k.close()
		return nil
	}
	return k
}

// undo lets SQLite roll back what its journal beside the file says.
func undo(path string) error {
	k, err := dial(path, "mode=rw")
	if err != nil {
		return err
	}
	_, err = k.int("PRAGMA user_version")
	return joined(err, k.close())
}

func dialWritable(path string, steps []string) (*conn, error) {
	k, err := dial(path, "mode=rw")
	if err != nil {
		return nil, err
	}
	// WAL is kept in the file, except by a new one and by copies.
	err = retryBusy(func() error { return k.exec("PRAGMA journal_mode = WAL") })
	if err == nil {
		err = migrate(k, path, steps)
	}
	if err != nil {
		_ = k.close()
		return nil, err
	}
	return k, nil
}

// dialReadOnly opens a file that must not change. A WAL database in a folder
// that cannot be written to, or on a full disk, opens only as immutable, which ignores the log
// beside it: so that is done only where there is none.
func dialReadOnly(path string) (*conn, error) {
	try := func(query string) (*conn, error) {
		k, err := dial(path, query)
		if err != nil {
			return nil, err
		}
		err = retryBusy(func() error {
			_, err := k.int("PRAGMA user_version")
			return err
		})
		if err != nil {
			_ = k.close()
			return nil, err
		}
		return k, nil
	}
	k, err := try("mode=ro")
	c := code(err)
	if diskFull(err) || (c == sqlite3.SQLITE_CANTOPEN || c == sqlite3.SQLITE_READONLY) && file.Accessible(filepath.Dir(path)) != nil {
		if log, serr := os.Stat(path + "-wal"); serr != nil || log.Size() == 0 {
			return try("mode=ro&immutable=1")
		}
	}
	return k, err
}

// inspect returns the version of a file that is ours.
func inspect(k *conn, path string) (version int64, err error) {
	var app, tables int64
	for query, v := range map[string]*int64{
		"PRAGMA user_version": &version, "PRAGMA application_id": &app, "SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if *v, err = k.int(query); err != nil {
			return 0, err
		}
	}
	if app != applicationID || version == 0 {
		e := &OpenError{Path: path, Kind: ErrNotADatabase, Advice: "it is a database of another program; name another file"}
		if app == 0 && tables == 0 {
			e.Kind, e.Advice = ErrCorrupt, "it holds nothing: restore a backup, or move it away to begin anew"
		}
		return 0, e
	}
	return version, nil
}

// understood reports, as an error, whether a newer file lacks what is read.
func understood(k *conn) error {
	for table, columns := range map[string]string{
		"series": "id, account, base_url, subject", "sample": "series, at, usage", "credits": "series, at, credits",
		"segment": "series, at, fingerprint, creator, reason", "gap": "series, from_at, to_at, cause",
		"head":   "series, attempt_ms, success_ms, due_ms, interval_ms, read_ms, at, usage, credits, rows, rows_crc, facts, fault_kind, fault, key, times_crc, crc",
		"block":  "series, at, crc",
		"latest": "series, forecast", "state": "series, name, value", "account": "series, state, crc",
		"forecast": "series, made_at, usage, balance, p10_s, p50_s, p90_s, ended_at, true_s, outcome",
		"event":    "id, series, at, kind, level, text, data, acknowledged",
	} {
		if _, err := k.prepare("SELECT " + columns + " FROM " + table); err != nil {
			return err
		}
	}
	return nil
}

// retryBusy repeats f, for 5 s, while SQLite says busy without asking its busy
// handler, as it does when two processes open or recover a file at once.
func retryBusy(f func() error) (err error) {
	for range 1000 {
		err = f()
		if c := code(err); c != sqlite3.SQLITE_BUSY && c != sqlite3.SQLITE_LOCKED {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	return err
}
