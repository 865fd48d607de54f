package history

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"ortop/internal/credit"
)

// Take puts rows of an account that come from elsewhere into the history. What is
// there already stays as it is, so that the same may come twice. They are not put
// into the outbox.
func (db *DB) Take(ctx context.Context, account, baseURL string, r Rows) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	series := map[int64]Series{}
	for _, h := range r.Series {
		s, err := db.Series(ctx, account, baseURL, h.Subject)
		if err != nil {
			return err
		}
		series[h.Key] = s
	}
	own, err := db.Series(ctx, account, baseURL, Own)
	if err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if err = db.current(); err == nil {
		err = db.transact(func() error { return db.take(own, series, r) })
	}
	clear(db.heads)
	clear(db.loaded)
	db.tails, db.took = nil, true
	if err != nil {
		return fmt.Errorf("storing in %s what others read: %w", db.where(), err)
	}
	return nil
}

// taking is one series while its rows are taken.
type taking struct {
	*head
	again bool // its sums are to be made anew
	facts bool
}

func (db *DB) take(own Series, series map[int64]Series, r Rows) error {
	heads := map[int64]*taking{}
	for key, s := range series {
		id, err := db.create(s)
		if err != nil {
			return err
		}
		h, err := db.head(s)
		if err != nil {
			return err
		}
		h.id, h.known = id, false
		heads[key] = &taking{head: h}
		if n := db.names[s-1]; slices.Contains(r.Whole, n.subject) {
			for _, table := range []string{"sample", "block", "credits", "segment", "gap"} {
				if err := db.conn.run(`DELETE FROM `+table+` WHERE series = ?`, id); err != nil {
					return err
				}
			}
			*h = head{id: id}
		}
	}
	for _, v := range r.Samples {
		if h := heads[v.Key]; h != nil {
			if err := db.takeSample(h, row{v.At, v.Usage}); err != nil {
				return err
			}
		}
	}
	for _, v := range r.Facts {
		if h := heads[v.Key]; h != nil {
			h.facts = true
			if err := db.takeFact(h.id, v); err != nil {
				return err
			}
		}
	}
	for _, v := range r.Series {
		if err := db.takeHead(heads[v.Key], v); err != nil {
			return err
		}
	}
	id, err := db.create(own)
	if err != nil {
		return err
	}
	return db.takeOwn(id, r)
}

// takeSample stores one that is not there. Those before others change sums that are
// made of all.
func (db *DB) takeSample(h *taking, v row) error {
	if h.at.Valid && v.at <= h.at.Int64 {
		added := false
		err := db.query(`INSERT INTO sample VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1`, func(*sql.Rows) error { added = true; return nil }, h.id, v.at, v.usage)
		h.again = h.again || added
		return err
	}
	if full := h.count(v); full != nil {
		if err := full.store(db.conn, h.id); err != nil {
			return err
		}
	}
	h.at, h.usage = sql.NullInt64{Int64: v.at, Valid: true}, v.usage
	return db.conn.run(`INSERT OR REPLACE INTO sample VALUES (?, ?, ?)`, h.id, v.at, v.usage)
}

func (db *DB) takeFact(id int64, v FactRow) error {
	switch v.Kind {
	case 0:
		return db.conn.run(`INSERT OR IGNORE INTO segment VALUES (?, ?, ?, ?, ?, ?)`, id, v.At, v.A, v.B, v.C, checksum(id, v.At, v.A, v.B, v.C))
	case 1:
		return db.conn.run(`INSERT OR IGNORE INTO credits VALUES (?, ?, ?, ?)`, id, v.At, v.USD, checksum(id, v.At, v.USD))
	}
	return db.conn.run(`INSERT OR IGNORE INTO gap VALUES (?, ?, ?, ?, ?)`, id, v.At, v.To, v.A, checksum(id, v.At, v.To, v.A))
}

// takeHead stores the newest state of a series, unless what is there is newer.
func (db *DB) takeHead(h *taking, v HeadRow) error {
	if v.At != nil && h.at.Valid && *v.At == h.at.Int64 && v.Usage != h.usage { // it replaced one of its second
		if err := db.conn.run(`INSERT OR REPLACE INTO sample VALUES (?, ?, ?)`, h.id, *v.At, v.Usage); err != nil {
			return err
		}
		h.usage, h.again = v.Usage, true
	}
	if h.again {
		if err := db.recount(h.head); err != nil {
			return err
		}
	} else if h.facts {
		var err error
		if h.sum, err = sumFacts(db.conn, h.id); err != nil {
			return err
		}
	}
	h.head.facts = nil
	if v.Read != nil && *v.Read >= h.readMS.Int64 {
		h.readMS = null(v.Read)
	}
	if v.At != nil && *v.At == h.at.Int64 {
		h.credits = v.Credits
	}
	if v.Attempt != nil && *v.Attempt >= h.attemptMS.Int64 {
		h.attemptMS, h.successMS, h.dueMS, h.intervalMS = null(v.Attempt), null(v.Success), null(v.Due), v.Interval
		h.faultKind, h.fault = credit.FaultKind(v.FaultKind), v.Fault
	}
	return db.saveHead(h.head)
}

// takeOwn stores what is of the account itself.
func (db *DB) takeOwn(id int64, r Rows) error {
	for _, v := range r.Events {
		var known, seen int64
		err := db.query(`SELECT id, acknowledged FROM event WHERE series = ? AND at = ? AND kind = ? AND level = ? AND text = ? AND coalesce(data, x'') = coalesce(?, x'')`,
			func(rows *sql.Rows) error { return rows.Scan(&known, &seen) }, id, v.At, v.Kind, v.Level, v.Text, v.Data)
		switch {
		case err != nil:
		case known == 0:
			err = db.storeEvent(id, Event{At: time.Unix(v.At, 0), Kind: v.Kind, Level: v.Level, Text: v.Text, Data: v.Data, Acknowledged: v.Seen})
		case v.Seen && seen == 0:
			err = db.conn.run(`UPDATE event SET acknowledged = 1 WHERE id = ?`, known)
		}
		if err != nil {
			return err
		}
	}
	for _, v := range r.Forecasts {
		f := Forecast{At: time.Unix(v.At, 0), UsageUSD: v.Usage, BalanceUSD: v.Balance, P10: v.P10, P50: v.P50, P90: v.P90, True: v.True, Outcome: credit.Outcome(v.Outcome)}
		if v.Ended != nil {
			f.EndedAt = time.Unix(*v.Ended, 0)
		}
		if err := db.storeForecast(id, f); err != nil {
			return err
		}
	}
	for _, v := range r.States {
		var err error
		if v.Name == "" {
			err = db.storeAccount(id, PollUpdate{State: v.Value})
		} else {
			err = db.setState(id, v.Name, v.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
