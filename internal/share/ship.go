package share

import (
	"context"
	"encoding/json"
	"errors"

	"ortop/history"
	"ortop/internal/pgwire"
)

// batch is how many entries are sent at once at most, and chunk how many rows.
const (
	batch = 64
	chunk = 5000
)

// insertRows store what does not change: once, however often it comes. $1 is the
// account, $2 the rows, and up has a row where they may be stored.
const insertRows = `d AS (SELECT $2::json AS j),
s AS (INSERT INTO @.sample SELECT $1::int, k, at, usage FROM d, json_to_recordset(j->'samples') AS t(k int, at bigint, usage float8)
	WHERE EXISTS (SELECT 1 FROM up) ON CONFLICT DO NOTHING),
f AS (INSERT INTO @.fact SELECT $1::int, k, kind, at, to_at, usd, a, b, c FROM d, json_to_recordset(j->'facts')
	AS t(k int, kind int, at bigint, to_at bigint, usd float8, a text, b text, c text) WHERE EXISTS (SELECT 1 FROM up) ON CONFLICT DO NOTHING)`

const eventColumns = `SELECT $1::int, at, sum, kind, level, text, decode(data, 'base64'), seen FROM d, json_to_recordset(j->'events')
	AS t(at bigint, sum bigint, kind text, level text, text text, data text, seen boolean) WHERE EXISTS (SELECT 1 FROM up)`

const forecastColumns = `SELECT $1::int, made_at, usage, balance, p10_s, p50_s, p90_s, ended_at, true_s, outcome FROM d, json_to_recordset(j->'forecasts')
	AS t(made_at bigint, usage float8, balance float8, p10_s float8, p50_s float8, p90_s float8, ended_at bigint, true_s float8, outcome text) WHERE EXISTS (SELECT 1 FROM up)`

const setHeads = `UPDATE @.series s SET attempt_ms = coalesce(t.attempt_ms, s.attempt_ms), success_ms = coalesce(t.success_ms, s.success_ms),
	due_ms = coalesce(t.due_ms, s.due_ms), interval_ms = t.interval_ms, read_ms = coalesce(t.read_ms, s.read_ms), at = coalesce(t.at, s.at),
	usage = CASE WHEN t.at IS NULL THEN s.usage ELSE t.usage END, credits = CASE WHEN t.at IS NULL THEN s.credits ELSE t.credits END, fault_kind = t.fault_kind, fault = t.fault
	FROM d, json_to_recordset(j->'series') AS t(k int, attempt_ms bigint, success_ms bigint, due_ms bigint, interval_ms bigint, read_ms bigint,
	at bigint, usage float8, credits float8, fault_kind text, fault text) WHERE s.account = $1 AND s.key = t.k AND EXISTS (SELECT 1 FROM up)`

// appendRows is the whole of a write with a lease. No row: the lease is another's, and
// nothing was written.
const appendRows = `WITH up AS (UPDATE @.account SET rev = rev + 1, snapshot = coalesce($5, snapshot) WHERE id = $1 AND owner = $3 AND token = $4 RETURNING rev),
` + insertRows + `,
e AS (INSERT INTO @.event AS o ` + eventColumns + ` ON CONFLICT (account, at, sum) DO UPDATE SET acknowledged = o.acknowledged OR excluded.acknowledged),
g AS (INSERT INTO @.forecast AS o ` + forecastColumns + ` ON CONFLICT (account, made_at) DO UPDATE SET ended_at = excluded.ended_at, true_s = excluded.true_s,
	outcome = excluded.outcome WHERE o.ended_at IS NULL),
t AS (INSERT INTO @.state SELECT $1::int, name, decode(value, 'base64') FROM d, json_to_recordset(j->'states') AS t(name text, value text)
	WHERE EXISTS (SELECT 1 FROM up) ON CONFLICT (account, name) DO UPDATE SET value = excluded.value),
h AS (` + setHeads + `),
r AS (UPDATE @.series s SET attempt_ms = t.ms, success_ms = t.ms, read_ms = t.ms FROM d, json_to_recordset(j->'still') AS t(k int, ms bigint)
	WHERE s.account = $1 AND s.key = t.k AND EXISTS (SELECT 1 FROM up))
SELECT rev FROM up`

// lateRows store true readings of who had no lease any more, or of another file: what
// the account stands at stays, unless nothing was ever read.
const lateRows = `WITH up AS (UPDATE @.account SET rev = rev + 1, rewritten = rewritten + 1 WHERE id = $1 RETURNING rev),
` + insertRows + `,
e AS (INSERT INTO @.event ` + eventColumns + ` ON CONFLICT DO NOTHING),
g AS (INSERT INTO @.forecast ` + forecastColumns + ` ON CONFLICT DO NOTHING),
h AS (` + setHeads + ` AND s.at IS NULL)
SELECT rev FROM up`

// wire are rows as the engine takes them.
type wire struct {
	history.Rows
	Still []stillRow `json:"still,omitempty"`
}

type stillRow struct {
	Key int64 `json:"k"`
	At  int64 `json:"ms"`
}

