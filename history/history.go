// Package history keeps the readings of prepaid accounts in one SQLite file,
// or in memory, and answers what was spent when.
//
// Usage is a step function: a stored reading holds until the next one. Inside
// a gap, a span in which nothing was read, or a span that was back-filled, it
// is taken to rise evenly between the two ends. A difference between two
// segments, runs of readings that may be compared, is never spend.
//
// # What is promised
//
// When [DB.Record] returns nil its readings survive a killed process and a
// loss of power, and so do the state and the events that came with them: after
// either, all of a poll is there or nothing. When it cannot write, it keeps them in memory, says so with a
// [StorageError], answers queries as if they were stored, and writes them with
// the next call that can. Several processes may use one file at once. Nothing
// that was read is ever deleted, reset, renamed or thinned.
//
// What is answered is what was written. Rows are compared with a checksum as
// they are read; a UTC day with one that does not hold is a gap, and
// [DB.Damage] tells of it. Where what belongs to no day was changed, such as
// the newest totals, all of the series is an error that is [Damaged].
//
// Times are kept in whole seconds of UTC, sums in USD.
package history

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// Options tell how to open a history. The zero Options opens it for writing,
// by the system's clock.
type Options struct {
	// Now is the clock for readings that do not tell their own time. If nil,
	// it is time.Now.
	Now func() time.Time
	// ReadOnly opens the file without ever writing to it; it must exist.
	ReadOnly bool
	// Share gives the file an outbox: see [DB.Outbox]. A file that has one keeps it,
	// whoever opens it.
	Share bool
}

// DB is one history. Its methods may be called from several goroutines.
type DB struct {
	path  string // "" in memory
	asked Options

	mu       sync.Mutex
	closed   bool
	conn     *conn // nil after a failed reopen
	lost     error // why that failed
	file     os.FileInfo
	target   string      // the file itself, behind links
	log      os.FileInfo // SQLite's log of that file, once there is one
	stats    Stats
	readOnly error  // why nothing is written, or nil
	note     string // for people; see Note
	shared   bool   // the file has an outbox
	took     bool   // rows were taken since Changed was last called
	version  int64  // data_version as last seen by Changed
	names    []identity
	series   map[identity]Series // series[names[s-1]] is s
	ids      []int64             // ids[s-1] is the row of names[s-1] in this file, or 0
	heads    map[Series]*head    // as stored; valid while cached equals data_version
	before   map[Series]*head    // as last read, with their facts
	cached   int64
	watched  int64 // data_version at the last watch, for which schema holds
	schema   int64
	pending  []entry          // not yet stored, oldest first
	dropped  int              // entries that pending had no room for
	tails    map[Series]*tail // what pending adds to the stored rows
	loaded   map[Series]load  // by account, since its last Load
	claims   map[Series]head  // claims of this DB that could not be stored

	bad    map[int64]map[int64]bool // days whose rows were found damaged, by series as in the file
	spoilt map[string]bool          // what else was; see Damage
	named  bool                     // the names of all series were checked
}

// identity is what a series is in every file.
type identity struct{ account, baseURL, subject string }

// Series names a run of readings of one account or key within one DB. It
// means nothing to another DB, and 0 names none.
type Series int64

// Open opens the history at path and creates it, 0600 in a folder 0700, if it
// is not there. A symbolic link is followed to a regular file of this user.
//
// The error is an [*OpenError] for which errors.Is knows one of [ErrCorrupt],
// [ErrFuture], [ErrNotADatabase], [ErrPermission], [ErrNotAFile] and
// [ErrNotFound]; its text is one line that says what to do. A file of a newer
// version opens read-only where it can be understood, and Note says so.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	db := newDB(o)
	db.path = path
	if err := db.open(); err != nil {
		return nil, err
	}
	return db, nil
}

// OpenMemory opens an empty history that lives in memory until Close.
// Options.ReadOnly means nothing to it.
func OpenMemory(ctx context.Context, o Options) (*DB, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	db := newDB(o)
	if err := db.openMemory(); err != nil {
		return nil, err
	}
	return db, nil
}

//go:noinline
func newDB(o Options) *DB {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &DB{asked: o, series: map[identity]Series{}, heads: map[Series]*head{}, before: map[Series]*head{}, claims: map[Series]head{}, loaded: map[Series]load{}}
}

// Close writes what waits in memory, where the history is not read-only, and
// closes the file. What still cannot be written is lost.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	var lost error
	if len(db.pending) > 0 && !db.closed {
		if err := db.flushLast(); err != nil {
			lost = db.loss(&StorageError{Path: db.path, Kept: len(db.pending), Dropped: db.dropped, Err: err})
		}
	}
	db.closed = true
	return joined(lost, db.closeConn())
}

// loss says which readings are lost by a failure of the last write. Where there are
// none, it is the failure.
func (db *DB) loss(err *StorageError) error {
	loss := &LossError{Err: err}
	for _, e := range db.pending {
		for _, r := range e.readings {
			if r.Series != e.update.Series && e.update.Series != 0 {
				continue // of a key, beside the account's own
			}
			if loss.Readings++; loss.Readings == 1 {
				loss.From = r.At
			}
			loss.To = r.At
		}
	}
	if loss.Readings == 0 {
		return err
	}
	return loss
}

