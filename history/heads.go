package history

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"

	"ortop/internal/credit"
)

// head returns the stored head of s, which may be all zero. The caller may
// change it within a transaction that ends with saveHead. Others call refresh
// first.
func (db *DB) head(s Series) (*head, error) {
	if h := db.heads[s]; h != nil {
		return h, nil
	}
	id, err := db.id(s)
	if err != nil {
		return nil, err
	}
	h := &head{id: id}
	found := id == 0
	err = db.query(selectHeads+"WHERE series = ?", func(r *sql.Rows) error { found = true; return h.scan(r) }, id)
	if err == nil && !found {
		err = db.headless(id)
	}
	if err != nil {
		return nil, err
	}
	db.heads[s] = h
	db.recall(s)
	return h, nil
}

// recall takes for the facts of a series, whose head was read anew, those that were read
// before, where their sum is still that of what is stored: most of what others store is of
// other series.
func (db *DB) recall(s Series) {
	if was, h := db.before[s], db.heads[s]; was != nil && was.id == h.id && was.sum == h.sum {
		h.facts = was.facts
	}
}

// loadHeads reads the heads that are not known of all series in one statement.
func (db *DB) loadHeads(all iter.Seq[Series]) error {
	missing := map[int64]Series{}
	for s := range all {
		if id := db.ids[s-1]; id != 0 && db.heads[s] == nil {
			missing[id] = s
		}
	}
	if len(missing) == 0 {
		return nil
	}
	list, err := json.Marshal(slices.Collect(maps.Keys(missing)))
	if err != nil {
		return err
	}
	err = db.query(selectHeads+"WHERE series IN (SELECT value FROM json_each(?))", func(r *sql.Rows) error {
		h := &head{}
		err := h.scan(r)
		db.heads[missing[h.id]] = h
		db.recall(missing[h.id])
		return err
	}, string(list))
	for id, s := range missing {
		if err == nil && db.heads[s] == nil {
			err = db.headless(id)
			db.heads[s] = &head{id: id}
		}
	}
	return err
}

// headless reports, as an error, that a series without a head has readings.
func (db *DB) headless(id int64) error {
	return db.query("SELECT 1 FROM sample WHERE series = ? LIMIT 1", func(*sql.Rows) error { return damaged("its newest reading is missing") }, id)
}

const selectHeads = `SELECT series, attempt_ms, success_ms, due_ms, interval_ms, read_ms, at, coalesce(usage, 0), credits,
	rows, rows_crc, facts, fault_kind, fault, times_crc, crc FROM head `

func (h *head) scan(r *sql.Rows) error {
	var times, crc int64
	err := r.Scan(&h.id, &h.attemptMS, &h.successMS, &h.dueMS, &h.intervalMS, &h.readMS, &h.at, &h.usage, &h.credits,
		&h.rows, &h.crc, &h.sum, &h.faultKind, &h.fault, &times, &crc)
	if err == nil && (times != int64(h.times().checksum()) || crc != int64(h.checksum())) {
		err = damaged("its newest reading was changed")
	}
	return err
}

// checksum guards what is stored of h, but for the times.
func (h *head) checksum() uint32 {
	return checksum(h.id, h.dueMS, h.intervalMS, h.at, &h.usage, h.credits, h.rows, int64(h.crc), h.sum, string(h.faultKind), h.fault)
}

// checksum is the same for all series that were read together.
//
//go:noinline
func (t times) checksum() uint32 { return checksum(t.attemptMS, t.successMS, t.readMS) }

func (db *DB) saveHead(h *head) error { return h.save(db.conn) }

// save stores h. The column key is of version 2; it stays.
func (h *head) save(k *conn) error {
	var usage *float64
	if h.at.Valid {
		usage = &h.usage
	}
	return k.run(`INSERT INTO head VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?) ON CONFLICT DO UPDATE SET
		attempt_ms = excluded.attempt_ms, success_ms = excluded.success_ms, due_ms = excluded.due_ms, interval_ms = excluded.interval_ms,
		read_ms = excluded.read_ms, at = excluded.at, usage = excluded.usage, credits = excluded.credits, rows = excluded.rows,
		rows_crc = excluded.rows_crc, facts = excluded.facts, fault_kind = excluded.fault_kind, fault = excluded.fault,
		times_crc = excluded.times_crc, crc = excluded.crc`,
		h.id, h.attemptMS, h.successMS, h.dueMS, h.intervalMS, h.readMS, h.at, usage, h.credits, h.rows, h.crc, h.sum, h.faultKind, h.fault,
		h.times().checksum(), h.checksum())
}

// saveTimes stores the times of the heads of ids, all the same, in one
// statement: most of the keys of an account stand still.
func (db *DB) saveTimes(t times, ids []int64) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return db.conn.run(`UPDATE head SET attempt_ms = ?, success_ms = ?, read_ms = ?, times_crc = ? FROM json_each(?) WHERE series = value`,
		t.attemptMS, t.successMS, t.readMS, t.checksum(), string(list))
}

// touch is a head in a transaction, and what it was before.
type touch struct {
	series Series
	now    *head
	was    head
}

func (db *DB) saveHeads(touched []touch) error {
	read := map[times][]int64{}
	for _, t := range touched {
		if t.now.onlyRead(&t.was) {
			read[t.now.times()] = append(read[t.now.times()], t.now.id)
		} else if err := db.saveHead(t.now); err != nil {
			return err
		}
	}
	for t, ids := range read {
		if err := db.saveTimes(t, ids); err != nil {
			return err
		}
	}
	return nil
}

// refresh forgets the cached heads if another process has written. What waits
// in memory then follows what that wrote.
func (db *DB) refresh() error {
	if db.conn == nil {
		return db.gone()
	}
	v, err := db.conn.int("PRAGMA data_version")
	if err == nil && v != db.cached {
		if _, err := db.restored(); err != nil {
			return err
		}
		for s, h := range db.heads {
			if h.facts != nil {
				db.before[s] = h
			}
		}
		clear(db.heads)
		db.cached = v
		db.tails = nil
		db.follow(db.pending...)
	}
	return err
}

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
			err := db.view(func() error {
				h = db.base(r.Series)
				return db.learn(r.Series, &h)
			})
			if err != nil {
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
//
//go:noinline
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
