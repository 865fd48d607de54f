package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
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
	err = db.view(func() error {
		spends, err = db.spends(identity{account, baseURL, prefix}, from, to)
		for s := range db.tails {
			n := db.names[s-1]
			if err == nil && n.account == account && n.baseURL == baseURL && strings.HasPrefix(n.subject, prefix) {
				err = db.spendOf(s, spends, from, to)
			}
		}
		return err
	})
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
		spends[db.names[s-1].subject] = covered(from, to, oldest[0].at, h.readMS.Int64, p.Buckets[0].SpendUSD, p.Buckets[0].Blurred)
	}
	return err
}

func covered(from, to time.Time, first, readMS int64, usd float64, blurred bool) Spend {
	if t := time.Unix(first, 0).UTC(); t.After(from) {
		from = t
	}
	if t := time.UnixMilli(readMS).UTC(); t.Before(to) {
		to = t
	}
	return Spend{from, to, usd, blurred}
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

func (e *ends) bend() *curve {
	if e.curve == nil {
		e.curve = newCurve(map[int64]float64{})
	}
	return e.curve
}

// ofAccount are the series s of ?1 to ?3: an account and a prefix of subjects.
// ?4 and ?5 are times.
const ofAccount = `s.account = ?1 AND s.base_url = ?2 AND s.subject >= ?3 AND substr(s.subject, 1, length(?3)) = ?3`

const (
	selectSubjects = `SELECT s.id, s.account, s.base_url, s.subject, s.crc FROM series s WHERE ` + ofAccount
	selectGapAt    = `SELECT s.id, g.from_at, g.to_at, g.cause, g.crc, EXISTS (SELECT 1 FROM segment WHERE series = s.id AND at = g.to_at)
		FROM series s JOIN gap g ON g.series = s.id AND g.from_at = (SELECT max(from_at) FROM gap WHERE series = s.id AND from_at <= ?4)
		WHERE ` + ofAccount + ` AND g.to_at > ?4`
	// The first reading begins a segment.
	selectBegun = `SELECT s.id, g.at, g.fingerprint, g.creator, g.reason, g.crc
		FROM series s JOIN segment g ON g.series = s.id AND g.at > ?4 AND g.at <= ?5 WHERE ` + ofAccount + ` ORDER BY g.at`
)

func (db *DB) spends(n identity, from, to time.Time) (map[string]Spend, error) {
	a, b := from.Unix(), to.Unix()
	all, heads, readMS := map[int64]*ends{}, map[int64]*head{}, int64(0)
	// drop leaves a series out of which something was changed.
	drop := func(id int64) {
		delete(all, id)
		db.spoil("readings of some keys")
	}
	err := db.query(selectSubjects, func(r *sql.Rows) error {
		var id, crc int64
		var n identity
		err := r.Scan(&id, &n.account, &n.baseURL, &n.subject, &crc)
		if all[id] = (&ends{subject: n.subject, first: a}); crc != int64(checksum(n.account, n.baseURL, n.subject)) {
			drop(id)
		}
		return err
	}, n.account, n.baseURL, n.subject)
	if err == nil {
		err = db.query(selectHeads+`WHERE series IN (SELECT s.id FROM series s WHERE `+ofAccount+`)`, func(r *sql.Rows) error {
			h := &head{}
			err := h.scan(r)
			heads[h.id] = h
			if errors.Is(err, ErrCorrupt) {
				drop(h.id)
				return nil
			}
			return err
		}, n.account, n.baseURL, n.subject)
	}
	var places []instant
	for id, e := range all {
		switch h := heads[id]; {
		case h == nil:
			drop(id)
		case !h.at.Valid:
			delete(all, id)
		default:
			e.readMS, readMS = h.readMS.Int64, max(readMS, h.readMS.Int64)
			places = append(places, instant{id, a}, instant{id, b})
		}
	}
	if err == nil {
		err = db.query(selectBegun, func(r *sql.Rows) error {
			var id, at, crc int64
			var g Segment
			err := r.Scan(&id, &at, &g.Fingerprint, &g.Creator, &g.Reason, &crc)
			if e := all[id]; e != nil {
				places = append(places, instant{id, at - 1}, instant{id, at})
				g.At = time.Unix(at, 0)
				c := e.bend()
				c.Segments = append(c.Segments, g)
				if crc != int64(checksum(id, at, g.Fingerprint, g.Creator, g.Reason)) {
					drop(id)
				}
			}
			return err
		}, n.account, n.baseURL, n.subject, a, b)
	}
	for _, t := range []int64{a, b} {
		if err != nil {
			return nil, err
		}
		if t*1000 >= readMS {
			break // a gap ends with a reading
		}
		err = db.query(selectGapAt, func(r *sql.Rows) error {
			var id, start, end, crc int64
			var cause string
			var begins bool
			err := r.Scan(&id, &start, &end, &cause, &crc, &begins)
			if e := all[id]; e != nil {
				places = append(places, instant{id, start}, instant{id, end})
				c := e.bend()
				c.Gaps = append(c.Gaps, credit.Gap{Span: credit.Span{From: time.Unix(start, 0), To: time.Unix(end, 0)}, Cause: cause})
				if begins && end > b {
					c.Segments = append(c.Segments, Segment{At: time.Unix(end, 0)})
				}
				if crc != int64(checksum(id, start, end, cause)) {
					drop(id)
				}
			}
			return err
		}, n.account, n.baseURL, n.subject, t)
	}
	if err != nil {
		return nil, err
	}
	places = sorted.Without(places, func(p *instant) bool { return all[p.id] == nil })
	rows, err := db.lookups(heads, places)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		e, usd := all[p.id], float64(noUsage)
		if e == nil {
			continue
		}
		if !db.good(p.id, p.at) && p.at < heads[p.id].at.Int64 {
			delete(all, p.id)
			continue
		}
		if r, ok := rows[p]; ok {
			usd = r.usage
		}
		if p.at == a {
			e.a = usd
		}
		if p.at == b {
			e.b = usd
		}
		if e.curve != nil {
			e.set(p.at, usd)
			if i := slices.IndexFunc(e.Segments, func(g Segment) bool { return g.At.Unix() == p.at+1 }); i >= 0 && usd == noUsage && p.at >= a {
				e.first = p.at + 1
			}
		}
	}
	spends := make(map[string]Spend, len(all))
	for _, e := range all {
		if from.UnixMilli() > e.readMS || e.b == noUsage || !to.After(time.Unix(e.first, 0)) {
			continue
		}
		usd, blurred := max(0, e.b-e.a), false
		if e.curve != nil {
			usd, blurred = e.Spend(from, to), len(e.Holes(credit.Span{From: from, To: to})) > 0
		}
		spends[e.subject] = covered(from, to, e.first, e.readMS, usd, blurred)
	}
	return spends, nil
}
