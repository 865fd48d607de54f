package history

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"ortop/history/internal/file"
)

// Lock is the right to be the one collector of an account.
type Lock struct{ file *flock.Flock }

// LockPath returns the file whose lock the collector of an account holds: one
// beside the database, named by a hash. It is "" for a history in memory,
// which every process has for itself.
//
// It is never the database: closing any descriptor of that would drop
// SQLite's own locks.
func LockPath(dbPath, account, baseURL string) string {
	if dbPath == "" {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", account, baseURL))
	return fmt.Sprintf("%s.%x.lock", dbPath, sum[:8])
}

// TryLock takes the lock of the file at path, which it makes if need be, 0600.
// It does not wait: ok is false where another process, or another Lock of this
// one, holds it. The system lets it go when the process ends. The lock of ""
// is always taken.
func TryLock(path string) (l *Lock, ok bool, err error) {
	if path == "" {
		return &Lock{}, true, nil
	}
	info, err := os.Lstat(path)
	made := errors.Is(err, os.ErrNotExist)
	if err == nil && !info.Mode().IsRegular() {
		return nil, false, fmt.Errorf("locking %q: %w", path, ErrNotAFile)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, false, fmt.Errorf("locking: %w", err)
	}
	f := flock.New(path, flock.SetPermissions(0o600))
	ok, err = f.TryLock()
	if err != nil {
		return nil, false, joined(fmt.Errorf("locking %q: %w", path, file.Plain(err)), f.Close())
	}
	if !ok {
		return nil, false, f.Close()
	}
	if made { // its time is no mark yet
		_ = os.Chtimes(path, time.Time{}, time.Unix(0, 0))
	}
	return &Lock{f}, true, nil
}

// Mark notes that the holder asks the API at now, for [DB.Claim] of other
// processes. It is a write of a few bytes that is not synced.
func (l *Lock) Mark(now time.Time) error {
	if l == nil || l.file == nil {
		return nil
	}
	if err := mark(l.file.Path(), now); err != nil {
		return fmt.Errorf("marking %q: %w", l.file.Path(), file.Plain(err))
	}
	return nil
}

// Unlock lets the lock go. The file stays: removing it could let two others
// hold a lock each.
func (l *Lock) Unlock() error {
	if l == nil || l.file == nil {
		return nil
	}
	return l.file.Close()
}

// mark sets the time of the lock's file, and makes it if need be. It is not
// synced: after a loss of power nobody asked lately.
func mark(path string, at time.Time) error {
	if path == "" {
		return nil
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		f.Close()
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return ErrNotAFile
	}
	return os.Chtimes(path, time.Time{}, at)
}

// marked returns the time of the lock's file, which is zero where there is none.
func marked(path string) time.Time {
	if path == "" {
		return time.Time{}
	}
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return time.Time{}
	}
	return info.ModTime()
}

// Claim reports whether the caller may ask the API about s now, and if so
// stores now as the attempt, so that no other process may for minGap. The
// holder of the account's lock need not claim: [Lock.Mark] counts like an
// attempt. An attempt later than now (the clock was set back) bars nobody.
//
// ok counts whatever err is. Where nothing can be written the claims of this
// DB are counted and, where the lock's file can be marked, those of other
// processes; the error is then a [*StorageError].
func (db *DB) Claim(ctx context.Context, s Series, now time.Time, minGap time.Duration) (ok bool, err error) {
	return db.claim(ctx, s, now, func(h *head, marked time.Time) bool {
		return !within(now, fromMillis(h.attemptMS), minGap) && !within(now, marked, minGap)
	})
}

// ClaimDue does the same where the next poll is overdue by at least overdue,
// or none is known, and the lock's holder has not asked for as long. It makes
// the poll due now, so that two callers do not both find it overdue.
func (db *DB) ClaimDue(ctx context.Context, s Series, now time.Time, overdue time.Duration) (ok bool, err error) {
	return db.claim(ctx, s, now, func(h *head, marked time.Time) bool {
		late := !h.dueMS.Valid || h.attemptMS.Int64 > now.UnixMilli() || now.UnixMilli()-h.dueMS.Int64 >= overdue.Milliseconds()
		if late = late && !within(now, marked, overdue); late {
			h.dueMS = millis(now)
		}
		return late
	})
}

// within reports whether at lies less than gap before now, in milliseconds.
func within(now, at time.Time, gap time.Duration) bool {
	ago := now.UnixMilli() - at.UnixMilli()
	return !at.IsZero() && ago >= 0 && ago < gap.Milliseconds()
}

// claim lets may judge the newest head, under the write lock, and stores the
// attempt if it agrees.
func (db *DB) claim(ctx context.Context, s Series, now time.Time, may func(h *head, marked time.Time) bool) (ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if s < 1 || int(s) > len(db.names) {
		return false, fmt.Errorf("claiming series %d: %w", s, ErrNoSeries)
	}
	lock := LockPath(db.path, db.names[s-1].account, db.names[s-1].baseURL)
	at := marked(lock)
	if _, err = db.watch(); err == nil {
		err = db.readOnly
	}
	if err == nil {
		err = db.transact(func() error {
			id, err := db.create(s)
			if err != nil {
				return err
			}
			h, err := db.head(s)
			if err != nil {
				return err
			}
			h.id = id
			if ok = may(h, at); !ok {
				return nil
			}
			h.attemptMS = millis(now)
			return db.saveHead(h)
		})
		if err == nil {
			return ok, nil
		}
	}
	h := db.base(s)
	if c, claimed := db.claims[s]; claimed && c.attemptMS.Int64 >= h.attemptMS.Int64 {
		h.attemptMS, h.dueMS = c.attemptMS, c.dueMS
	}
	if ok = may(&h, at); ok {
		h.attemptMS = millis(now)
		db.claims[s] = h
		_ = mark(lock, now) // a folder that is only read has no lock
	}
	return ok, &StorageError{Path: db.path, Kept: len(db.pending), Dropped: db.dropped, Err: err}
}