// flushLast is the last try to write what is pending.
func (db *DB) flushLast() error {
	if _, err := db.watch(); err != nil || db.readOnly != nil {
		return err
	}
	return db.flush()
}

//go:noinline
func (db *DB) closeConn() error {
	if db.conn == nil {
		return nil
	}
	c := db.conn
	db.conn = nil
	return c.close()
}

// Path returns the file as it was named to Open, or "" in memory.
func (db *DB) Path() string { return db.path }

// Note returns one line that a person should read: why nothing is written, or
// what is odd about the file. It is "" where all is well.
func (db *DB) Note() string {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.note
}

// Writable reports whether Record writes to where the history lives. It does
// not tell of passing failures, such as a full disk.
func (db *DB) Writable() bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.readOnly == nil
}

// Series returns the series of an account's subject (a key's hash, or "" for
// the account itself) at a base URL. It is created with its first reading or
// claim; where nothing can be written a series that is not stored is
// [ErrNoSeries].
func (db *DB) Series(ctx context.Context, account, baseURL, subject string) (Series, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	name := identity{account, baseURL, subject}
	if s := db.series[name]; s != 0 {
		return s, nil
	}
	id, err := db.find(name)
	if err != nil {
		return 0, fmt.Errorf("finding a series in %s: %w", db.where(), err)
	}
	if id == 0 && db.readOnly != nil {
		return 0, ErrNoSeries
	}
	db.names = append(db.names, name)
	db.ids = append(db.ids, id)
	db.series[name] = Series(len(db.names))
	return db.series[name], nil
}

// id returns the row of s in this file, or 0 where it has none yet.
func (db *DB) id(s Series) (int64, error) {
	if s < 1 || int(s) > len(db.names) {
		return 0, fmt.Errorf("series %d: %w", s, ErrNoSeries)
	}
	if db.ids[s-1] == 0 {
		id, err := db.find(db.names[s-1])
		if err != nil {
			return 0, err
		}
		db.ids[s-1] = id
	}
	return db.ids[s-1], nil
}

func (db *DB) find(n identity) (id int64, err error) {
	err = db.query(`SELECT id, crc FROM series WHERE account = ? AND base_url = ? AND subject = ?`, func(r *sql.Rows) error {
		var crc int64
		err := r.Scan(&id, &crc)
		if err == nil && crc != int64(checksum(n.account, n.baseURL, n.subject)) {
			err = errNames
		}
		return err
	}, n.account, n.baseURL, n.subject)
	switch {
	case err != nil || id != 0 || db.named:
	case db.conn.in:
		err = db.checkNames()
	default:
		err = db.view(db.checkNames)
	}
	return id, err
}

var errNames = damaged("the names of its series were changed")

// checkNames reports, as an error, whether a series may be there under another
// name, or hidden: then one that is not found is not new.
func (db *DB) checkNames() error {
	var v, before identity
	sum, last, n := uint32(0), int64(0), int64(0)
	err := db.query(`SELECT id, account, base_url, subject, crc FROM series NOT INDEXED`, func(r *sql.Rows) error {
		var crc int64
		err := r.Scan(&last, &v.account, &v.baseURL, &v.subject, &crc)
		if n++; err == nil && (crc != int64(checksum(v.account, v.baseURL, v.subject)) || last != n) {
			err = errNames
		}
		sum += checksum(last, v.account, v.baseURL, v.subject)
		return err
	})
	if err == nil { // the same by the index, which finds what is in order alone
		err = db.query(`SELECT id, account, base_url, subject FROM series INDEXED BY sqlite_autoindex_series_1
			WHERE account >= '' ORDER BY account, base_url, subject`, func(r *sql.Rows) error {
			var id int64
			err := r.Scan(&id, &v.account, &v.baseURL, &v.subject)
			if err == nil && before.compare(v) >= 0 && before != (identity{}) {
				err = errNames
			}
			before, n = v, n-1
			sum -= checksum(id, v.account, v.baseURL, v.subject)
			return err
		})
	}
	owned := int64(0)
	if err == nil {
		err = db.query(`SELECT coalesce(max(series), 0) FROM head`, func(r *sql.Rows) error { return r.Scan(&owned) })
	}
	if err == nil && (n != 0 || sum != 0 || owned > last) {
		err = errNames
	}
	db.named = err == nil
	return err
}

func (n identity) compare(o identity) int {
	return cmp.Or(strings.Compare(n.account, o.account), strings.Compare(n.baseURL, o.baseURL), strings.Compare(n.subject, o.subject))
}

// create returns the row of s and makes it if there is none. It must run in a
// transaction; a rollback has to forget the id again.
func (db *DB) create(s Series) (int64, error) {
	id, err := db.id(s)
	if id != 0 || err != nil {
		return id, err
	}
	n := db.names[s-1]
	err = db.query(`INSERT INTO series (account, base_url, subject, crc) VALUES (?, ?, ?, ?) RETURNING id`,
		func(r *sql.Rows) error { return r.Scan(&id) },
		n.account, n.baseURL, n.subject, checksum(n.account, n.baseURL, n.subject))
	if err == nil {
		db.ids[s-1] = id
	}
	return id, err
}

// where names the history in messages.
//
//go:noinline
func (db *DB) where() string {
	if db.path == "" {
		return "the history in memory"
	}
	return fmt.Sprintf("%q", db.path)
}
