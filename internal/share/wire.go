package share

import (
	"encoding/json"
	"strconv"
	"strings"

	"ortop/history"
	"ortop/internal/pgwire"
)

// A write is one statement for one account or several, with a part for each kind of rows
// that it has: PostgreSQL plans it anew each time, and most polls have few kinds. Rows
// that each poll has come as an array for each column, which costs both sides a third of
// what JSON does. ? is the next parameter. d are the accounts, h where series stand, and
// up has the accounts whose rows may be stored: not where the engine lacks what this file
// sent before, by its mark, which has to be expect at least and becomes seq, as it went
// on from an older copy; nor where a key is another series' by now.
const (
	accountsPart = `WITH d AS (SELECT ?::text AS mark, ?::text AS owner, ?::bigint AS last, * FROM unnest(?::int[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[]) AS t(account, token, expect, seq, snapshot))`
	seriesPart   = `, h AS (SELECT * FROM unnest(?::int[], ?::int[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::float8[], ?::float8[])
	AS t(account, k, subject, fault_kind, fault, attempt_ms, success_ms, due_ms, interval_ms, read_ms, at, usage, credits)),
	bad AS (SELECT h.account FROM h LEFT JOIN @.series s ON s.account = h.account AND s.key = h.k WHERE s.subject IS DISTINCT FROM h.subject)`
	notBehind = `(d.expect = 0 OR EXISTS (SELECT 1 FROM @.state m WHERE m.account = d.account AND m.name = d.mark AND convert_from(m.value, 'UTF8')::bigint >= d.expect))
	AND d.account NOT IN (SELECT account FROM bad) RETURNING a.id, a.rev)`
	markPart = `, m AS (INSERT INTO @.state SELECT d.account, d.mark, convert_to(d.seq::text, 'UTF8') FROM d JOIN up ON up.id = d.account WHERE d.mark <> ''
	ON CONFLICT (account, name) DO UPDATE SET value = excluded.value)`
	samplesPart = `, s AS (INSERT INTO @.sample SELECT t.account, k, at, usage FROM unnest(?::int[], ?::int[], ?::bigint[], ?::float8[]) AS t(account, k, at, usage)
	JOIN up ON up.id = t.account ON CONFLICT DO NOTHING)`
	rarePart = `, x AS (SELECT t.* FROM json_to_recordset(?::json) AS t(account int, facts json, events json, forecasts json, states json) JOIN up ON up.id = t.account)`
	putFacts = `, f AS (INSERT INTO @.fact SELECT x.account, k, kind, at, to_at, usd, a, b, c FROM x, json_to_recordset(x.facts)
	AS t(k int, kind int, at bigint, to_at bigint, usd float8, a text, b text, c text)`
	factsPart = putFacts + ` ON CONFLICT DO NOTHING)`
)

const eventColumns = `SELECT x.account, at, sum, kind, level, text, decode(data, 'base64'), seen FROM x, json_to_recordset(x.events)
	AS t(at bigint, sum bigint, kind text, level text, text text, data text, seen boolean)`

const forecastColumns = `SELECT x.account, made_at, usage, balance, p10_s, p50_s, p90_s, ended_at, true_s, outcome FROM x, json_to_recordset(x.forecasts)
	AS t(made_at bigint, usage float8, balance float8, p10_s float8, p50_s float8, p90_s float8, ended_at bigint, true_s float8, outcome text)`

const setHeads = `UPDATE @.series s SET attempt_ms = coalesce(t.attempt_ms, s.attempt_ms), success_ms = coalesce(t.success_ms, s.success_ms),
	due_ms = coalesce(t.due_ms, s.due_ms), interval_ms = t.interval_ms, read_ms = coalesce(t.read_ms, s.read_ms), at = coalesce(t.at, s.at),
	usage = CASE WHEN t.at IS NULL THEN s.usage ELSE t.usage END, credits = CASE WHEN t.at IS NULL THEN s.credits ELSE t.credits END, fault_kind = t.fault_kind, fault = t.fault
	FROM h t JOIN up ON up.id = t.account WHERE s.account = t.account AND s.key = t.k`

