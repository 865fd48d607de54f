package history

import (
	"fmt"
	"slices"

	"ortop/internal/credit"
)

// Preview returns what Record of the same poll would add to the series of its
// readings. Nothing is stored. It costs no SELECT after a [DB.Load] of the
// series, unless another process wrote since.
//
// A reading that does not tell its own time has that of now, here as there. A
// series may have one reading in it.
func (db *DB) Preview(update PollUpdate, readings ...Reading) (map[Series]credit.Growth, error) {
	e := entry{update: update, readings: slices.Clone(readings)}
	db.date(e.readings)
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.check(e); err != nil {
		return nil, err
	}
	grown := make(map[Series]credit.Growth, len(readings))
	for _, r := range e.readings {
		if _, twice := grown[r.Series]; twice {
			return nil, fmt.Errorf("previewing a poll with two readings of series %d", r.Series)
		}
		h := db.base(r.Series)
		if !h.known && h.at.Valid {
			if err := db.learn(r.Series, &h); err != nil {
				return nil, fmt.Errorf("reading %s: %w", db.where(), err)
			}
		}
		grown[r.Series] = h.growth(h.advance(r, e.update))
	}
	return grown, nil
}

// learn fills in what h, a copy of the head of s, does not know from poll
// alone, and lets the head know it too.
func (db *DB) learn(s Series, h *head) error {
	id, err := db.id(s)
	if err != nil {
		return err
	}
	segments, err := db.segments(s, id, h.at.Int64, h.at.Int64)
	if err != nil {
		return err
	}
	segment := int64(0)
	if n := len(segments); n > 0 {
		segment = segments[n-1].At.Unix()
	}
	credits, err := db.credits(s, id, segment, h.at.Int64)
	if err == nil {
		h.know(segment, credits)
		db.teach(s, h)
	}
	return err
}

// know takes in when the newest segment began, and the credits in effect at or
// before then with their changes since.
func (h *head) know(segment int64, credits []creditRow) {
	h.known, h.segment, h.bought, h.before = true, segment, nil, nil
	for _, c := range credits {
		if c.at <= segment || c.credits != nil {
			h.bought = c.credits
		}
		if c.at < h.at.Int64 {
			h.before = h.bought
		}
	}
	if h.at.Int64 == segment {
		h.before = nil
	}
}

// teach lets the head of s know what h, a copy of it, does.
func (db *DB) teach(s Series, h *head) {
	own := db.heads[s]
	if t := db.tails[s]; t != nil {
		own = &t.head
	}
	if own != nil && own.at == h.at {
		own.known, own.segment, own.bought, own.before = h.known, h.segment, h.bought, h.before
	}
}
