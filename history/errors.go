package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"ortop/history/internal/file"
	"ortop/internal/text"
)

// What can be wrong with a history file; see [Open].
var (
	// ErrCorrupt is a file that is damaged, or empty.
	ErrCorrupt = errors.New("the history is damaged")
	// ErrFuture is a file of a newer version.
	ErrFuture = errors.New("the history is of a newer version")
	// ErrNotADatabase is a file of another kind, or of another program.
	ErrNotADatabase = errors.New("not a history")
	// ErrPermission is a file or folder that may not be used as asked.
	ErrPermission = fs.ErrPermission
	// ErrNotAFile is a folder, a device or the like.
	ErrNotAFile = errors.New("not a regular file")
	// ErrNotFound is a missing file that was to be opened read-only.
	ErrNotFound = errors.New("no such history")
	// ErrReadOnly is a history that was opened for reading.
	ErrReadOnly = errors.New("the history is read-only")
	// ErrNoSeries is a series that is not stored, or not of this DB.
	ErrNoSeries = errors.New("no such series")
	// ErrOvertaken is a state that another process has stored a newer one of.
	ErrOvertaken = errors.New("another process has stored a newer state")
	// ErrNoEvent is an event that is not stored.
	ErrNoEvent = errors.New("no such event")
)

// Damaged reports whether err is that a file, or what it has of an account, is
// not what was written.
func Damaged(err error) bool {
	return errors.Is(err, ErrCorrupt) || errors.Is(err, ErrNotADatabase)
}

var errClosed = errors.New("the history is closed")

// OpenError says in one line why a history cannot be opened, and what to do.
type OpenError struct {
	Path   string
	Kind   error  // one of the errors above, or nil
	Advice string // what to do, or ""
	Err    error  // the cause beneath, or nil
}

func (e *OpenError) Error() string {
	s := fmt.Sprintf("opening %q", e.Path)
	if e.Kind != nil {
		s += ": " + e.Kind.Error()
	}
	if e.Err != nil && !errors.Is(e.Err, e.Kind) {
		s += ": " + e.Err.Error()
	}
	if e.Advice != "" {
		s += "; " + e.Advice
	}
	return s
}

// Unwrap returns the kind and the cause.
func (e *OpenError) Unwrap() []error { return []error{e.Kind, e.Err} }

// StorageError is a write that failed. The readings are kept in memory, and
// the next Record writes them.
type StorageError struct {
	Path string // "" in memory
	// Kept is how many polls wait in memory. Dropped is how many older ones
	// had to go for them since the last write that worked.
	Kept, Dropped int
	Err           error
}

func (e *StorageError) Error() string {
	return fmt.Sprintf("writing to %q: %s", e.Path, reason(e.Err))
}

// Unwrap returns the cause.
func (e *StorageError) Unwrap() error { return e.Err }

// LossError is what could not be written before the history was closed.
type LossError struct {
	Readings int       // that are lost
	From, To time.Time // when the first and the last of them were read
	Err      *StorageError
}

func (e *LossError) Error() string {
	when := e.From.UTC().Format(time.DateTime)
	what := "a reading of " + when
	if e.Readings > 1 {
		what = fmt.Sprintf("%d readings of %s to %s", e.Readings, when, e.To.UTC().Format(time.DateTime))
	}
	what += " UTC"
	if e.Err.Dropped > 0 {
		what += ", and " + text.Many(e.Err.Dropped, "poll") + " before that,"
	}
	return what + " could not be stored: " + e.Err.Error()
}

// Unwrap returns the failed write.
func (e *LossError) Unwrap() error { return e.Err }

// inWords is an error of SQLite's in plain words.
type inWords struct{ error }

func (e inWords) Error() string { return reason(e.error) }

// Unwrap returns the error as SQLite gave it.
func (e inWords) Unwrap() error { return e.error }

// reason says in plain words what SQLite's codes mean for a person.
func reason(err error) string {
	if diskFull(err) {
		return "no space left on the disk"
	}
	switch code(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "another process holds the file"
	case sqlite3.SQLITE_IOERR:
		// ENOSPC and a file size limit come as "disk I/O error (778)".
		return "the disk is full or failing: " + err.Error()
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return "the file is read-only"
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrCorrupt.Error()
	}
	return err.Error()
}

// openError tells what err, met while opening path, means.
func openError(path string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	e := &OpenError{Path: path, Err: file.Plain(err)} // the path is named, and what the system was asked says nothing
	if c := code(err); diskFull(err) || c == sqlite3.SQLITE_IOERR {
		e.Err, e.Advice = inWords{err}, "free some space, or name another file"
	}
	var already *OpenError
	switch c := code(err); {
	case errors.As(err, &already):
		return err
	case c == sqlite3.SQLITE_NOTADB:
		e.Kind, e.Advice = ErrNotADatabase, "move it away, or name another file"
	case c == sqlite3.SQLITE_CORRUPT:
		e.Kind, e.Advice = ErrCorrupt, "restore a backup, or move it away to begin anew"
	case errors.Is(err, fs.ErrPermission), c == sqlite3.SQLITE_READONLY, c == sqlite3.SQLITE_PERM, c == sqlite3.SQLITE_CANTOPEN:
		e.Kind, e.Advice = ErrPermission, "make its folder writable, or name another file"
	case errors.Is(err, fs.ErrNotExist):
		e.Kind = ErrNotFound
	}
	return e
}