// Parts of a write with a lease. No row: the lease is another's, or the engine went on
// from an older copy, and nothing of the account was written.
const (
	leasePart = `, up AS (UPDATE @.account a SET rev = rev + 1, snapshot = coalesce(d.snapshot, a.snapshot) FROM d WHERE a.id = d.account AND a.owner = d.owner AND a.token = d.token
	AND ` + notBehind
	eventsPart    = `, e AS (INSERT INTO @.event AS o ` + eventColumns + ` ON CONFLICT (account, at, sum) DO UPDATE SET acknowledged = o.acknowledged OR excluded.acknowledged)`
	forecastsPart = `, g AS (INSERT INTO @.forecast AS o ` + forecastColumns + ` ON CONFLICT (account, made_at) DO UPDATE SET ended_at = excluded.ended_at,
	true_s = excluded.true_s, outcome = excluded.outcome WHERE o.ended_at IS NULL)`
	putState   = `, t AS (INSERT INTO @.state SELECT x.account, name, decode(value, 'base64') FROM x, json_to_recordset(x.states) AS t(name text, value text)`
	replaceOld = ` ON CONFLICT (account, name) DO UPDATE SET value = excluded.value)`
	statesPart = putState + replaceOld
	headsPart  = `, u AS (` + setHeads + `)`
	putStill   = `, r AS (UPDATE @.series s SET attempt_ms = t.ms, success_ms = t.ms, read_ms = t.ms FROM unnest(?::int[], ?::int[], ?::bigint[]) AS t(account, k, ms)
	JOIN up ON up.id = t.account WHERE s.account = t.account AND s.key = t.k`
	stillPart = putStill + `)`
)

// latePart and those after it store true readings of who had no lease any more, or of
// another file: what the account stands at stays, unless nothing was ever read.
const (
	lateUpdate        = `, up AS (UPDATE @.account a SET rev = rev + 1, rewritten = rewritten + 1 FROM d WHERE a.id = d.account AND `
	latePart          = lateUpdate + `a.rewritten = (SELECT rewritten FROM @.account WHERE id = d.account) AND ` + notBehind
	lateEventsPart    = `, e AS (INSERT INTO @.event ` + eventColumns + ` ON CONFLICT DO NOTHING)`
	lateForecastsPart = `, g AS (INSERT INTO @.forecast ` + forecastColumns + ` ON CONFLICT DO NOTHING)`
	lateHeadsPart     = `, u AS (` + setHeads + ` AND s.at IS NULL)`
)

// againPart and those after it store what was decided by a lease, the last of it at
// d.last in ms, and acknowledged by an engine that has it no more; of one account. Where
// nobody has read the account since, by a lease or not, it goes on from there: the alerts
// that were told are, and what is to be told. A write that comes meanwhile is waited for:
// then nothing is written.
const (
	againPart = lateUpdate + `a.rev = (SELECT rev FROM @.account WHERE id = d.account) AND ` + notBehind + `,
	n AS (SELECT coalesce(max(attempt_ms), 0) <= max(d.last) AS newest FROM d LEFT JOIN @.series s ON s.account = d.account AND s.subject = '` + history.Own + `')`
	newest         = `(SELECT newest FROM n)`
	againFactsPart = putFacts + ` WHERE kind = 1 AND usd IS NOT NULL OR ` + newest + ` ON CONFLICT DO NOTHING)`
	againHeadsPart = `, u AS (` + setHeads + ` AND (s.at IS NULL OR ` + newest + `))`
)

// ground is by what rows are written.
type ground int

const (
	byLease ground = iota
	late           // none: they are true
	again          // a lease that was, by which they were written once
)

// sentMark is how far the entries of a file were sent, as the engine keeps it by a name:
// with them, so that an older copy of it has an older mark.
type sentMark struct {
	name   string // empty: there is none
	expect int64  // the last entry that was acknowledged
	seq    int64  // the last that is sent now
}

// letter is what is written of one account.
type letter struct {
	id, token   int64
	expect, seq int64 // of a sentMark
	snapshot    *string
	wire
}

// append writes w by a lease; ok is false where nothing was written. late writes it
// without, and again what was written by one that was, the last of it in the second at.
func (e *Engine) append(id, token int64, owner string, w wire, k sentMark, snapshot *string) (rev int64, ok bool, err error) {
	return e.writeOne(byLease, k, owner, 0, letter{id: id, token: token, snapshot: snapshot, wire: w})
}

func (e *Engine) late(id int64, w wire, k sentMark) (rev int64, ok bool, err error) {
	return e.writeOne(late, k, "", 0, letter{id: id, wire: w})
}

func (e *Engine) again(id int64, w wire, k sentMark, at int64) (rev int64, ok bool, err error) {
	return e.writeOne(again, k, "", at*1000+999, letter{id: id, wire: w})
}

