package history

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"ortop/internal/sorted"
)

// The names of the states that another history gets too.
const (
	// MutesState is what people mute, which Load returns too: others than the
	// account's collector store it, and so it is not in its state.
	MutesState = "mutes"
	// KeysState is the list of the account's keys, and KeysAtState when they were
	// listed. That is apart, so that a listing in which nothing changed writes little.
	KeysState   = "KeyList"
	KeysAtState = "roster_at"
	// ModelsState has the names of the models that were used.
	ModelsState = "Models"
)

// State returns what SetState last stored for s under name; nil where that is
// empty, or nothing was stored.
func (db *DB) State(ctx context.Context, s Series, name string) (value []byte, err error) {
	err = db.read(ctx, s, func(id int64) error {
		return db.query(`SELECT value, crc FROM state WHERE series = ? AND name = ?`, func(r *sql.Rows) error {
			var crc int64
			err := r.Scan(&value, &crc)
			if err == nil && int64(checksum(id, name, value)) != crc {
				value = nil
				db.spoil("stored state")
			}
			return err
		}, id, name)
	})
	return value, err
}

// SetState stores value for s under name, durably. On an error, unlike with
// [DB.Record], nothing is kept.
//
//go:noinline
func (db *DB) SetState(ctx context.Context, s Series, name string, value []byte) error {
	return db.put(ctx, s, "keeping state", func(id int64) error {
		if err := db.postOf(id, func(r *Rows, _ identity) { r.States = []StateRow{{name, value}} }); err != nil {
			return err
		}
		return db.setState(id, name, value)
	})
}

func (db *DB) setState(id int64, name string, value []byte) error {
	return db.conn.run(`INSERT OR REPLACE INTO state VALUES (?, ?, coalesce(?, x''), ?)`, id, name, value, checksum(id, name, value))
}

// put runs f, which stores something of s, in a transaction, and says what failed.
func (db *DB) put(ctx context.Context, s Series, what string, f func(id int64) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	_, err := db.id(s)
	if err == nil {
		err = db.current()
	}
	if err == nil {
		err = db.transact(func() error {
			id, err := db.create(s)
			if err != nil {
				return err
			}
			return f(id)
		})
	}
	if err != nil {
		return fmt.Errorf("%s in %s: %w", what, db.where(), err)
	}
	return nil
}

// Event is something that a person may want to look up later, such as an alert.
type Event struct {
	// ID names it within its file; 0 where it is not stored yet.
	ID int64
	// At is when it was, in whole seconds.
	At time.Time
	// Kind, Level and Text are the caller's own words. They are kept as they
	// are: what came from a server is cleaned before.
	Kind, Level, Text string
	// Data is opaque; nil is none.
	Data []byte
	// Acknowledged is set where a person has seen it.
	Acknowledged bool
}

