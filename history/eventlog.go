package history

import (
	"context"
	"database/sql"
	"time"
)

// Event is something that a person may want to look up later, such as an alert.
type Event struct {
	// ID names it within its file; AddEvent ignores it.
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

// AddEvent stores an event of s, durably. On an error, unlike with
// [DB.Record], nothing is kept.
func (db *DB) AddEvent(ctx context.Context, s Series, e Event) error {
	return db.put(ctx, s, "adding an event", func(id int64) error {
		at := e.At.Unix()
		return db.conn.run(`INSERT INTO event (series, at, kind, level, text, data, acknowledged, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			id, at, e.Kind, e.Level, e.Text, e.Data, e.Acknowledged, checksum(id, at, e.Kind, e.Level, e.Text, string(e.Data)))
	})
}

// Events returns the events of s in [from, to), the newest first, and of those
// at most limit; below 0, all.
func (db *DB) Events(ctx context.Context, s Series, from, to time.Time, limit int) (events []Event, err error) {
	err = db.read(ctx, s, func(id int64) error {
		return db.query(`SELECT id, at, kind, level, text, data, acknowledged FROM event
			WHERE series = ? AND at >= ? AND at < ? ORDER BY at DESC, id DESC LIMIT ?`, func(r *sql.Rows) error {
			var e Event
			var at int64
			err := r.Scan(&e.ID, &at, &e.Kind, &e.Level, &e.Text, &e.Data, &e.Acknowledged)
			e.At = time.Unix(at, 0).UTC()
			events = append(events, e)
			return err
		}, id, from.Unix(), to.Unix(), limit)
	})
	return events, err
}

// Acknowledge marks an event of s as seen; [ErrNoEvent] where there is none.
func (db *DB) Acknowledge(ctx context.Context, s Series, event int64) error {
	return db.put(ctx, s, "acknowledging an event", func(id int64) error {
		found := false
		err := db.query(`UPDATE event SET acknowledged = 1 WHERE id = ? AND series = ? RETURNING id`,
			func(*sql.Rows) error { found = true; return nil }, event, id)
		if err == nil && !found {
			err = ErrNoEvent
		}
		return err
	})
}
