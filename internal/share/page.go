package share

import (
	"encoding/json"
	"math"

	"ortop/history"
	"ortop/internal/pgwire"
)

// How much a page has at most: samples, rows of each other kind, and samples of a series
// that is on the page. A page is one value, of 2 MB at most where events are not of unusual
// length.
const (
	samplesPage  = 20_000
	othersPage   = 2_000
	firstSamples = samplesPage / othersPage
)

// selectPage is the next page of an account's rows from $2 on, and of those in effect then:
// of the series that changed since, or with $3 of all, of each the oldest samples. What
// was read before ends at $4 for series, $5 to $7 for facts, $8 and $9 for events, and $10
// for forecasts.
const selectPage = `WITH s AS (SELECT * FROM @.series WHERE account = $1 AND key > $4::int AND at IS NOT NULL AND subject NOT LIKE '~%'
	AND ($3::boolean OR read_ms >= $2::bigint * 1000 OR attempt_ms >= $2::bigint * 1000) ORDER BY key LIMIT $11::int)
SELECT a.rev, a.rewritten, json_build_object(
'series', (SELECT json_agg(t ORDER BY k) FROM (SELECT key AS k, subject, attempt_ms, success_ms, due_ms, interval_ms, read_ms, at, usage, credits, fault_kind, fault FROM s) t),
'samples', (SELECT json_agg(t ORDER BY k, at) FROM (SELECT s.key AS k, p.at, p.usage FROM s CROSS JOIN LATERAL (
	SELECT at, usage FROM @.sample WHERE account = s.account AND key = s.key AND at >= coalesce(
		(SELECT max(at) FROM @.sample WHERE account = s.account AND key = s.key AND at <= least($2::bigint, s.at)), $2::bigint) ORDER BY at LIMIT $12::int) p
	WHERE $3::boolean OR s.at >= $2::bigint) t),
'facts', (SELECT json_agg(t ORDER BY k, kind, at) FROM (SELECT f.key AS k, kind, f.at, to_at, usd, a, b, c
	FROM @.fact f JOIN @.series s ON s.account = f.account AND s.key = f.key WHERE f.account = $1 AND (f.key, f.kind, f.at) > ($5::int, $6::int, $7::bigint)
	AND s.subject NOT LIKE '~%' AND ($3::boolean OR s.at >= $2::bigint)
	AND (f.at >= $2::bigint OR to_at >= $2::bigint OR $3::boolean AND f.at = (
		SELECT max(at) FROM @.fact WHERE account = f.account AND key = f.key AND kind = f.kind AND at <= $2::bigint)) ORDER BY f.key, f.kind, f.at LIMIT $11::int) t),
'events', (SELECT json_agg(t ORDER BY at, sum) FROM (SELECT at, sum, kind, level, text, encode(data, 'base64') AS data, acknowledged AS seen
	FROM @.event WHERE account = $1 AND (at, sum) > ($8::bigint, $9::bigint) AND (at >= $2::bigint OR acknowledged AND at >= $2::bigint - 604800) ORDER BY at, sum LIMIT $11::int) t),
'forecasts', (SELECT json_agg(t ORDER BY made_at) FROM (SELECT made_at, usage, balance, p10_s, p50_s, p90_s, ended_at, true_s, outcome
	FROM @.forecast WHERE account = $1 AND made_at > $10::bigint AND (ended_at IS NULL OR ended_at >= $2::bigint) ORDER BY made_at LIMIT $11::int) t),
'states', (SELECT json_agg(json_build_object('name', name, 'value', encode(value, 'base64'))) FROM @.state WHERE account = $1 AND name NOT LIKE '~%' AND $10::bigint < 0))::text
FROM @.account a WHERE a.id = $1`

// selectSamples are the next samples of the series $2, after the times $3, of each $4 at
// most.
const selectSamples = `SELECT a.rev, a.rewritten, json_build_object('samples', (SELECT json_agg(t ORDER BY k, at) FROM (SELECT s.key AS k, p.at, p.usage
	FROM unnest($2::int[], $3::bigint[]) AS s(key, after) CROSS JOIN LATERAL (
	SELECT at, usage FROM @.sample WHERE account = $1 AND key = s.key AND at > s.after ORDER BY at LIMIT $4::int) p) t))::text
FROM @.account a WHERE a.id = $1`

// place is where the pages of an account end that were read: the keys of the last rows.
type place struct {
	series, forecast int64
	event            [2]int64
	fact             [3]int64
}

func start() place { return place{-1, -1, [2]int64{-1, -1}, [3]int64{-1, -1, -1}} }

// end is that of an account of which all is read.
var end = place{math.MaxInt32, math.MaxInt64, [2]int64{math.MaxInt64, math.MaxInt64}, [3]int64{math.MaxInt32, math.MaxInt32, math.MaxInt64}}

// after moves on behind a page.
func (p *place) after(r *history.Rows) {
	*p = end
	if n := len(r.Series); n == othersPage {
		p.series = r.Series[n-1].Key
	}
	if n := len(r.Facts); n == othersPage {
		v := &r.Facts[n-1]
		p.fact = [3]int64{v.Key, v.Kind, v.At}
	}
	if n := len(r.Events); n == othersPage {
		p.event = [2]int64{r.Events[n-1].At, r.Events[n-1].Sum}
	}
	if n := len(r.Forecasts); n == othersPage {
		p.forecast = r.Forecasts[n-1].At
	}
}

// page reads the next one, and moves on behind it.
func (e *Engine) page(s *span, p *place) (rows history.Rows, m mark, err error) {
	rows, m, err = e.rows(selectPage, s.id, s.from, s.all, p.series, p.fact[0], p.fact[1], p.fact[2], p.event[0], p.event[1], p.forecast, othersPage, firstSamples)
	p.after(&rows)
	return rows, m, err
}

// tail is a series of which samples after a time are still to be read.
type tail struct{ key, after, most int64 }

// samples reads the next of series, of each as many as the first of them may have at most.
func (e *Engine) samples(id int64, list []tail) (rows history.Rows, m mark, err error) {
	c := newColumns(2)
	for _, v := range list {
		c.ints(v.key, v.after)
		c.end()
	}
	args := c.args()
	return e.rows(selectSamples, id, args[0], args[1], list[0].most)
}

func (e *Engine) rows(statement string, args ...any) (rows history.Rows, m mark, err error) {
	text := ""
	err = e.query(statement, func(r pgwire.Row) error { return r.Scan(&m.rev, &m.rewritten, &text) }, args...)
	if err == nil {
		err = json.Unmarshal([]byte(text), &rows)
	}
	return rows, m, err
}
