package share

import (
	"context"
	"encoding/json"
	"time"

	"ortop/history"
	"ortop/internal/pgwire"
)

// overlap is how far before the newest row that was pulled the next pull begins: rows of
// several series are not sent in order of time.
const overlap = 120

// selectRows are an account's rows from $2 on, and those in effect then: of the series
// that changed since, or with $3 of all.
const selectRows = `SELECT a.rev, a.rewritten, json_build_object(
'series', (SELECT json_agg(json_build_object('k', key, 'subject', subject, 'attempt_ms', attempt_ms, 'success_ms', success_ms, 'due_ms', due_ms,
	'interval_ms', interval_ms, 'read_ms', read_ms, 'at', at, 'usage', usage, 'credits', credits, 'fault_kind', fault_kind, 'fault', fault))
	FROM @.series WHERE account = a.id AND at IS NOT NULL AND subject NOT LIKE '~%' AND ($3::boolean OR read_ms >= $2::bigint * 1000 OR attempt_ms >= $2::bigint * 1000)),
'samples', (SELECT json_agg(json_build_object('k', t.key, 'at', t.at, 'usage', t.usage) ORDER BY t.key, t.at) FROM @.series s CROSS JOIN LATERAL (
	SELECT key, at, usage FROM @.sample WHERE account = s.account AND key = s.key AND at >= coalesce(
		(SELECT max(at) FROM @.sample WHERE account = s.account AND key = s.key AND at <= least($2::bigint, s.at)), $2::bigint)) t
	WHERE s.account = a.id AND s.subject NOT LIKE '~%' AND ($3::boolean OR s.at >= $2::bigint)),
'facts', (SELECT json_agg(json_build_object('k', f.key, 'kind', kind, 'at', f.at, 'to_at', to_at, 'usd', usd, 'a', a, 'b', b, 'c', c))
	FROM @.fact f JOIN @.series s ON s.account = f.account AND s.key = f.key WHERE f.account = $1 AND s.subject NOT LIKE '~%' AND ($3::boolean OR s.at >= $2::bigint)
	AND (f.at >= $2::bigint OR to_at >= $2::bigint OR $3::boolean AND f.at = (
		SELECT max(at) FROM @.fact WHERE account = f.account AND key = f.key AND kind = f.kind AND at <= $2::bigint))),
'events', (SELECT json_agg(json_build_object('at', at, 'sum', sum, 'kind', kind, 'level', level, 'text', text, 'data', encode(data, 'base64'), 'seen', acknowledged))
	FROM @.event WHERE account = a.id AND (at >= $2::bigint OR acknowledged AND at >= $2::bigint - 604800)),
'forecasts', (SELECT json_agg(json_build_object('made_at', made_at, 'usage', usage, 'balance', balance, 'p10_s', p10_s, 'p50_s', p50_s, 'p90_s', p90_s,
	'ended_at', ended_at, 'true_s', true_s, 'outcome', outcome)) FROM @.forecast WHERE account = a.id AND (ended_at IS NULL OR ended_at >= $2::bigint)),
'states', (SELECT json_agg(json_build_object('name', name, 'value', encode(value, 'base64'))) FROM @.state WHERE account = a.id AND name NOT LIKE '~%'))::text
FROM @.account a WHERE a.id = $1`

// since returns the rows of an account from a time on, and those in effect then; of all
// its series, or of those that changed.
func (e *Engine) since(id, from int64, all bool) (rows history.Rows, m mark, err error) {
	text := ""
	err = e.query(selectRows, func(r pgwire.Row) error { return r.Scan(&m.rev, &m.rewritten, &text) }, id, from, all)
	if err == nil {
		err = json.Unmarshal([]byte(text), &rows)
	}
	return rows, m, err
}

// pull returns the rows of an account that were sent after a mark, or all where rows
// were put before others since, or the engine went back. Then Whole names all subjects.
func (e *Engine) pull(id int64, from mark) (rows history.Rows, m mark, err error) {
	since := max(0, from.at-overlap)
	rows, m, err = e.since(id, since, since == 0)
	if err == nil && since > 0 && (m.rewritten != from.rewritten || m.rev < from.rev) {
		since = 0
		rows, m, err = e.since(id, 0, true)
	}
	if err != nil {
		return rows, from, err
	}
	m.at = from.at
	for _, s := range rows.Series {
		if s.At != nil {
			m.at = max(m.at, *s.At)
		}
		if since == 0 {
			rows.Whole = append(rows.Whole, s.Subject)
		}
	}
	return rows, m, nil
}

// Replica is a history that follows an account of the engine.
type Replica struct {
	e  *Engine
	id int64
	m  mark
}

// Replica returns one of an account that List returned.
func (e *Engine) Replica(a Seen) *Replica { return &Replica{e: e, id: a.id} }

// Follow brings db up to what was sent of the account, if its rev is another.
func (r *Replica) Follow(ctx context.Context, db *history.DB, a Seen) error {
	if a.Rev == r.m.rev && a.Rev != 0 {
		return nil
	}
	rows, m, err := r.e.pull(r.id, r.m)
	if err == nil {
		err = db.Take(ctx, a.Name, a.BaseURL, rows)
	}
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
