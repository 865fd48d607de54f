package history

import (
	"cmp"
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

// Spends returns what was spent from each of the bounds to the next by each subject of
// an account that begins with prefix, such as each of its keys: the same that BucketsAt
// tells of one series, for thousands at once. From and To of a Spend are the
// part of the span that the subject's history covers, gaps included: zero where that
// is nothing.
func (db *DB) Spends(ctx context.Context, account, baseURL, prefix string, bounds ...time.Time) (spends map[string][]Spend, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := ascend(bounds); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	n := identity{account, baseURL, prefix}
	err = db.view(func() error {
		spends, err = db.spends(ctx, n, bounds)
		for s := range db.tails {
			if err == nil && db.names[s-1].within(&n) {
				err = db.spendsOf(s, spends, bounds)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", db.where(), err)
	}
	return spends, nil
}

// spendsOf adds the spends of one series, some of which waits in memory.
func (db *DB) spendsOf(s Series, spends map[string][]Spend, bounds []time.Time) error {
	id, err := db.id(s)
	if err != nil {
		return err
	}
	h, err := db.newest(s)
	if err != nil {
		return err
	}
	p, err := db.plot(s, id, bounds)
	if err != nil {
		return err
	}
	oldest, err := db.rows(s, id, math.MinInt64, math.MaxInt64, "ASC", 1)
	if err != nil || len(oldest) == 0 {
		return err
	}
	of := make([]Spend, len(p.Buckets))
	for i, b := range p.Buckets {
		if b.Known {
			of[i] = covered(b.From, b.To, oldest[0].at, h.readMS.Int64, b.SpendUSD, b.Blurred)
		}
	}
	spends[db.names[s-1].subject] = of
	return nil
}

//go:noinline
func covered(from, to time.Time, first, readMS int64, usd float64, blurred bool) Spend {
	if t := time.Unix(first, 0).UTC(); t.After(from) {
		from = t
	}
	if t := time.UnixMilli(readMS).UTC(); t.Before(to) {
		to = t
	}
	return Spend{from, to, usd, blurred}
}

// ends are what is stored of one series at the ends of spans. Most
// series need no more; a curve is made where a segment or a gap is met.
type ends struct {
	subject       string
	usage         []float64 // or noUsage, at each of the bounds
	first, readMS int64     // the first reading, or the start of the first span
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

// within reports whether a series is of another's account, and its subject begins with
// that of the other.
//
//go:noinline
func (n *identity) within(of *identity) bool {
	return n.account == of.account && n.baseURL == of.baseURL && strings.HasPrefix(n.subject, of.subject)
}

// inMind adds the heads of an account's series of a prefix, by their rows, where those of
// all that the file has are known: where this process reads them.
func (db *DB) inMind(n identity, heads map[int64]*head) (all bool, err error) {
	for s, h := range db.heads {
		if h.id != 0 && db.names[s-1].within(&n) {
			heads[h.id] = h
		}
	}
	if len(heads) == 0 {
		return false, nil
	}
	count := 0
	err = db.query("SELECT count(*) FROM series s WHERE "+ofAccount, func(r *sql.Rows) error { return r.Scan(&count) }, n.account, n.baseURL, n.subject)
	if all = count == len(heads); !all {
		clear(heads)
	}
	return all, err
}

// subjects returns the series of an account and a prefix, and their heads, by their rows;
// drop leaves one out of which something was changed.
func (db *DB) subjects(n identity, all map[int64]*ends, drop func(id int64)) (map[int64]*head, error) {
	heads := map[int64]*head{}
	if known, err := db.inMind(n, heads); known || err != nil {
		for s, h := range db.heads {
			if heads[h.id] == h {
				all[h.id] = &ends{subject: db.names[s-1].subject}
			}
		}
		return heads, err
	}
	err := db.query(selectSubjects, func(r *sql.Rows) error {
		var id, crc int64
		var n identity
		err := r.Scan(&id, &n.account, &n.baseURL, &n.subject, &crc)
		if all[id] = (&ends{subject: n.subject}); crc != int64(checksum(n.account, n.baseURL, n.subject)) {
			drop(id)
		}
		return err
	}, n.account, n.baseURL, n.subject)
	if err != nil {
		return nil, err
	}
	return heads, db.query(selectHeads+`WHERE series IN (SELECT s.id FROM series s WHERE `+ofAccount+`)`, func(r *sql.Rows) error {
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

// lookedUp is how many places are looked up at a time: a few milliseconds of work.
const lookedUp = 128

func (db *DB) spends(ctx context.Context, n identity, bounds []time.Time) (map[string][]Spend, error) {
	a, b := bounds[0].Unix(), bounds[len(bounds)-1].Unix()
	all, readMS := map[int64]*ends{}, int64(0)
	drop := func(id int64) {
		delete(all, id)
		db.spoil("readings of some keys")
	}
	heads, err := db.subjects(n, all, drop)
	places := make([]instant, 0, len(all)*len(bounds))
	usage := make([]float64, cap(places))
	for id, e := range all {
		switch h := heads[id]; {
		case h == nil:
			drop(id)
		case !h.at.Valid:
			delete(all, id)
		default:
			e.first, e.readMS, readMS = a, h.readMS.Int64, max(readMS, h.readMS.Int64)
			e.usage, usage = usage[:len(bounds)], usage[len(bounds):]
			for _, t := range bounds {
				places = append(places, instant{id, t.Unix()})
			}
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
	for _, t := range bounds {
		if err != nil {
			return nil, err
		}
		if t.Unix()*1000 >= readMS {
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
		}, n.account, n.baseURL, n.subject, t.Unix())
	}
	if err != nil {
		return nil, err
	}
	kept := places[:0]
	for _, p := range places {
		if all[p.id] != nil {
			kept = append(kept, p)
		}
	}
	places = kept
	// Those of one series are together.
	sorted.Rows(places, func(a, b *instant) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.at, b.at)) })
	rows := make([]row, 0, len(places))
	for len(rows) < len(places) {
		some := places[len(rows):]
		found, err := db.lookups(heads, some[:min(lookedUp, len(some))])
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return nil, err
		}
		rows = append(rows, found...)
	}
	for n, p := range places {
		e, usd := all[p.id], float64(noUsage)
		if e == nil {
			continue
		}
		if !db.good(p.id, p.at) && p.at < heads[p.id].at.Int64 {
			delete(all, p.id)
			continue
		}
		if r := rows[n]; r != (row{}) {
			usd = r.usage
		}
		for i, t := range bounds {
			if p.at == t.Unix() {
				e.usage[i] = usd
			}
		}
		if e.curve != nil {
			e.set(p.at, usd)
			if i := slices.IndexFunc(e.Segments, func(g Segment) bool { return g.At.Unix() == p.at+1 }); i >= 0 && usd == noUsage && p.at >= a {
				e.first = p.at + 1
			}
		}
	}
	spends := make(map[string][]Spend, len(all))
	list := make([]Spend, len(all)*(len(bounds)-1))
	for _, e := range all {
		of := list[: len(bounds)-1 : len(bounds)-1]
		list = list[len(of):]
		for i := range of {
			of[i] = e.between(i, bounds[i], bounds[i+1])
		}
		spends[e.subject] = of
	}
	return spends, nil
}

// between is what was spent from bound i to the next; zero where nothing covers that.
func (e *ends) between(i int, from, to time.Time) Spend {
	if from.UnixMilli() > e.readMS || e.usage[i+1] == noUsage || !to.After(time.Unix(e.first, 0)) {
		return Spend{}
	}
	usd, blurred := max(0, e.usage[i+1]-e.usage[i]), false
	if e.curve != nil {
		usd, blurred = e.Spend(from, to), len(e.Holes(credit.Span{From: from, To: to})) > 0
	}
	return covered(from, to, e.first, e.readMS, usd, blurred)
}
