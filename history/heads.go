package history

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"iter"
	"maps"
	"slices"
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
	err = db.query(selectHeads+"WHERE series = ?", func(r *sql.Rows) error { return h.scan(r) }, id)
	if err != nil {
		return nil, err
	}
	db.heads[s] = h
	return h, nil
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
		return err
	}, string(list))
	for id, s := range missing {
		if err == nil && db.heads[s] == nil {
			db.heads[s] = &head{id: id}
		}
	}
	return err
}

const selectHeads = `SELECT series, attempt_ms, success_ms, due_ms, interval_ms, read_ms, at, coalesce(usage, 0), credits,
	day_rows, day_crc, fault_kind, fault, key, (SELECT forecast FROM latest WHERE latest.series = poll.series) FROM poll `

func (h *head) scan(r *sql.Rows) error {
	return r.Scan(&h.id, &h.attemptMS, &h.successMS, &h.dueMS, &h.intervalMS, &h.readMS, &h.at, &h.usage, &h.credits,
		&h.dayRows, &h.dayCRC, &h.faultKind, &h.fault, &h.key, &h.forecast)
}

// saveHead stores h, which was something else before.
func (db *DB) saveHead(h, was *head) error {
	var usage *float64
	if h.at.Valid {
		usage = &h.usage
	}
	var key any
	if h.key != nil {
		key = string(h.key)
	}
	err := db.conn.run(`INSERT OR REPLACE INTO poll VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		h.id, h.attemptMS, h.successMS, h.dueMS, h.intervalMS, h.readMS, h.at, usage, h.credits,
		h.dayRows, h.dayCRC, h.faultKind, h.fault, key)
	if err != nil || bytes.Equal(h.forecast, was.forecast) {
		return err
	}
	return db.conn.run(`INSERT OR REPLACE INTO latest VALUES (?, ?)`, h.id, string(h.forecast))
}

// saveTimes stores the times of the heads of ids, all the same, in one
// statement: most of the keys of an account stand still.
func (db *DB) saveTimes(t times, ids []int64) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return db.conn.run(`UPDATE poll SET attempt_ms = ?, success_ms = ?, read_ms = ? FROM json_each(?) WHERE series = value`,
		t.attemptMS, t.successMS, t.readMS, string(list))
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
		} else if err := db.saveHead(t.now, &t.was); err != nil {
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
		clear(db.heads)
		db.cached = v
		db.tails = nil
		db.follow(db.pending...)
	}
	return err
}
