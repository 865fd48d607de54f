package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ortop/internal/credit"
)

// Reading is one answer of the API about a series.
type Reading struct {
	Series Series
	// At is when it was read; if zero, it is now. A reading that is not later than the one before
	// it (the clock was set back) is stored one second after that one: order
	// is kept, and no spend is lost or negative. In the same second it
	// replaces that one.
	At       time.Time
	UsageUSD float64
	// CreditsUSD means something only where CreditsKnown is set.
	CreditsUSD   float64
	CreditsKnown bool
	// NewSegment begins a segment with this reading; nil continues the last.
	// Where usage fell, or the series has no reading yet, a segment begins
	// anyhow.
	NewSegment *Segment
}

// Segment is a run of readings that may be compared with each other. Record
// takes its At from the reading that begins it.
type Segment = credit.Segment

// PollUpdate is what one poll leaves behind, whether it worked or not.
type PollUpdate struct {
	// Series is the series that was polled. If 0, only the readings are stored.
	Series Series
	// Attempt, Success and Due are the times of this request, of its good
	// answer and of the next request. Where one is zero the stored one stays.
	// Success is the reading's own time where that is absent.
	Attempt, Success, Due time.Time
	// Interval is the time between polls. If 0, the stored one stays.
	Interval time.Duration
	// FaultKind and Fault are what went wrong, both empty where nothing did.
	FaultKind credit.FaultKind
	Fault     string
	// State is opaque: what the account's collector needs to know at its next
	// reading. If nil, the stored one stays. See [DB.Load].
	State []byte
	// Follows says that State was made of Was, nil where there was none. If another
	// one is stored by now, nothing is taken, and the error is [ErrOvertaken].
	Follows bool
	Was     []byte
	// Events are added; their ID means nothing.
	Events []Event
	// Remember are forecasts to be graded: new ones, and in place of open ones
	// of the same At those that have ended. One that has ended stays as it is.
	Remember []Forecast
	// GapCause tells why nothing was read, should these readings end a gap. If
	// empty, it is the fault of the last poll, or "not running".
	GapCause string
}

// Poll is the state of a series' last poll. Absent times are zero.
type Poll struct {
	Attempt, Success, Due time.Time
	Interval              time.Duration
	// UsageUSD and CreditsUSD are of the last reading; nil is unknown.
	UsageUSD, CreditsUSD *float64
	FaultKind            credit.FaultKind
	Fault                string
}

// Record stores one poll in one transaction: what it leaves behind, and its
// readings, which are none where it failed. After a kill all of it is there or
// nothing. It is durable when Record returns nil. Where more than 2.5 intervals
// went by since a series was last read, that span is recorded as a gap.
//
// A [*StorageError] means that all of it is kept in memory, for at least 24
// hours of one poll a minute, and is answered from there; later calls write it
// first. Any other error (a cancelled ctx, an implausible sum, a series of
// another DB) means that nothing was taken.
func (db *DB) Record(ctx context.Context, update PollUpdate, readings ...Reading) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e := entry{update: update, readings: slices.Clone(readings)}
	e.update.State, e.update.Events, e.update.Remember = slices.Clone(update.State), slices.Clone(update.Events), slices.Clone(update.Remember)
	db.date(e.readings)
	return db.record(e)
}

// date gives readings that do not tell their own time that of now.
func (db *DB) date(readings []Reading) {
	for i := range readings {
		if readings[i].At.IsZero() {
			readings[i].At = db.asked.Now()
		}
	}
}

// record stores e, or keeps it in memory.
func (db *DB) record(e entry) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.check(e); err != nil {
		return err
	}
	// A file that was removed takes writes, and keeps nothing. What else happened to it
	// the transaction looks for.
	_, err := db.moved()
	if err == nil {
		err = db.readOnly
	}
	if err == nil {
		err = db.flush(e)
	}
	if errors.Is(err, ErrOvertaken) {
		return err
	}
	if err != nil {
		e.update.Follows = false // when it can be written, it is what is known
		db.keep(e)
	}
	db.outdate(e)
	if err != nil {
		return &StorageError{Path: db.path, Kept: len(db.pending), Dropped: db.dropped, Err: err}
	}
	return nil
}

func (db *DB) check(e entry) error {
	u := e.update
	if u.Series < 0 || int(u.Series) > len(db.names) || u.Series == 0 && (u.State != nil || len(u.Events) > 0 || len(u.Remember) > 0) {
		return fmt.Errorf("recording a poll of series %d: %w", u.Series, ErrNoSeries)
	}
	for _, r := range e.readings {
		switch {
		case r.Series < 1 || int(r.Series) > len(db.names):
			return fmt.Errorf("recording a reading of series %d: %w", r.Series, ErrNoSeries)
		case !credit.Plausible(r.UsageUSD) || r.UsageUSD < 0:
			return fmt.Errorf("recording a reading: %v USD of usage is not plausible", r.UsageUSD)
		case r.CreditsKnown && !credit.Plausible(r.CreditsUSD):
			return fmt.Errorf("recording a reading: %v USD of credits is not plausible", r.CreditsUSD)
		}
	}
	if c := u.GapCause; c == backfilled || c == NotKnown {
		return fmt.Errorf("recording a gap: %q is the cause of others", c)
	}
	for _, f := range u.Remember {
		if err := checkForecast(f); err != nil {
			return fmt.Errorf("remembering a forecast: %w", err)
		}
	}
	return nil
}

