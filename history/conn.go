package history

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// joined is errors.Join, which is inlined where it is called: thirteen copies of it
// are 5 kB of program.
//
//go:noinline
func joined(errs ...error) error { return errors.Join(errs...) }

// conn is one SQLite connection with its prepared statements. Its calls are
// short and are not interrupted: an interrupted statement rolls back, and a
// cancelled poll should not cost a reading.
type conn struct {
	db      *sql.DB
	c       *sql.Conn
	stmts   map[string]*sql.Stmt
	stats   *Stats
	version int64 // of a file that may be written
	in      bool  // in a transaction
	read    bool  // something was read in it
	// hurried reports that another process held the file for all of a wait, so that
	// the next is short: it may have been stopped amid a write, and would cost every
	// write of a command 5 s.
	hurried bool
	// patience is how long a write waits for another process's, in ms.
	patience int
	turn     *turn
}

// turn is whose turn it is to write among the connections of this process to one file. SQLite
// lets those that wait try again now and then, by which one of hundreds may wait in vain.
type turn struct {
	sync.Mutex
	failed time.Time // when one waited in vain for another process
}

var turns sync.Map // by path

func turnOf(path string) *turn {
	t, _ := turns.LoadOrStore(path, &turn{})
	return t.(*turn)
}

// hurry is how long a write waits, in ms, after one waited in vain.
const hurry = 250

// begin takes the write lock, and the turn, which end gives back.
func (k *conn) begin() error {
	began := time.Now()
	k.turn.Lock()
	err := k.immediate(k.turn.failed.After(began))
	if err != nil {
		if code(err) == sqlite3.SQLITE_BUSY {
			k.turn.failed = time.Now()
		}
		k.turn.Unlock()
	}
	return err
}

// immediate begins a transaction that writes. With waited another connection just waited
// in vain while this one waited for it: that was long enough for both.
func (k *conn) immediate(waited bool) error {
	if waited {
		if err := k.exec("PRAGMA busy_timeout = 0"); err != nil {
			return err
		}
	}
	err := k.run("BEGIN IMMEDIATE")
	if c := code(err); waited || (c == sqlite3.SQLITE_BUSY) != k.hurried {
		k.hurried = c == sqlite3.SQLITE_BUSY
		wait := map[bool]int{false: k.patience, true: hurry}[k.hurried]
		if set := k.exec(fmt.Sprintf("PRAGMA busy_timeout = %d", wait)); err == nil && set != nil {
			_ = k.run("ROLLBACK")
			return set
		}
	}
	return err
}

// Stats counts what was asked of SQLite, for tests and diagnostics.
type Stats struct {
	// Selects are SELECT statements; a look at whether something was written is none.
	Selects int
	// Looks are such looks at one account; each is a SELECT.
	Looks int
	// ReadTx are transactions that only read: a SELECT of its own is one.
	ReadTx int
	// Commits are transactions that wrote; each costs a sync of the disk.
	Commits int
}

// Stats returns what was asked of SQLite since the history was opened.
func (db *DB) Stats() Stats {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.stats
}

// pragmas of every connection. busy_timeout comes first, for the others may
// have to wait. Half a megabyte of pages is enough: the queries are seeks, and
// the system caches the file.
const pragmas = `PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA cache_size = -512;
PRAGMA journal_size_limit = 4194304; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON`

