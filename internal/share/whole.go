package share

import (
	"context"
	"errors"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/pgwire"
)

// chunk is how many rows are sent at once at most.
const chunk = 5000

// replaced begins the name of a series whose rows count no longer, or not yet.
const replaced = "~"

// errFenced is a write of who had no lease any more, and errCopy one to an engine that
// gives the series other keys meanwhile.
var (
	errFenced = errors.New("the account is another collector's")
	errCopy   = errorf("it changed meanwhile")
)

// swap gives a series another's rows. It keeps the readings of others that this file has
// not: those from before it has the past, $8, and those in no span that it back-filled. An
// engine that went on from an older copy may lack some of what was sent, and late rows
// that come meanwhile are waited for: then it does nothing.
const swap = `WITH up AS (UPDATE @.account SET rev = rev + 1, rewritten = rewritten + 1 WHERE id = $1 AND owner = $5 AND token = $6 AND rewritten = (SELECT rewritten FROM @.account WHERE id = $1)
	AND (SELECT count(*) FROM @.sample WHERE account = $1 AND key = $3) >= $7 RETURNING 1),
filled AS (SELECT at, to_at FROM @.fact WHERE account = $1 AND key = $3 AND kind = 2 AND a IN ('` + string(credit.Backfilled) + `', '` + string(credit.NotKnown) + `')),
s AS (INSERT INTO @.sample SELECT account, $3::int, at, usage FROM @.sample p WHERE account = $1 AND key = $2 AND EXISTS (SELECT 1 FROM up)
	AND (at < $8::bigint OR NOT EXISTS (SELECT 1 FROM filled WHERE p.at BETWEEN filled.at AND filled.to_at)) ON CONFLICT DO NOTHING),
f AS (INSERT INTO @.fact SELECT account, $3::int, kind, at, to_at, usd, a, b, c FROM @.fact p WHERE account = $1 AND key = $2 AND EXISTS (SELECT 1 FROM up)
	AND (at < $8::bigint OR kind = 1 AND NOT EXISTS (SELECT 1 FROM filled WHERE p.at BETWEEN filled.at AND filled.to_at)) ON CONFLICT DO NOTHING),
o AS (UPDATE @.series SET subject = '` + replaced + `' || key || ' ' || subject WHERE account = $1 AND key = $2 AND subject = $4 AND EXISTS (SELECT 1 FROM up) RETURNING key)
UPDATE @.series SET subject = $4 WHERE account = $1 AND key = $3 AND EXISTS (SELECT 1 FROM o) RETURNING 1`

// rewrite sends all rows of series of which some were put before others, as a series
// beside, which then takes the place of the old one at once.
func (c *Collector) rewrite(ctx context.Context, a *Account, subjects []string) error {
	id, token, _ := a.lease()
	send := func(r history.Rows) error {
		_, ok, err := c.e.append(id, token, c.me(), wire{Rows: r}, sentMark{}, nil)
		if err == nil && !ok {
			err = errFenced
		}
		return err
	}
	begin, err := c.begins(ctx, a)
	if err != nil {
		return err
	}
	for _, subject := range subjects {
		old, err := c.e.key(a.keys, id, subject)
		if err != nil {
			return err
		}
		fresh, err := c.e.key(map[string]int64{}, id, replaced+subject)
		if err != nil {
			return err
		}
		rows, err := c.db.All(ctx, a.Name, a.BaseURL, subject)
		if err != nil {
			return err
		}
		of(&rows, fresh, begin)
		for _, part := range append(parts(rows), history.Rows{Series: rows.Series}) {
			if err := send(part); err != nil {
				return err
			}
		}
		done := false
		err = c.e.query(swap, func(pgwire.Row) error { done = true; return nil }, id, old, fresh, subject, c.me(), token, len(rows.Samples), begin)
		if err == nil && !done {
			err = errFenced
		}
		if err != nil {
			return err
		}
		a.keys = map[string]int64{}
	}
	return nil
}

// of makes rows those of the key of a series beside, without what is older than begin.
func of(rows *history.Rows, key, begin int64) {
	var samples []history.SampleRow
	for _, v := range rows.Samples {
		if v.Key = key; v.At >= begin {
			samples = append(samples, v)
		}
	}
	var facts []history.FactRow
	for _, v := range rows.Facts {
		if v.Key = key; v.At >= begin {
			facts = append(facts, v)
		}
	}
	rows.Samples, rows.Facts = samples, facts
	for i := range rows.Series {
		rows.Series[i].Key, rows.Series[i].Subject = key, replaced+rows.Series[i].Subject
	}
}

// parts are the samples and facts of rows in parts that fit into a statement.
//
//go:noinline
func parts(r history.Rows) (list []history.Rows) {
	for len(r.Samples) > 0 || len(r.Facts) > 0 {
		n, m := min(chunk, len(r.Samples)), min(chunk, len(r.Facts))
		list = append(list, history.Rows{Samples: r.Samples[:n], Facts: r.Facts[:m]})
		r.Samples, r.Facts = r.Samples[n:], r.Facts[m:]
	}
	return list
}

// Push sends a history that was kept elsewhere; what the engine has stays. It may be
// repeated, and returns how many samples there are.
func (e *Engine) Push(ctx context.Context, db *history.DB, name, baseURL string) (samples int, err error) {
	rows, err := db.All(ctx, name, baseURL)
	if err != nil {
		return 0, err
	}
	own, err := db.OwnRows(ctx, name, baseURL)
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
	var subjects []string
	for _, h := range rows.Series {
		subjects = append(subjects, h.Subject)
	}
	if err := e.find(known, id, subjects); err != nil {
		return 0, err
	}
	for i, h := range rows.Series {
		k := known[h.Subject]
		keys[h.Key], rows.Series[i].Key = k, k
	}
	for i := range rows.Samples {
		rows.Samples[i].Key = keys[rows.Samples[i].Key]
	}
	for i := range rows.Facts {
		rows.Facts[i].Key = keys[rows.Facts[i].Key]
	}
	list := append(parts(rows), history.Rows{Events: own.Events, Forecasts: own.Forecasts})
	for _, part := range list {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		part.Series = rows.Series // by which the keys are checked
		_, ok, err := e.late(id, wire{Rows: part}, sentMark{})
		if err == nil && !ok {
			err = errCopy
		}
		if err != nil {
			return 0, err
		}
	}
	for _, s := range own.States {
		if s, ok := fit(s); ok {
			if err := e.query(`INSERT INTO @.state VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, nil, id, s.Name, s.Value); err != nil {
				return 0, err
			}
		}
	}
	return samples, nil
}