// ship sends what waits.
func (c *Collector) ship(ctx context.Context) {
	waiting := c.count(ctx)
	if c.Away() > 0 {
		return // the next beat asks again
	}
	for _, a := range c.accounts {
		if waiting[[2]string{a.Name, a.BaseURL}] == 0 {
			continue
		}
		if c.note(c.shipAccount(ctx, a)) != nil {
			break
		}
	}
	c.count(ctx)
}

// shipAccount sends an account's outbox, in order.
func (c *Collector) shipAccount(ctx context.Context, a *Account) error {
	for {
		id, token, others := a.lease()
		if id == 0 || token == 0 && !others {
			return nil
		}
		list, err := c.db.Outbox(ctx, a.Name, a.BaseURL, batch)
		if err != nil || len(list) == 0 {
			return err
		}
		if whole := list[0].Rows.Whole; len(whole) > 0 {
			rev := int64(0)
			if token == 0 {
				_, err = c.e.Push(ctx, c.db, a.Name, a.BaseURL)
			} else if rev, err = c.rewrite(ctx, a, whole); errors.Is(err, errFenced) {
				a.lose(true)
				return nil
			}
			if err != nil {
				return err
			}
			if err := c.settled(ctx, a, list[0].Seq, rev); err != nil {
				return err
			}
			continue
		}
		n := 1
		for n < len(list) && len(list[n].Rows.Whole) == 0 {
			n++
		}
		rows, err := c.e.merge(a, id, list[:n])
		if err != nil {
			return err
		}
		rev, ok := int64(0), false
		if token != 0 {
			rev, ok, err = c.e.append(id, token, c.id, rows, c.picture(a))
		} else {
			rev, err = c.e.late(id, trueRows(rows))
			rev, ok = -rev, true
		}
		if err != nil {
			return err
		}
		if !ok {
			a.lose(true) // by the next beat it is known whose it is
			continue
		}
		if err := c.settled(ctx, a, list[n-1].Seq, rev); err != nil {
			return err
		}
	}
}

// settled notes that entries were acknowledged.
func (c *Collector) settled(ctx context.Context, a *Account, seq, rev int64) error {
	if err := c.db.Sent(ctx, a.Name, a.BaseURL, seq, rev); err != nil {
		return err
	}
	before := a.storedSoFar()
	n, _, err := c.db.Waits(ctx, a.Name, a.BaseURL)
	if err != nil {
		return err
	}
	a.counted(before, n)
	a.mu.Lock()
	a.rev = max(a.rev, rev)
	settled, told := a.waits == 0, a.sent
	a.mu.Unlock()
	if told != nil && settled {
		told()
	}
	return nil
}