// dial connects to the file; mode is SQLite's: rw, ro, rwc or memory.
func dial(path, query string) (*conn, error) {
	dsn := ":memory:"
	if path != "" {
		var err error
		if dsn, err = fileURI(path, query); err != nil {
			return nil, err
		}
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	c, err := db.Conn(context.Background())
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	k := &conn{db: db, c: c, stmts: map[string]*sql.Stmt{}, stats: &Stats{}, patience: 5000, turn: &turn{}}
	if err := k.exec(pragmas); err != nil {
		_ = k.close()
		return nil, err
	}
	return k, nil
}

// fileURI names a file to SQLite.
func fileURI(path, query string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	// A path with a drive letter needs a slash before it in a URI.
	abs = filepath.ToSlash(abs)
	if abs[0] != '/' {
		abs = "/" + abs
	}
	return (&url.URL{Scheme: "file", Path: abs, RawQuery: query}).String(), nil
}

// close needs no check where another error is returned, or nothing was written.
func (k *conn) close() error {
	var errs []error
	for _, st := range k.stmts {
		errs = append(errs, st.Close())
	}
	return joined(append(errs, k.c.Close(), k.db.Close())...)
}

func (k *conn) prepare(query string) (*sql.Stmt, error) {
	if st := k.stmts[query]; st != nil {
		return st, nil
	}
	st, err := k.c.PrepareContext(context.Background(), query)
	if err == nil {
		k.stmts[query] = st
	}
	return st, err
}

// limit is that clause, of a few numbers: each makes a statement of its own, for SQLite
// plans one anew at each use whose limit is bound.
func limit(n int) string { return " LIMIT " + strconv.Itoa(n) }

// exec runs a script that is not worth keeping prepared.
//
//go:noinline
func (k *conn) exec(script string) error {
	_, err := k.c.ExecContext(context.Background(), script)
	return err
}

func (k *conn) run(query string, args ...any) error {
	st, err := k.prepare(query)
	if err != nil {
		return err
	}
	_, err = st.Exec(args...)
	return err
}

// changes runs what changes a row, which is [ErrOvertaken] where there is none.
func (k *conn) changes(query string, args ...any) error {
	st, err := k.prepare(query)
	if err != nil {
		return err
	}
	r, err := st.Exec(args...)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return ErrOvertaken
}

// query calls row for each row of the answer.
func (k *conn) query(query string, row func(*sql.Rows) error, args ...any) (err error) {
	st, err := k.prepare(query)
	if err != nil {
		return err
	}
	if strings.HasPrefix(query, "SELECT") {
		k.stats.Selects++
		if !k.read {
			k.stats.ReadTx++
		}
		k.read = k.in
	}
	rows, err := st.Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for n := 1; rows.Next(); n++ {
		if err := row(rows); err != nil {
			return err
		}
		if n%rowsAtOnce == 0 {
			runtime.Gosched()
		}
	}
	return rows.Err()
}

// rowsAtOnce is after how many rows, which take less than a millisecond, a query lets
// others run: where all processors are busy, a key would wait for its frame until the
// runtime takes one of them away, which it does after 10 ms.
const rowsAtOnce = 64

func (k *conn) int(query string) (v int64, err error) {
	err = k.query(query, func(r *sql.Rows) error { return r.Scan(&v) })
	return v, err
}

func (db *DB) query(query string, row func(*sql.Rows) error, args ...any) error {
	if db.conn == nil {
		return db.gone()
	}
	err := db.conn.query(query, func(r *sql.Rows) error {
		err := row(r)
		if err != nil && !errors.Is(err, ErrCorrupt) { // a value of another type
			err = db.unread()
		}
		return err
	}, args...)
	// A query fails to compile where the schema is damaged.
	if c := code(err); c == sqlite3.SQLITE_CORRUPT || c == sqlite3.SQLITE_NOTADB || c == sqlite3.SQLITE_ERROR {
		err = db.unread()
	}
	return err
}

func (db *DB) unread() error {
	db.spoil("what cannot be read")
	return damaged("it cannot be read")
}

// gone says why there is no connection.
func (db *DB) gone() error {
	if db.closed || db.lost == nil {
		return errClosed
	}
	return db.lost
}

// view runs f, which only reads, in one transaction: what it reads is of one
// moment.
func (db *DB) view(f func() error) (err error) {
	if db.conn == nil {
		return db.gone()
	}
	k := db.conn
	if err := k.run("BEGIN"); err != nil {
		return err
	}
	k.in = true
	defer func() {
		k.in, k.read = false, false
		if end := k.run("COMMIT"); end != nil {
			_ = k.run("ROLLBACK")
			err = cmp.Or(err, end)
		}
	}()
	if err := db.refresh(); err != nil {
		return err
	}
	return f()
}

// transact runs f in a write transaction. On an error nothing has changed,
// and what was cached of the file is forgotten.
func (db *DB) transact(f func() error) (err error) {
	if db.conn == nil {
		return db.gone()
	}
	k := db.conn
	if err := k.begin(); err != nil {
		return err
	}
	k.in, k.read = true, true
	defer func() {
		defer k.turn.Unlock()
		k.in, k.read = false, false
		if err == nil {
			if err = k.run("COMMIT"); err == nil {
				k.stats.Commits++
			}
		}
		if err != nil {
			// SQLite has rolled back by itself after some errors.
			_ = k.run("ROLLBACK")
			clear(db.heads)
			clear(db.ids)
		}
	}()
	if err := db.refresh(); err != nil {
		return err
	}
	return f()
}

// code returns SQLite's primary result code, or -1 for another error.
//
//go:noinline
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return -1
}

// diskFull reports whether err says for certain that the disk has no space left: the file
// beside a history that its readers share could not be made large enough, or the history.
func diskFull(err error) bool {
	var e *sqlite.Error
	return code(err) == sqlite3.SQLITE_FULL || errors.As(err, &e) && e.Code() == sqlite3.SQLITE_IOERR_SHMSIZE
}

// minimumSQLite is the first version without the WAL-reset bug, by which
// committed rows could be lost (sqlite.org/wal.html, "The WAL-reset bug").
const minimumSQLite = 3_051_003

func checkSQLite() error {
	if sqlite3.SQLITE_VERSION_NUMBER < minimumSQLite {
		return fmt.Errorf("SQLite %s may lose committed rows; 3.51.3 or later is needed", sqlite3.SQLITE_VERSION)
	}
	return nil
}
