package history

import (
	"errors"
	"iter"
	"slices"
)

// maxBatch is how many polls are written at once: on a disk that stays full
// every poll tries again.
const maxBatch = 64

// What waits in memory is bounded by polls, a day and more of one a minute,
// and by readings, a day of 40 series.
const (
	maxPending         = 2048
	maxPendingReadings = 60_000
)

// entry is one call of Record.
type entry struct {
	update   PollUpdate
	readings []Reading
}

// tail is what pending entries add to the stored rows of one series.
type tail struct {
	head    head
	changes []change
}

// flush writes what is pending, oldest first, and then last. What was written
// is no longer pending, even where the rest failed.
func (db *DB) flush(last ...entry) error {
	queue := append(slices.Clip(db.pending), last...)
	total := len(queue)
	var err error
	for err == nil && len(queue) > 0 {
		n := min(maxBatch, len(queue))
		if err = db.write(queue[:n]); err == nil {
			queue = queue[n:]
		}
	}
	if written := total - len(queue); written > 0 && len(db.pending) > 0 {
		clear(db.loaded) // it may have met what another process wrote meanwhile
	}
	switch {
	case err == nil:
		db.pending, db.tails, db.dropped = nil, nil, 0
	case len(queue) < total:
		db.pending, db.tails = slices.Clone(queue[:len(queue)-len(last)]), nil
		db.follow(db.pending...)
	}
	return err
}

// keep puts e in the queue of what is to be written, and in the tails.
func (db *DB) keep(e entry) {
	db.pending = append(db.pending, e)
	drop, readings := max(0, len(db.pending)-maxPending), 0
	for _, e := range db.pending[drop:] {
		readings += len(e.readings)
	}
	for ; readings > maxPendingReadings && drop < len(db.pending)-1; drop++ {
		readings -= len(db.pending[drop].readings)
	}
	if drop > 0 {
		db.dropped += drop
		db.pending = slices.Delete(db.pending, 0, drop)
		db.tails = nil
		db.follow(db.pending...)
		return
	}
	db.follow(e)
}

// follow adds entries to the tails.
func (db *DB) follow(entries ...entry) {
	for _, e := range entries {
		heads := map[Series]*head{}
		for s := range e.all() {
			heads[s] = &db.tail(s).head
		}
		for _, c := range e.apply(heads) {
			t := db.tails[c.series]
			t.changes = append(t.changes, c)
		}
	}
}

// tail returns the tail of s, which begins with the stored head.
func (db *DB) tail(s Series) *tail {
	t := db.tails[s]
	if t == nil {
		t = &tail{}
		t.head = db.base(s)
		if db.tails == nil {
			db.tails = map[Series]*tail{}
		}
		db.tails[s] = t
	}
	return t
}

// newest returns the head of s with what is pending.
func (db *DB) newest(s Series) (*head, error) {
	if _, err := db.id(s); errors.Is(err, ErrNoSeries) {
		return nil, err
	}
	if t := db.tails[s]; t != nil {
		return &t.head, nil
	}
	if err := db.refresh(); err != nil {
		return nil, err
	}
	return db.head(s)
}

// base returns the head of s that the next reading follows: where it cannot be
// read, what it was when it could, or that of a series without a reading.
func (db *DB) base(s Series) head {
	if h, err := db.newest(s); err == nil {
		return *h
	}
	if h := db.heads[s]; h != nil {
		return *h
	}
	return head{}
}

// added returns the changes of s that are pending, oldest first.
//
//go:noinline
func (db *DB) added(s Series) []change {
	if t := db.tails[s]; t != nil {
		return t.changes
	}
	return nil
}

func seriesOf(entries []entry) iter.Seq[Series] {
	return func(yield func(Series) bool) {
		for _, e := range entries {
			for s := range e.all() {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// all yields each series of e, some perhaps twice.
func (e entry) all() iter.Seq[Series] {
	return func(yield func(Series) bool) {
		if s := e.update.Series; s != 0 && !yield(s) {
			return
		}
		for _, r := range e.readings {
			if !yield(r.Series) {
				return
			}
		}
	}
}

// apply advances the heads of e's series and returns what is to be stored.
func (e entry) apply(heads map[Series]*head) []change {
	var changes []change
	for _, r := range e.readings {
		if c := heads[r.Series].advance(r, e.update); c.any() {
			changes = append(changes, c)
		}
	}
	if h := heads[e.update.Series]; h != nil {
		h.update(e.update)
	}
	return changes
}