// write stores entries in one transaction.
func (db *DB) write(entries []entry) error {
	rows := 0 // an account's keys are thousands of series, of which a poll reads one
	for _, e := range entries {
		rows += 1 + len(e.readings)
	}
	most := min(rows, len(db.names))
	touched := make([]touch, 0, most)
	var m mail
	err := db.transact(func() error {
		if db.shared {
			m = mail{}
		}
		if err := db.loadHeads(seriesOf(entries)); err != nil {
			return err
		}
		heads := make(map[Series]*head, most)
		for _, e := range entries {
			for s := range e.all() {
				if heads[s] != nil {
					continue
				}
				id, err := db.create(s)
				if err != nil {
					return err
				}
				h, err := db.head(s)
				if err != nil {
					return err
				}
				h.id, heads[s] = id, h
				touched = append(touched, touch{s, h, *h})
			}
			for _, c := range e.apply(heads) {
				if err := db.store(c); err != nil {
					return err
				}
				if m != nil {
					m.change(db.names[c.series-1], c)
				}
			}
			if h := heads[e.update.Series]; h != nil {
				if m != nil {
					m.update(db.names[e.update.Series-1], e.update)
				}
				if err := db.storeAccount(h.id, e.update); err != nil {
					return err
				}
			}
		}
		if m != nil {
			m.heads(db.names, touched)
			if err := db.post(m); err != nil {
				return err
			}
		}
		return db.saveHeads(touched)
	})
	if err == nil {
		return nil
	}
	// What cannot be written goes on from what was stored last, even where
	// that cannot be read again.
	for _, t := range touched {
		was := t.was
		db.heads[t.series] = &was
	}
	return err
}

// storeAccount stores what an update has besides the poll itself.
func (db *DB) storeAccount(id int64, u PollUpdate) error {
	if u.State != nil {
		if err := db.storeState(id, u); err != nil {
			return err
		}
	}
	for _, f := range u.Remember {
		if err := db.storeForecast(id, f); err != nil {
			return err
		}
	}
	for _, v := range u.Events {
		if err := db.storeEvent(id, v); err != nil {
			return err
		}
	}
	return nil
}

// storeState stores the state of an update, where it follows what is stored.
func (db *DB) storeState(id int64, u PollUpdate) error {
	crc := checksum(id, u.State)
	switch {
	case !u.Follows: // pages of what stands still are not written
		return db.conn.run(`INSERT INTO account VALUES (?1, coalesce(?2, x''), ?3) ON CONFLICT DO UPDATE
			SET state = excluded.state, crc = excluded.crc WHERE state <> excluded.state`, id, u.State, crc)
	case u.Was == nil:
		return db.conn.changes(`INSERT OR IGNORE INTO account VALUES (?1, coalesce(?2, x''), ?3)`, id, u.State, crc)
	}
	return db.conn.changes(`UPDATE account SET state = coalesce(?2, x''), crc = ?3 WHERE series = ?1 AND crc = ?4`,
		id, u.State, crc, checksum(id, u.Was))
}

func (db *DB) store(c change) error {
	if c.block != nil {
		if err := c.block.store(db.conn, c.id); err != nil {
			return err
		}
	}
	if c.sample != nil {
		if err := db.conn.run(`INSERT OR REPLACE INTO sample VALUES (?, ?, ?)`, c.id, c.sample.at, c.sample.usage); err != nil {
			return err
		}
	}
	if k := c.credits; k != nil {
		crc := checksum(c.id, k.at, k.credits)
		if err := db.addFact(c, crc, true); err != nil {
			return err
		}
		if err := db.conn.run(`INSERT OR REPLACE INTO credits VALUES (?, ?, ?, ?)`, c.id, k.at, k.credits, crc); err != nil {
			return err
		}
	}
	if s := c.segment; s != nil {
		at := s.At.Unix()
		crc := checksum(c.id, at, s.Fingerprint, s.Creator, s.Reason)
		if err := db.addFact(c, crc, false); err != nil {
			return err
		}
		if err := db.conn.run(`INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?)`, c.id, at, s.Fingerprint, s.Creator, s.Reason, crc); err != nil {
			return err
		}
	}
	if g := c.gap; g != nil {
		from, to := g.From.Unix(), g.To.Unix()
		crc := checksum(c.id, from, to, g.Cause)
		if err := db.addFact(c, crc, false); err != nil {
			return err
		}
		return db.conn.run(`INSERT INTO gap VALUES (?, ?, ?, ?, ?)`, c.id, from, to, g.Cause, crc)
	}
	return nil
}