// picture is the account's snapshot; nil: there is none.
func (c *Collector) picture(a *Account) *string {
	if c.snapshot == nil {
		return nil
	}
	b := c.snapshot(a.Name, a.BaseURL)
	if b == nil {
		return nil
	}
	s := string(b)
	return &s
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
	heads, still := map[int64]int{}, map[int64]int{} // places, by key
	for i := range list {
		r := &list[i].Rows
		keys := map[int64]int64{}
		for k := range r.Series {
			h := &r.Series[k]
			local := h.Key
			if h.Key, err = e.key(a.keys, id, h.Subject); err != nil {
				return w, err
			}
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
				k, err := e.key(a.keys, id, subject)
				if err != nil {
					return w, err
				}
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
func (e *Engine) key(known map[string]int64, id int64, subject string) (key int64, err error) {
	if k := known[subject]; k != 0 {
		return k, nil
	}
	find := func(statement string) error {
		return e.query(statement, func(r pgwire.Row) error { return r.Scan(&key) }, id, subject)
	}
	for range attempts {
		if err = find(`SELECT key FROM @.series WHERE account = $1 AND subject = $2`); err != nil || key != 0 {
			break
		}
		err = find(`INSERT INTO @.series (account, key, subject) SELECT $1, 1 + coalesce(max(key), 0), $2 FROM @.series WHERE account = $1 ON CONFLICT DO NOTHING RETURNING key`)
		if err != nil || key != 0 {
			break
		}
	}
	if err == nil && key == 0 {
		err = errorf("a series of the account could not be made")
	}
	if err == nil {
		known[subject] = key
	}
	return key, err
}

func (e *Engine) append(id, token int64, owner string, w wire, snapshot *string) (rev int64, ok bool, err error) {
	text, err := json.Marshal(w)
	if err != nil {
		return 0, false, err
	}
	err = e.query(appendRows, func(r pgwire.Row) error { ok = true; return r.Scan(&rev) }, id, string(text), owner, token, snapshot)
	return rev, ok, err
}

func (e *Engine) late(id int64, w wire) (rev int64, err error) {
	text, err := json.Marshal(w)
	if err != nil {
		return 0, err
	}
	err = e.query(lateRows, func(r pgwire.Row) error { return r.Scan(&rev) }, id, string(text))
	return rev, err
}

// replaced begins the name of a series whose rows count no longer, or not yet.
const replaced = "~"

// errFenced is a write of who had no lease any more.
var errFenced = errors.New("the account is another collector's")

// rewrite sends all rows of series of which some were put before others, as a series
// beside, which then takes the place of the old one at once.
func (c *Collector) rewrite(ctx context.Context, a *Account, subjects []string) (rev int64, err error) {
	id, token, _ := a.lease()
	send := func(r history.Rows) error {
		_, ok, err := c.e.append(id, token, c.id, wire{Rows: r}, nil)
		if err == nil && !ok {
			err = errFenced
		}
		return err
	}
	for _, subject := range subjects {
		old, err := c.e.key(a.keys, id, subject)
		if err != nil {
			return 0, err
		}
		fresh, err := c.e.key(map[string]int64{}, id, replaced+subject)
		if err != nil {
			return 0, err
		}
		rows, err := c.db.All(ctx, a.Name, a.BaseURL, subject)
		if err != nil {
			return 0, err
		}
		for i := range rows.Samples {
			rows.Samples[i].Key = fresh
		}
		for i := range rows.Facts {
			rows.Facts[i].Key = fresh
		}
		for i := range rows.Series {
			rows.Series[i].Key = fresh
		}
		for _, part := range append(parts(rows), history.Rows{Series: rows.Series}) {
			if err := send(part); err != nil {
				return 0, err
			}
		}
		done := false
		err = c.e.query(`WITH up AS (UPDATE @.account SET rev = rev + 1, rewritten = rewritten + 1 WHERE id = $1 AND owner = $5 AND token = $6 RETURNING rev),
			o AS (UPDATE @.series SET subject = '`+replaced+`' || key || ' ' || subject WHERE account = $1 AND key = $2 AND EXISTS (SELECT 1 FROM up) RETURNING key)
			UPDATE @.series SET subject = $4 WHERE account = $1 AND key = $3 AND EXISTS (SELECT 1 FROM o) RETURNING (SELECT rev FROM up)`,
			func(r pgwire.Row) error { done = true; return r.Scan(&rev) }, id, old, fresh, subject, c.id, token)
		if err == nil && !done {
			err = errFenced
		}
		if err != nil {
			return 0, err
		}
		a.keys[subject] = fresh
	}
	return rev, nil
}

// parts are the samples and facts of rows in parts that fit into a statement.
func parts(r history.Rows) (list []history.Rows) {
	for len(r.Samples) > 0 || len(r.Facts) > 0 {
		n, m := min(chunk, len(r.Samples)), min(chunk, len(r.Facts))
		list = append(list, history.Rows{Samples: r.Samples[:n], Facts: r.Facts[:m]})
		r.Samples, r.Facts = r.Samples[n:], r.Facts[m:]
	}
	return list
}

// fit takes from a state what is not to leave the machine: of keys the label stays, not
// the name. ok is false for a state that concerns only this machine.
func fit(s history.StateRow) (fitted history.StateRow, ok bool) {
	switch s.Name {
	case "", history.MutesState, "roster_at", "Models":
	case "roster":
		var list map[string]json.RawMessage
		var keys []map[string]json.RawMessage
		if json.Unmarshal(s.Value, &list) != nil || json.Unmarshal(list["keys"], &keys) != nil {
			return s, false
		}
		for _, k := range keys {
			delete(k, "name")
			delete(k, "external_user")
		}
		text, err := json.Marshal(keys)
		if err != nil {
			return s, false
		}
		list["keys"] = text
		s.Value, err = json.Marshal(list)
		return s, err == nil
	default:
		return s, false
	}
	return s, true
}

// Push sends a history that was kept elsewhere; what the engine has stays. It may be
// repeated, and returns how many samples there are.
func (e *Engine) Push(ctx context.Context, db *history.DB, name, baseURL string) (samples int, err error) {
	rows, err := db.All(ctx, name, baseURL)
	if err != nil {
		return 0, err
	}
	said, err := db.Said(ctx, name, baseURL)
	if err != nil {
		return 0, err
	}
	id := int64(0)
	if err := e.query(`INSERT INTO @.account (name, base_url) VALUES ($1, $2) ON CONFLICT (name, base_url) DO UPDATE SET name = excluded.name RETURNING id`,
		func(r pgwire.Row) error { return r.Scan(&id) }, name, baseURL); err != nil {
		return 0, err
	}
	samples = len(rows.Samples)
	keys, known := map[int64]int64{}, map[string]int64{}
	for i, h := range rows.Series {
		k, err := e.key(known, id, h.Subject)
		if err != nil {
			return 0, err
		}
		keys[h.Key], rows.Series[i].Key = k, k
	}
	for i := range rows.Samples {
		rows.Samples[i].Key = keys[rows.Samples[i].Key]
	}
	for i := range rows.Facts {
		rows.Facts[i].Key = keys[rows.Facts[i].Key]
	}
	list := append(parts(rows), history.Rows{Series: rows.Series, Events: said.Events, Forecasts: said.Forecasts})
	for _, part := range list {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if _, err := e.late(id, wire{Rows: part}); err != nil {
			return 0, err
		}
	}
	for _, s := range said.States {
		if s, ok := fit(s); ok {
			if err := e.query(`INSERT INTO @.state VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, nil, id, s.Name, s.Value); err != nil {
				return 0, err
			}
		}
	}
	return samples, nil
}
