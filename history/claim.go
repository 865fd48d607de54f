package history

import (
	"context"
	"fmt"
	"time"
)

// Claim reports whether the caller may ask the API about s now, and if so
// stores now as the attempt, so that no other process may for minGap. An
// attempt later than now (the clock was set back) bars nobody.
//
// Where nothing can be written the claims of this DB alone are counted, and
// the error, if there is one besides, is a [*StorageError].
func (db *DB) Claim(ctx context.Context, s Series, now time.Time, minGap time.Duration) (ok bool, err error) {
	return db.claim(ctx, s, now, func(h *head) bool {
		return !h.attemptMS.Valid || h.attemptMS.Int64 > now.UnixMilli() || now.UnixMilli()-h.attemptMS.Int64 >= minGap.Milliseconds()
	})
}

// ClaimDue does the same where the next poll is overdue by at least overdue,
// or none is known. It makes the poll due now, so that two callers do not both
// find it overdue.
func (db *DB) ClaimDue(ctx context.Context, s Series, now time.Time, overdue time.Duration) (ok bool, err error) {
	return db.claim(ctx, s, now, func(h *head) bool {
		late := !h.dueMS.Valid || h.attemptMS.Int64 > now.UnixMilli() || now.UnixMilli()-h.dueMS.Int64 >= overdue.Milliseconds()
		if late {
			h.dueMS = millis(now)
		}
		return late
	})
}

// claim lets may judge the newest head, under the write lock, and stores the
// attempt if it agrees.
func (db *DB) claim(ctx context.Context, s Series, now time.Time, may func(*head) bool) (ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if s < 1 || int(s) > len(db.names) {
		return false, fmt.Errorf("claiming series %d: %w", s, ErrNoSeries)
	}
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
			if ok = may(h); !ok {
				return nil
			}
			h.attemptMS = millis(now)
			return db.saveHead(h, &was)
		})
		if err == nil {
			return ok, nil
		}
	}
	var h head
	if stored, err := db.newest(s); err == nil {
		h = *stored
	}
	if c, claimed := db.claims[s]; claimed && c.attemptMS.Int64 >= h.attemptMS.Int64 {
		h.attemptMS, h.dueMS = c.attemptMS, c.dueMS
	}
	if ok = may(&h); ok {
		h.attemptMS = millis(now)
		db.claims[s] = h
	}
	return ok, &StorageError{Path: db.path, Kept: len(db.pending), Dropped: db.dropped, Err: err}
}
