package history

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// schema5 is of a history that is shared: what was stored of an account waits there to
// be sent. rev is NULL until it is acknowledged, and sent_at when that was; that stays
// where it is offered again.
const schema5 = `
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, base_url TEXT NOT NULL, at INTEGER NOT NULL, entry TEXT NOT NULL,
  rev INTEGER, sent_at INTEGER) STRICT;
CREATE INDEX outbox_waits ON outbox (account, base_url, seq) WHERE rev IS NULL;
CREATE INDEX outbox_sent ON outbox (account, base_url, rev) WHERE rev IS NOT NULL;
`

// sharedVersion is that of a file with an outbox.
func sharedVersion() int64 { return int64(len(migrations)) + 1 }

// steps are the migrations of a file that is to be shared, or is not.
func (o Options) steps() []string {
	if o.Share {
		return append(migrations[:len(migrations):len(migrations)], schema5)
	}
	return migrations
}

// Own is the subject of an account's own series, which has its state and its events.
const Own = "account"

// mail are the rows of a transaction by their account.
type mail map[identity]*Rows

// to returns the rows of the account of a series.
//
//go:noinline
func (m mail) to(n identity) *Rows {
	n.subject = ""
	if m[n] == nil {
		m[n] = &Rows{}
	}
	return m[n]
}

// change adds what c, of the series n, stores.
func (m mail) change(n identity, c change) {
	r, key := m.to(n), int64(c.series)
	if c.sample != nil {
		r.Samples = append(r.Samples, SampleRow{key, c.sample.at, c.sample.usage})
	}
	if v := c.credits; v != nil {
		r.Facts = append(r.Facts, FactRow{Key: key, Kind: 1, At: v.at, USD: v.credits})
	}
	if v := c.segment; v != nil {
		r.Facts = append(r.Facts, FactRow{Key: key, At: v.At.Unix(), A: v.Fingerprint, B: v.Creator, C: v.Reason})
	}
	if v := c.gap; v != nil {
		r.Facts = append(r.Facts, FactRow{Key: key, Kind: 2, At: v.From.Unix(), To: v.To.Unix(), A: v.Cause})
	}
}

// update adds what a poll of the series n leaves.
func (m mail) update(n identity, u PollUpdate) {
	r := m.to(n)
	if u.State != nil {
		r.States = append(r.States, StateRow{"", u.State})
	}
	for _, f := range u.Remember {
		r.Forecasts = append(r.Forecasts, forecastRow(f))
	}
	for _, e := range u.Events {
		r.Events = append(r.Events, eventRow(e))
	}
}

// heads adds where the series stand.
func (m mail) heads(names []identity, touched []touch) {
	still := map[identity]map[int64][]string{}
	for _, t := range touched {
		n := names[t.series-1]
		own := n
		own.subject = ""
		if n.subject == Own || !t.now.onlyRead(&t.was) {
			m.to(n).Series = append(m.to(n).Series, t.now.row(int64(t.series), n.subject))
			continue
		}
		if still[own] == nil {
			still[own] = map[int64][]string{}
		}
		still[own][t.now.readMS.Int64] = append(still[own][t.now.readMS.Int64], n.subject)
	}
	for own, by := range still {
		for at, subjects := range by {
			m.to(own).Read = append(m.to(own).Read, ReadRow{at, subjects})
		}
	}
}

