package share

import (
	"encoding/json"

	"ortop/history"
	"ortop/internal/pgwire"
)

// A write is one statement with a part for each kind of rows that it has: PostgreSQL
// plans it anew each time, and most polls have few kinds. $1 is the account, $2 the rows,
// and up has a row where they may be stored: not where the engine lacks what this
// file sent before, by its mark $3 which has to be $4 at least and becomes $5, as it
// went on from an older copy; nor where a key is another series' by now.
const (
	rowsPart    = `, d AS (SELECT $2::json AS j)`
	samplesPart = `, s AS (INSERT INTO @.sample SELECT $1::int, k, at, usage FROM d, json_to_recordset(j->'samples') AS t(k int, at bigint, usage float8)
	WHERE EXISTS (SELECT 1 FROM up) ON CONFLICT DO NOTHING)`
	facts = `, f AS (INSERT INTO @.fact SELECT $1::int, k, kind, at, to_at, usd, a, b, c FROM d, json_to_recordset(j->'facts')
	AS t(k int, kind int, at bigint, to_at bigint, usd float8, a text, b text, c text) WHERE EXISTS (SELECT 1 FROM up)`
	factsPart = facts + ` ON CONFLICT DO NOTHING)`
	markPart  = `, m AS (INSERT INTO @.state SELECT $1::int, $3::text, convert_to($5::bigint::text, 'UTF8') WHERE $3 <> '' AND EXISTS (SELECT 1 FROM up)
	ON CONFLICT (account, name) DO UPDATE SET value = excluded.value)`
	notBehind = `($4::bigint = 0 OR EXISTS (SELECT 1 FROM @.state WHERE account = $1 AND name = $3 AND convert_from(value, 'UTF8')::bigint >= $4))
	AND NOT EXISTS (SELECT 1 FROM json_to_recordset($2::json->'series') AS t(k int, subject text) LEFT JOIN @.series s ON s.account = $1 AND s.key = t.k
	WHERE s.subject IS DISTINCT FROM t.subject)`
)

const eventColumns = `SELECT $1::int, at, sum, kind, level, text, decode(data, 'base64'), seen FROM d, json_to_recordset(j->'events')
	AS t(at bigint, sum bigint, kind text, level text, text text, data text, seen boolean) WHERE EXISTS (SELECT 1 FROM up)`

const forecastColumns = `SELECT $1::int, made_at, usage, balance, p10_s, p50_s, p90_s, ended_at, true_s, outcome FROM d, json_to_recordset(j->'forecasts')
	AS t(made_at bigint, usage float8, balance float8, p10_s float8, p50_s float8, p90_s float8, ended_at bigint, true_s float8, outcome text) WHERE EXISTS (SELECT 1 FROM up)`

const setHeads = `UPDATE @.series s SET attempt_ms = coalesce(t.attempt_ms, s.attempt_ms), success_ms = coalesce(t.success_ms, s.success_ms),
	due_ms = coalesce(t.due_ms, s.due_ms), interval_ms = t.interval_ms, read_ms = coalesce(t.read_ms, s.read_ms), at = coalesce(t.at, s.at),
	usage = CASE WHEN t.at IS NULL THEN s.usage ELSE t.usage END, credits = CASE WHEN t.at IS NULL THEN s.credits ELSE t.credits END, fault_kind = t.fault_kind, fault = t.fault
	FROM d, json_to_recordset(j->'series') AS t(k int, attempt_ms bigint, success_ms bigint, due_ms bigint, interval_ms bigint, read_ms bigint,
	at bigint, usage float8, credits float8, fault_kind text, fault text) WHERE s.account = $1 AND s.key = t.k AND EXISTS (SELECT 1 FROM up)`

