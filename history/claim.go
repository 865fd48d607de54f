package history

import (
	"context"
	"fmt"
	"time"
)

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
			was := *h
			if ok = may(h, at); !ok {
				return nil
			}
			h.attemptMS = millis(now)
			return db.saveHead(h, &was)
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