func (e *Engine) writeOne(by ground, k sentMark, owner string, last int64, l letter) (rev int64, ok bool, err error) {
	l.expect, l.seq = k.expect, k.seq
	revs, err := e.write(by, k.name, owner, last, []letter{l})
	rev, ok = revs[l.id]
	return rev, ok, err
}

// write writes letters, and returns the revs of the accounts of which it did.
func (e *Engine) write(by ground, mark, owner string, last int64, list []letter) (revs map[int64]int64, err error) {
	statement, args, err := written(by, list)
	if err != nil {
		return nil, err
	}
	revs = map[int64]int64{}
	err = e.query(statement, func(r pgwire.Row) error {
		var id, rev int64
		err := r.Scan(&id, &rev)
		revs[id] = rev
		return err
	}, append([]any{mark, owner, last}, args...)...)
	return revs, err
}

// rareRows are rows of kinds that few polls have.
type rareRows struct {
	Account   int64                 `json:"account"`
	Facts     []history.FactRow     `json:"facts,omitempty"`
	Events    []history.EventRow    `json:"events,omitempty"`
	Forecasts []history.ForecastRow `json:"forecasts,omitempty"`
	States    []history.StateRow    `json:"states,omitempty"`
}

// written is the statement that writes letters, and its parameters after the first three.
func written(by ground, list []letter) (statement string, args []any, err error) {
	accounts, series, samples, still := newColumns(5), newColumns(13), newColumns(4), newColumns(3)
	var rare []rareRows
	var facts, events, forecasts, states int
	for i := range list {
		l := &list[i]
		accounts.ints(l.id, l.token, l.expect, l.seq)
		accounts.texts(l.snapshot)
		accounts.end()
		for k := range l.Series {
			h := &l.Series[k]
			series.ints(l.id, h.Key)
			series.texts(&h.Subject, &h.FaultKind, &h.Fault)
			series.maybe(h.Attempt, h.Success, h.Due, &h.Interval, h.Read, h.At)
			series.float(&h.Usage)
			series.float(h.Credits)
			series.end()
		}
		for _, v := range l.Samples {
			samples.ints(l.id, v.Key, v.At)
			samples.float(&v.Usage)
			samples.end()
		}
		for _, v := range l.Still {
			still.ints(l.id, v.Key, v.At)
			still.end()
		}
		if len(l.Facts)+len(l.Events)+len(l.Forecasts)+len(l.States) > 0 {
			rare = append(rare, rareRows{l.id, l.Facts, l.Events, l.Forecasts, l.States})
		}
		facts, events, forecasts, states = facts+len(l.Facts), events+len(l.Events), forecasts+len(l.Forecasts), states+len(l.States)
	}
	text, err := json.Marshal(rare)
	if err != nil {
		return "", nil, err
	}
	var b strings.Builder
	n := 0
	for _, p := range [...]struct {
		rows int
		of   [3]string // by the ground
		args []any
	}{
		{1, [...]string{accountsPart, accountsPart, accountsPart}, accounts.args()},
		{1, [...]string{seriesPart, seriesPart, seriesPart}, series.args()},
		{1, [...]string{leasePart, latePart, againPart}, nil},
		{1, [...]string{markPart, markPart, markPart}, nil},
		{samples.rows, [...]string{samplesPart, samplesPart, samplesPart}, samples.args()},
		{len(rare), [...]string{rarePart, rarePart, rarePart}, []any{string(text)}},
		{facts, [...]string{factsPart, factsPart, againFactsPart}, nil},
		{events, [...]string{eventsPart, lateEventsPart, eventsPart}, nil},
		{forecasts, [...]string{forecastsPart, lateForecastsPart, forecastsPart}, nil},
		{states, [...]string{statesPart, "", putState + ` WHERE ` + newest + replaceOld}, nil},
		{series.rows, [...]string{headsPart, lateHeadsPart, againHeadsPart}, nil},
		{still.rows, [...]string{stillPart, "", putStill + ` AND ` + newest + `)`}, still.args()},
	} {
		if p.rows == 0 || p.of[by] == "" {
			continue
		}
		for i, s := range strings.Split(p.of[by], "?") {
			if i > 0 {
				b.WriteString("$")
				b.WriteString(strconv.Itoa(n))
			}
			b.WriteString(s)
			n++
		}
		n--
		args = append(args, p.args...)
	}
	return b.String() + "\nSELECT id, rev FROM up", args, nil
}