// Parts of a write with a lease. No row: the lease is another's, or the engine went on
// from an older copy, and nothing was written.
const (
	leasePart = `WITH up AS (UPDATE @.account SET rev = rev + 1, snapshot = coalesce($8, snapshot) WHERE id = $1 AND owner = $6 AND token = $7
	AND ` + notBehind + ` RETURNING rev)`
	eventsPart    = `, e AS (INSERT INTO @.event AS o ` + eventColumns + ` ON CONFLICT (account, at, sum) DO UPDATE SET acknowledged = o.acknowledged OR excluded.acknowledged)`
	forecastsPart = `, g AS (INSERT INTO @.forecast AS o ` + forecastColumns + ` ON CONFLICT (account, made_at) DO UPDATE SET ended_at = excluded.ended_at,
	true_s = excluded.true_s, outcome = excluded.outcome WHERE o.ended_at IS NULL)`
	states = `, t AS (INSERT INTO @.state SELECT $1::int, name, decode(value, 'base64') FROM d, json_to_recordset(j->'states') AS t(name text, value text)
	WHERE EXISTS (SELECT 1 FROM up)`
	putStates  = ` ON CONFLICT (account, name) DO UPDATE SET value = excluded.value)`
	statesPart = states + putStates
	headsPart  = `, h AS (` + setHeads + `)`
	still      = `, r AS (UPDATE @.series s SET attempt_ms = t.ms, success_ms = t.ms, read_ms = t.ms FROM d, json_to_recordset(j->'still') AS t(k int, ms bigint)
	WHERE s.account = $1 AND s.key = t.k AND EXISTS (SELECT 1 FROM up)`
	stillPart = still + `)`
)

// latePart and those after it store true readings of who had no lease any more, or of
// another file: what the account stands at stays, unless nothing was ever read.
const (
	undisturbed       = `rewritten = (SELECT rewritten FROM @.account WHERE id = $1)`
	latePart          = `WITH up AS (UPDATE @.account SET rev = rev + 1, rewritten = rewritten + 1 WHERE id = $1 AND ` + undisturbed + ` AND ` + notBehind + ` RETURNING rev)`
	lateEventsPart    = `, e AS (INSERT INTO @.event ` + eventColumns + ` ON CONFLICT DO NOTHING)`
	lateForecastsPart = `, g AS (INSERT INTO @.forecast ` + forecastColumns + ` ON CONFLICT DO NOTHING)`
	lateHeadsPart     = `, h AS (` + setHeads + ` AND s.at IS NULL)`
)

// againPart and those after it store what was decided by a lease, the last of it at $6 in
// ms, and acknowledged by an engine that has it no more. Where nobody has read the account
// since, by a lease or not, it goes on from there: the alerts that were told are, and what
// is to be told. A write that comes meanwhile is waited for: then nothing is written.
const (
	againPart = `WITH up AS (UPDATE @.account SET rev = rev + 1, rewritten = rewritten + 1 WHERE id = $1 AND rev = (SELECT rev FROM @.account WHERE id = $1)
	AND ` + notBehind + ` RETURNING rev), n AS (SELECT coalesce(max(attempt_ms), 0) <= $6::bigint AS newest FROM @.series WHERE account = $1 AND subject = '` + history.Own + `')`
	newest         = `(SELECT newest FROM n)`
	againFactsPart = facts + ` AND (kind = 1 AND usd IS NOT NULL OR ` + newest + `) ON CONFLICT DO NOTHING)`
	againHeadsPart = `, h AS (` + setHeads + ` AND (s.at IS NULL OR ` + newest + `))`
	againPlacePart = ` AND ` + newest
)

// ground is by what rows are written.
type ground int

const (
	byLease ground = iota
	late           // none: they are true
	again          // a lease that was, by which they were written once
)