func (db *DB) storeEvent(id int64, e Event) error {
	at := e.At.Unix()
	return db.conn.run(`INSERT INTO event (series, at, kind, level, text, data, acknowledged, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		id, at, e.Kind, e.Level, e.Text, e.Data, e.Acknowledged, checksum(id, at, e.Kind, e.Level, e.Text, string(e.Data)))
}

// Events returns the events of s in [from, to), the newest first, and of those
// at most limit; below 0, all. Those that wait in memory have no ID.
func (db *DB) Events(ctx context.Context, s Series, from, to time.Time, limit int) (events []Event, err error) {
	err = db.read(ctx, s, func(id int64) error {
		events, err = db.events(s, id, from, to, limit)
		return err
	})
	return events, err
}

func (db *DB) events(s Series, id int64, from, to time.Time, limit int) (events []Event, err error) {
	take := func(r *sql.Rows) error { return db.takeEvent(r, id, &events) }
	err = db.query(`SELECT id, at, kind, level, text, data, acknowledged, crc FROM event
		WHERE series = ? AND at >= ? AND at < ? ORDER BY at DESC, id DESC LIMIT ?`, take, id, from.Unix(), to.Unix(), limit)
	if waiting := db.waiting(s, from, to); err == nil && len(waiting) > 0 {
		events = newestFirst(append(waiting, events...))
		if limit >= 0 {
			events = events[:min(limit, len(events))]
		}
	}
	return events, err
}

// takeEvent appends an event of the series id, unless it was changed.
func (db *DB) takeEvent(r *sql.Rows, id int64, events *[]Event) error {
	var at, crc int64
	var e Event
	err := r.Scan(&e.ID, &at, &e.Kind, &e.Level, &e.Text, &e.Data, &e.Acknowledged, &crc)
	e.At = time.Unix(at, 0).UTC()
	if err == nil && int64(checksum(id, at, e.Kind, e.Level, e.Text, string(e.Data))) != crc {
		db.spoil("some events")
		return nil
	}
	*events = append(*events, e)
	return err
}

// waiting returns the events of s in [from, to) that wait in memory, the
// newest first.
func (db *DB) waiting(s Series, from, to time.Time) (events []Event) {
	for _, p := range slices.Backward(db.pending) {
		if p.update.Series != s {
			continue
		}
		for _, e := range slices.Backward(p.update.Events) {
			if at := e.At.Unix(); at >= from.Unix() && at < to.Unix() {
				e.ID, e.At = 0, time.Unix(at, 0).UTC()
				events = append(events, e)
			}
		}
	}
	return newestFirst(events)
}

// newestFirst sorts events; those of the same second stay in their order.
func newestFirst(events []Event) []Event {
	sorted.Rows(events, func(a, b *Event) int { return b.At.Compare(a.At) })
	return events
}

// Event returns an event of s; [ErrNoEvent] where there is none.
func (db *DB) Event(ctx context.Context, s Series, event int64) (Event, error) {
	var found []Event
	err := db.read(ctx, s, func(id int64) error {
		return db.query(`SELECT id, at, kind, level, text, data, acknowledged, crc FROM event WHERE id = ? AND series = ?`,
			func(r *sql.Rows) error { return db.takeEvent(r, id, &found) }, event, id)
	})
	if err == nil && len(found) == 0 {
		err = ErrNoEvent
	}
	if err != nil {
		return Event{}, err
	}
	return found[0], nil
}

// Acknowledge marks an event of s as seen; [ErrNoEvent] where there is none.
func (db *DB) Acknowledge(ctx context.Context, s Series, event int64) error {
	return db.put(ctx, s, "acknowledging an event", func(id int64) error {
		found := false
		var seen []Event
		err := db.query(`UPDATE event SET acknowledged = 1 WHERE id = ? AND series = ? RETURNING id, at, kind, level, text, data, acknowledged, crc`,
			func(r *sql.Rows) error { found = true; return db.takeEvent(r, id, &seen) }, event, id)
		if err == nil && !found {
			err = ErrNoEvent
		}
		if err == nil && len(seen) > 0 {
			err = db.postOf(id, func(r *Rows, _ identity) { r.Events = []EventRow{eventRow(seen[0])} })
		}
		for account, l := range db.loaded {
			l.edited = true
			db.loaded[account] = l
		}
		return err
	})
}

// StateNames returns the names of the states of s that begin with prefix, which is
// ASCII, in order.
func (db *DB) StateNames(ctx context.Context, s Series, prefix string) (names []string, err error) {
	err = db.read(ctx, s, func(id int64) error {
		names, err = db.stateNames(id, prefix)
		return err
	})
	return names, err
}

func (db *DB) stateNames(id int64, prefix string) (names []string, err error) {
	err = db.query(`SELECT name FROM state WHERE series = ?1 AND name >= ?2 AND name < ?2 || '~' ORDER BY name`, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		names = append(names, name)
		return err
	}, id, prefix)
	return names, err
}

// StateEdit is what [DB.EditStates] changes: the states that it removes, and the one
// that it stores. An empty Put stores none.
type StateEdit struct {
	Remove []string
	Put    string
	Value  []byte
}

// EditStates shows edit the names that [DB.StateNames] returns, and stores what it
// makes of them, in one write transaction: of two processes that do so, the second
// sees what the first stored. On an error nothing is kept.
//
//go:noinline
func (db *DB) EditStates(ctx context.Context, s Series, prefix string, edit func(names []string) StateEdit) error {
	return db.put(ctx, s, "editing state", func(id int64) error {
		names, err := db.stateNames(id, prefix)
		if err != nil {
			return err
		}
		e := edit(names)
		for _, name := range e.Remove {
			if err := db.conn.run(`DELETE FROM state WHERE series = ? AND name = ?`, id, name); err != nil {
				return err
			}
		}
		if e.Put == "" {
			return nil
		}
		return db.setState(id, e.Put, e.Value)
	})
}
