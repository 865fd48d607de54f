package share

import (
	"context"
	"errors"
	"time"

	"ortop/history"
	"ortop/internal/pgwire"
)

// overlap is how far before the newest row that was pulled the next pull begins: rows of
// several series are not sent in order of time.
const overlap = 120

// pull reads the rows of an account that were sent after a mark, or all where rows were put
// before others since, or the engine went back. Then Whole names all subjects. What
// belongs together is taken together: a series with all that was read of it.
func (e *Engine) pull(ctx context.Context, id int64, from mark, take func(history.Rows) error) (mark, error) {
	since, last := max(0, from.at-overlap), from
	for range attempts {
		m, moved, err := e.read(ctx, span{id: id, from: since, all: since == 0, whole: since == 0, follows: last}, take)
		switch {
		case errors.Is(err, errCopy):
			since = 0
			continue
		case err != nil:
			return from, err
		}
		m.at = max(m.at, last.at)
		if last = m; !moved {
			return m, nil
		}
		since = max(0, m.at-overlap)
	}
	if last == from { // it was never read to its end
		return from, errCopy
	}
	return last, nil
}

// Replica is a history that follows an account of the engine.
type Replica struct {
	e  *Engine
	id int64
	m  mark
}

// Replica returns one of an account that List returned.
func (e *Engine) Replica(a Seen) *Replica { return &Replica{e: e, id: a.id} }

// Follow brings db up to what was sent of the account, if its rev is another. Where it
// fails amid that, db has some series as they are now and others as they were, and the next
// Follow takes up both.
func (r *Replica) Follow(ctx context.Context, db *history.DB, a Seen) error {
	if a.Rev == r.m.rev && a.Rev != 0 {
		return nil
	}
	m, err := r.e.pull(ctx, r.id, r.m, func(rows history.Rows) error { return db.Take(ctx, a.Name, a.BaseURL, rows) })
	if err == nil {
		r.m = m
	}
	return err
}

// Acknowledge marks an event of the account as seen.
func (e *Engine) Acknowledge(a Seen, v history.EventRow) error {
	found := false
	err := e.query(`UPDATE @.event SET acknowledged = true WHERE account = $1 AND at = $2 AND sum = $3 RETURNING at`, func(pgwire.Row) error { found = true; return nil }, a.id, v.At, v.Sum)
	if err == nil && !found {
		err = history.ErrNoEvent
	}
	return err
}

// Seen is an account as the engine has it.
type Seen struct {
	Name, BaseURL string
	Rev           int64
	Host          string        // whose collector reads it; empty: nobody does
	Interval      time.Duration // between two polls; 0: none is known
	Snapshot      []byte        // what status --json said when it was last sent; nil: nothing was
	id            int64
}

// List returns the accounts that the engine has, by name; their snapshots where these
// are wanted.
func (e *Engine) List(snapshots bool) (list []Seen, err error) {
	err = e.query(`SELECT a.id, name, base_url, rev, CASE WHEN c.expires > clock_timestamp() THEN c.host ELSE '' END, CASE WHEN $1::boolean THEN snapshot END, coalesce(s.interval_ms, 0)
		FROM @.account a LEFT JOIN @.collector c ON c.id = a.owner LEFT JOIN @.series s ON s.account = a.id AND s.subject = 'account' ORDER BY name, base_url`, func(r pgwire.Row) error {
		var s Seen
		var host *string
		var ms int64
		var snapshot string
		err := r.Scan(&s.id, &s.Name, &s.BaseURL, &s.Rev, &host, &snapshot, &ms)
		s.Snapshot = []byte(snapshot)
		s.Interval = time.Duration(ms) * time.Millisecond
		if host != nil {
			s.Host = *host
		}
		list = append(list, s)
		return err
	}, snapshots)
	return list, err
}