// post puts m into the outbox, within the transaction.
func (db *DB) post(m mail) error {
	for n, r := range m {
		entry, err := json.Marshal(r)
		if err == nil {
			err = db.conn.run(`INSERT INTO outbox (account, base_url, at, entry) VALUES (?, ?, ?, ?)`, n.account, n.baseURL, db.asked.Now().Unix(), string(entry))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// postWhole notes that rows of the series in the row id were put before others.
func (db *DB) postWhole(id int64) error {
	return db.postOf(id, func(r *Rows, n identity) { r.Whole = []string{n.subject} })
}

// postOf posts what fill says of the series in the row id.
func (db *DB) postOf(id int64, fill func(*Rows, identity)) error {
	if !db.shared {
		return nil
	}
	var n identity
	err := db.query(`SELECT account, base_url, subject FROM series WHERE id = ?`, func(r *sql.Rows) error { return r.Scan(&n.account, &n.baseURL, &n.subject) }, id)
	m := mail{}
	fill(m.to(n), n)
	if err == nil {
		err = db.post(m)
	}
	return err
}

// Mail is an entry of the outbox.
type Mail struct {
	Seq  int64
	At   int64 // when it was stored, in Unix seconds
	Rows Rows
	// Again reports that it was acknowledged once, while the account was this file's
	// collector's, by an engine that no longer has it.
	Again bool
}

// Outbox returns the n oldest entries of each of some accounts that were not acknowledged
// yet; an account is its name and its base URL.
func (db *DB) Outbox(ctx context.Context, accounts [][2]string, n int) (all [][]Mail, err error) {
	statement := `SELECT seq, at, entry, sent_at IS NOT NULL FROM outbox WHERE account = ? AND base_url = ? AND rev IS NULL ORDER BY seq` + limit(n)
	err = db.outbox(ctx, func() error {
		return db.view(func() error {
			for _, a := range accounts {
				var list []Mail
				if err := db.query(statement, func(r *sql.Rows) error {
					var m Mail
					var entry sql.RawBytes
					err := r.Scan(&m.Seq, &m.At, &entry, &m.Again)
					if err == nil {
						err = json.Unmarshal(entry, &m.Rows)
					}
					list = append(list, m)
					return err
				}, a[0], a[1]); err != nil {
					return err
				}
				all = append(all, list)
			}
			return nil
		})
	})
	return all, err
}

// Waits is how many entries of an account, or with an empty base URL of all, were not
// acknowledged yet, and when the oldest was stored; zero if there is none.
func (db *DB) Waits(ctx context.Context, account, baseURL string) (n int, since time.Time, err error) {
	err = db.outbox(ctx, func() error {
		return db.query(`SELECT count(*), coalesce(min(at), 0) FROM outbox WHERE rev IS NULL AND (?2 = '' OR account = ?1 AND base_url = ?2)`, func(r *sql.Rows) error {
			var at int64
			err := r.Scan(&n, &at)
			if n > 0 {
				since = time.Unix(at, 0).UTC()
			}
			return err
		}, account, baseURL)
	})
	return n, since, err
}

// Waiting are the accounts with entries that were not acknowledged yet, each with its
// base URL, and how many those are.
func (db *DB) Waiting(ctx context.Context) (waiting map[[2]string]int, err error) {
	waiting = map[[2]string]int{}
	err = db.outbox(ctx, func() error {
		return db.query(`SELECT account, base_url, count(*) FROM outbox WHERE rev IS NULL GROUP BY account, base_url`, func(r *sql.Rows) error {
			var n [2]string
			var count int
			err := r.Scan(&n[0], &n[1], &count)
			waiting[n] = count
			return err
		})
	})
	return waiting, err
}

// keepSent is how long what was acknowledged stays: an engine that goes on from a copy
// of a little earlier gets it again.
const keepSent = 10 * time.Minute

// LastSent is the last entry of the account that was acknowledged, and the greatest rev
// at which one was; 0: none was. A rev below 0 is of one that came late, as the account
// was another's.
func (db *DB) LastSent(ctx context.Context, account, baseURL string) (seq, rev int64, err error) {
	err = db.outbox(ctx, func() error {
		return db.query(`SELECT coalesce(max(seq), 0), max(coalesce(max(rev), 0), 0) FROM outbox WHERE account = ? AND base_url = ? AND rev IS NOT NULL`,
			func(r *sql.Rows) error { return r.Scan(&seq, &rev) }, account, baseURL)
	})
	return seq, rev, err
}

// OutboxID tells the file's outbox from all others; it is chosen once. A copy of the
// file has the same.
func (db *DB) OutboxID(ctx context.Context) (id string, err error) {
	err = db.outbox(ctx, func() error {
		return db.transact(func() error {
			// It is in an entry of no account, which is never sent.
			err := db.query(`SELECT entry FROM outbox WHERE account = '' AND base_url = ''`, func(r *sql.Rows) error { return r.Scan(&id) })
			if err != nil || id != "" {
				return err
			}
			id = rand.Text()
			return db.conn.run(`INSERT INTO outbox (account, base_url, at, entry, rev) VALUES ('', '', ?, ?, 0)`, db.asked.Now().Unix(), id)
		})
	})
	return id, err
}

// Ack is up to which entry those of an account were acknowledged, and at which rev.
type Ack struct {
	Account, BaseURL string
	Seq, Rev         int64
	// Tidy drops those that were acknowledged long ago. It reads all of the account.
	Tidy bool
}

// Sent notes what was acknowledged, in one transaction.
func (db *DB) Sent(ctx context.Context, list []Ack) error {
	return db.outbox(ctx, func() error {
		now := db.asked.Now()
		return db.transact(func() error {
			for _, a := range list {
				if err := db.conn.run(`UPDATE outbox SET rev = ?, sent_at = ? WHERE account = ? AND base_url = ? AND rev IS NULL AND seq <= ?`, a.Rev, now.Unix(), a.Account, a.BaseURL, a.Seq); err != nil {
					return err
				}
				if !a.Tidy {
					continue
				}
				if err := db.conn.run(`DELETE FROM outbox WHERE account = ? AND base_url = ? AND sent_at < ? AND rev < ?`, a.Account, a.BaseURL, now.Add(-keepSent).Unix(), a.Rev); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// Unsend offers again what was acknowledged after the entry seq, and returns how many
// entries that are.
func (db *DB) Unsend(ctx context.Context, account, baseURL string, seq int64) (n int, err error) {
	err = db.outbox(ctx, func() error {
		return db.transact(func() error {
			return db.query(`UPDATE outbox SET rev = NULL, sent_at = CASE WHEN rev > 0 THEN sent_at END WHERE account = ? AND base_url = ? AND rev IS NOT NULL AND seq > ? RETURNING 1`,
				func(*sql.Rows) error { n++; return nil }, account, baseURL, seq)
		})
	})
	return n, err
}

// Shared reports whether what is stored is put into an outbox.
func (db *DB) Shared() bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.shared
}

func (db *DB) outbox(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	err := db.current()
	if err == nil && !db.shared {
		return nil
	}
	if err == nil {
		err = f()
	}
	if err != nil {
		return fmt.Errorf("the outbox of %s: %w", db.where(), err)
	}
	return nil
}
