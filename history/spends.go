package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"ortop/internal/credit"
)

// Spends returns what was spent in [from, to) by each subject of an account
// that begins with prefix, such as each of its keys: the same that Buckets
// tells of one series, for thousands at once. From and To of a Spend are the
// part of the span that the subject's history covers, gaps included; a subject
// of which it covers nothing is not in the map.
func (db *DB) Spends(ctx context.Context, account, baseURL, prefix string, from, to time.Time) (spends map[string]Spend, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !from.Before(to) {
		return nil, errors.New("spends need a span")
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	spends, err = db.spends(identity{account, baseURL, prefix}, from, to)
	for s := range db.tails {
		n := db.names[s-1]
		if err == nil && n.account == account && n.baseURL == baseURL && strings.HasPrefix(n.subject, prefix) {
			err = db.spendOf(s, spends, from, to)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", db.where(), err)
	}
	return spends, nil
}

// spendOf adds the spend of one series, some of which waits in memory.
func (db *DB) spendOf(s Series, spends map[string]Spend, from, to time.Time) error {
	id, err := db.id(s)
	if err != nil {
		return err
	}
	h, err := db.newest(s)
	if err != nil {
		return err
	}
	p, err := db.plot(s, id, []time.Time{from, to})
	if err != nil || !p.Buckets[0].Known {
		return err
	}
	oldest, err := db.rows(s, id, math.MinInt64, math.MaxInt64, "ASC", 1)
	if err == nil {
		spends[db.names[s-1].subject] = covered(from, to, oldest[0].at, h.readMS.Int64, p.Buckets[0].SpendUSD)
	}
	return err
}

func covered(from, to time.Time, first, readMS int64, usd float64) Spend {
	if t := time.Unix(first, 0).UTC(); t.After(from) {
		from = t
	}
	if t := time.UnixMilli(readMS).UTC(); t.Before(to) {
		to = t
	}
	return Spend{from, to, usd}
}

// ends are what is stored of one series at the two ends of a span. Most
// series need no more; a curve is made where a segment or a gap is met.
type ends struct {
	subject       string
	a, b          float64 // usage, or noUsage
	first, readMS int64   // the first reading, or the start of the span
	*curve
}

// noUsage stands for the usage before the first reading.
const noUsage = -1

func (e *ends) bend(a, b int64) *curve {
	if e.curve == nil {
		e.curve = newCurve(map[int64]float64{})
		e.set(a, e.a)
		e.set(b, e.b)
	}
	return e.curve
}

// ofAccount are the series s of ?1 to ?3: an account and a prefix of subjects.
// ?4 and ?5 are times.
const ofAccount = `s.account = ?1 AND s.base_url = ?2 AND s.subject >= ?3 AND substr(s.subject, 1, length(?3)) = ?3`

// usageOf is the usage of the series s in effect at a time.
func usageOf(at string) string {
	return `(SELECT usage FROM sample WHERE series = s.id AND at <= ` + at + ` ORDER BY at DESC LIMIT 1)`
}

var (
	// The newest usage is in poll.
	selectEnds = `SELECT s.id, s.subject, p.read_ms, coalesce(` + usageOf("?4") + `, -1),
		CASE WHEN p.at <= ?5 THEN p.usage ELSE coalesce(` + usageOf("?5") + `, -1) END
		FROM series s JOIN poll p ON p.series = s.id AND p.at IS NOT NULL WHERE ` + ofAccount
	selectGapAt = `SELECT s.id, g.from_at, g.to_at, ` + usageOf("g.from_at") + `, ` + usageOf("g.to_at") + `,
		EXISTS (SELECT 1 FROM segment WHERE series = s.id AND at = g.to_at)
		FROM series s JOIN gap g ON g.series = s.id AND g.from_at = (SELECT max(from_at) FROM gap WHERE series = s.id AND from_at <= ?4)
		WHERE ` + ofAccount + ` AND g.to_at > ?4`
	// The first reading begins a segment.
	selectBegun = `SELECT s.id, g.at, coalesce(` + usageOf("g.at - 1") + `, -1), ` + usageOf("g.at") + `
		FROM series s JOIN segment g ON g.series = s.id AND g.at > ?4 AND g.at <= ?5 WHERE ` + ofAccount + ` ORDER BY g.at`
)

func (db *DB) spends(n identity, from, to time.Time) (map[string]Spend, error) {
	a, b := from.Unix(), to.Unix()
	all, readMS := map[int64]*ends{}, int64(0)
	err := db.query(selectEnds, func(r *sql.Rows) error {
		var id int64
		e := &ends{first: a}
		err := r.Scan(&id, &e.subject, &e.readMS, &e.a, &e.b)
		all[id], readMS = e, max(readMS, e.readMS)
		return err
	}, n.account, n.baseURL, n.subject, a, b)
	if err != nil {
		return nil, err
	}
	err = db.query(selectBegun, func(r *sql.Rows) error {
		var id, at int64
		var before, after float64
		err := r.Scan(&id, &at, &before, &after)
		if e := all[id]; e != nil {
			c := e.bend(a, b)
			if before == noUsage {
				e.first = at
			}
			c.set(at-1, before)
			c.set(at, after)
			c.Segments = append(c.Segments, Segment{At: time.Unix(at, 0)})
		}
		return err
	}, n.account, n.baseURL, n.subject, a, b)
	for _, t := range []int64{a, b} {
		if err != nil {
			return nil, err
		}
		if t*1000 >= readMS {
			break // a gap ends with a reading
		}
		err = db.query(selectGapAt, func(r *sql.Rows) error {
			var id, start, end int64
			var us, ue float64
			var begins bool
			err := r.Scan(&id, &start, &end, &us, &ue, &begins)
			if e := all[id]; e != nil {
				c := e.bend(a, b)
				c.set(start, us)
				c.set(end, ue)
				c.Gaps = append(c.Gaps, credit.Gap{Span: credit.Span{From: time.Unix(start, 0), To: time.Unix(end, 0)}})
				if begins && end > b {
					c.Segments = append(c.Segments, Segment{At: time.Unix(end, 0)})
				}
			}
			return err
		}, n.account, n.baseURL, n.subject, t)
	}
	if err != nil {
		return nil, err
	}
	spends := make(map[string]Spend, len(all))
	for _, e := range all {
		if from.UnixMilli() > e.readMS || e.b == noUsage || !to.After(time.Unix(e.first, 0)) {
			continue
		}
		usd := max(0, e.b-e.a)
		if e.curve != nil {
			usd = e.Spend(from, to)
		}
		spends[e.subject] = covered(from, to, e.first, e.readMS, usd)
	}
	return spends, nil
}