// statement is that which writes w.
func (w *wire) statement(by ground) string {
	parts := [...]struct {
		rows int
		of   [3]string // by the ground
	}{
		{1, [...]string{leasePart, latePart, againPart}},
		{1, [...]string{rowsPart, rowsPart, rowsPart}},
		{1, [...]string{markPart, markPart, markPart}},
		{len(w.Samples), [...]string{samplesPart, samplesPart, samplesPart}},
		{len(w.Facts), [...]string{factsPart, factsPart, againFactsPart}},
		{len(w.Events), [...]string{eventsPart, lateEventsPart, eventsPart}},
		{len(w.Forecasts), [...]string{forecastsPart, lateForecastsPart, forecastsPart}},
		{len(w.States), [...]string{statesPart, "", states + againPlacePart + putStates}},
		{len(w.Series), [...]string{headsPart, lateHeadsPart, againHeadsPart}},
		{len(w.Still), [...]string{stillPart, "", still + againPlacePart + `)`}},
	}
	s := ""
	for _, p := range parts {
		if p.rows > 0 {
			s += p.of[by]
		}
	}
	return s + "\nSELECT rev FROM up"
}

// sentMark is how far the entries of a file were sent, as the engine keeps it by a name:
// with them, so that an older copy of it has an older mark.
type sentMark struct {
	name   string // empty: there is none
	expect int64  // the last entry that was acknowledged
	seq    int64  // the last that is sent now
}

// wire are rows as the engine takes them.
type wire struct {
	history.Rows
	Still []stillRow `json:"still,omitempty"`
}

type stillRow struct {
	Key int64 `json:"k"`
	At  int64 `json:"ms"`
}

// trueRows are what is true of rows whoever read them: what was used and bought when.
// Others judge, and know of their own gaps and segments.
func trueRows(w wire) wire {
	var facts []history.FactRow
	for _, f := range w.Facts {
		if f.Kind == 1 && f.USD != nil {
			facts = append(facts, f)
		}
	}
	return wire{Rows: history.Rows{Samples: w.Samples, Facts: facts, Series: w.Series}}
}

// merge makes one batch of entries, with the engine's keys. Of what changes the last
// counts.
func (e *Engine) merge(a *Account, id int64, list []history.Mail) (w wire, err error) {
	var subjects []string
	for i := range list {
		for _, h := range list[i].Rows.Series {
			subjects = append(subjects, h.Subject)
		}
		for _, v := range list[i].Rows.Read {
			subjects = append(subjects, v.Subjects...)
		}
	}
	if err := e.find(a.keys, id, subjects); err != nil {
		return w, err
	}
	heads, still := map[int64]int{}, map[int64]int{} // places, by key
	for i := range list {
		r := &list[i].Rows
		keys := map[int64]int64{}
		for k := range r.Series {
			h := &r.Series[k]
			local := h.Key
			h.Key = a.keys[h.Subject]
			keys[local] = h.Key
			if at, ok := heads[h.Key]; ok {
				w.Series[at] = *h
				continue
			}
			heads[h.Key] = len(w.Series)
			w.Series = append(w.Series, *h)
		}
		for _, v := range r.Read {
			for _, subject := range v.Subjects {
				k := a.keys[subject]
				if at, ok := heads[k]; ok {
					ms, h := v.At, &w.Series[at]
					h.Attempt, h.Success, h.Read = &ms, &ms, &ms
				} else if at, ok := still[k]; ok {
					w.Still[at].At = v.At
				} else {
					still[k] = len(w.Still)
					w.Still = append(w.Still, stillRow{k, v.At})
				}
			}
		}
		for _, s := range r.Samples {
			s.Key = keys[s.Key]
			w.Samples = append(w.Samples, s)
		}
		for _, f := range r.Facts {
			f.Key = keys[f.Key]
			w.Facts = append(w.Facts, f)
		}
		for _, v := range r.Events {
			if at := w.event(&v); at < 0 {
				w.Events = append(w.Events, v)
			} else {
				w.Events[at].Seen = w.Events[at].Seen || v.Seen
			}
		}
		for _, f := range r.Forecasts {
			if at := w.forecast(f.At); at < 0 {
				w.Forecasts = append(w.Forecasts, f)
			} else if w.Forecasts[at].Ended == nil {
				w.Forecasts[at] = f
			}
		}
		for _, s := range r.States {
			s, ok := fit(s)
			if !ok {
				continue
			}
			if at := w.state(s.Name); at < 0 {
				w.States = append(w.States, s)
			} else {
				w.States[at] = s
			}
		}
	}
	// A series that stood still and then moved is among the heads.
	n := 0
	for _, s := range w.Still {
		if _, ok := heads[s.Key]; !ok {
			w.Still[n] = s
			n++
		}
	}
	w.Still = w.Still[:n]
	return w, nil
}

// event, forecast and state are the places of those that are there already, or -1.
func (w *wire) event(v *history.EventRow) int {
	for i := range w.Events {
		if w.Events[i].At == v.At && w.Events[i].Sum == v.Sum {
			return i
		}
	}
	return -1
}

func (w *wire) forecast(at int64) int {
	for i := range w.Forecasts {
		if w.Forecasts[i].At == at {
			return i
		}
	}
	return -1
}

func (w *wire) state(name string) int {
	for i := range w.States {
		if w.States[i].Name == name {
			return i
		}
	}
	return -1
}

// key returns the engine's number of a series, which is made if need be.
func (e *Engine) key(known map[string]int64, id int64, subject string) (int64, error) {
	if known[subject] == 0 {
		if err := e.find(known, id, []string{subject}); err != nil {
			return 0, err
		}
	}
	return known[subject], nil
}

// find makes the engine's numbers of series known, of all in one statement, and those
// that it does not have in another: an account that is new to us may have thousands.
func (e *Engine) find(known map[string]int64, id int64, subjects []string) error {
	for range attempts {
		for _, statement := range []string{
			`SELECT subject, key FROM @.series WHERE account = $1 AND subject IN (SELECT json_array_elements_text($2::json))`,
			`INSERT INTO @.series (account, key, subject) SELECT $1, (SELECT coalesce(max(key), 0) FROM @.series WHERE account = $1) + row_number() OVER (), v
				FROM json_array_elements_text($2::json) v ON CONFLICT DO NOTHING RETURNING subject, key`,
		} {
			var missing []string
			for _, s := range subjects {
				if known[s] == 0 {
					missing = append(missing, s)
				}
			}
			if len(missing) == 0 {
				return nil
			}
			list, err := json.Marshal(missing)
			if err == nil {
				err = e.query(statement, func(r pgwire.Row) error {
					var subject string
					var key int64
					err := r.Scan(&subject, &key)
					known[subject] = key
					return err
				}, id, string(list))
			}
			if err != nil {
				return err
			}
		}
	}
	for _, s := range subjects {
		if known[s] == 0 {
			return errorf("a series of the account could not be made")
		}
	}
	return nil
}

// append writes w by a lease; ok is false where nothing was written. late writes it
// without, and again what was written by one that was, the last of it in the second at.
func (e *Engine) append(id, token int64, owner string, w wire, k sentMark, snapshot *string) (rev int64, ok bool, err error) {
	return e.write(w.statement(byLease), id, w, k, owner, token, snapshot)
}

func (e *Engine) late(id int64, w wire, k sentMark) (rev int64, ok bool, err error) {
	return e.write(w.statement(late), id, w, k)
}

func (e *Engine) again(id int64, w wire, k sentMark, at int64) (rev int64, ok bool, err error) {
	return e.write(w.statement(again), id, w, k, at*1000+999)
}

func (e *Engine) write(statement string, id int64, w wire, k sentMark, lease ...any) (rev int64, ok bool, err error) {
	text, err := json.Marshal(w)
	if err != nil {
		return 0, false, err
	}
	args := append([]any{id, string(text), k.name, k.expect, k.seq}, lease...)
	err = e.query(statement, func(r pgwire.Row) error { ok = true; return r.Scan(&rev) }, args...)
	return rev, ok, err
}
