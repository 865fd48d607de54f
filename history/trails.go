package history

import (
	"database/sql"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"ortop/internal/credit"
)

// members are the series whose trails are loaded together, each table by one
// statement for all of them.
type members []*member

// member is one of them, and what was read of it so far.
type member struct {
	s        Series
	id       int64         // 0 where it is not stored
	have     *credit.Trail // nil where all is read anew
	added    []change      // what waits in memory
	segments []Segment
	first    row
	exists   bool  // first does
	rows     []row // from the one in effect where reading begins; nil before they are read
	credits  []creditRow
	gaps     []credit.Gap
}

func (m members) series() iter.Seq[Series] {
	return func(yield func(Series) bool) {
		for _, e := range m {
			if !yield(e.s) {
				return
			}
		}
	}
}

// farPast is before every reading.
const farPast = -1 << 40

// read runs a query for the members that are stored and for which from tells a
// time: each row of json_each is one's id and that time. It scans each row,
// which begins with the id, into columns, and then gives it to take.
func (m members) read(db *DB, query string, from func(*member) (at int64, ok bool), take func(*member), columns ...any) error {
	byID := map[int64]*member{}
	list := [][2]int64{}
	for _, e := range m {
		if at, ok := from(e); ok && e.id != 0 {
			byID[e.id], list = e, append(list, [2]int64{e.id, at})
		}
	}
	if len(list) == 0 {
		return nil
	}
	b, err := json.Marshal(list)
	if err != nil {
		return err
	}
	var id int64
	columns = append([]any{&id}, columns...)
	return db.query(query, func(r *sql.Rows) error {
		err := r.Scan(columns...)
		if err == nil {
			take(byID[id])
		}
		return err
	}, string(b))
}

// since joins each member with its rows of a table from the one in effect at
// its time on.
func since(table, columns, at string) string {
	return `SELECT t.series, ` + columns + ` FROM json_each(?1) j CROSS JOIN ` + table + ` t ON t.series = j.value->>0 AND t.` + at + ` >= coalesce(
		(SELECT max(` + at + `) FROM ` + table + ` WHERE series = j.value->>0 AND ` + at + ` <= j.value->>1), j.value->>1)`
}

var (
	selectSegments = since("segment", "at, fingerprint, creator, reason", "at")
	selectCredits  = since("credits", "at, credits", "at")
	selectGaps     = since("gap", "from_at, to_at, cause", "from_at")
	selectSamples  = since("sample", "at, usage", "at")
	selectFirst    = `SELECT t.series, at, usage FROM json_each(?1) j CROSS JOIN sample t ON t.series = j.value->>0 AND t.at =
		(SELECT min(at) FROM sample WHERE series = j.value->>0 AND at >= j.value->>1)`
)

// trails loads the trails of m.
func (db *DB) trails(m members, w Want) (map[Series]*credit.Trail, error) {
	if err := m.readStarts(db, w.FromReason); err != nil {
		return nil, err
	}
	if err := m.readRest(db); err != nil {
		return nil, err
	}
	for _, e := range m {
		if !e.continues() {
			e.have = nil
		}
	}
	missing := func(e *member) (int64, bool) {
		if s, ok := e.have.Newest(); ok {
			return s.At.Unix(), e.rows == nil
		}
		return max(e.first.at, w.Since.Unix()), e.exists && e.rows == nil
	}
	// Twice, for what has no row where that which is there ends is read anew.
	for range 2 {
		var v row
		err := m.read(db, selectSamples, missing, func(e *member) { e.rows = append(e.rows, v) }, &v.at, &v.usage)
		if err != nil {
			return nil, err
		}
		for _, e := range m {
			if s, ok := e.have.Newest(); !ok && e.rows == nil {
				e.rows = []row{}
			} else if ok && (len(e.rows) == 0 || e.rows[0].at != s.At.Unix()) {
				e.have, e.rows = nil, nil
			}
		}
	}
	trails := make(map[Series]*credit.Trail, len(m))
	for _, e := range m {
		trails[e.s] = e.trail(w.FromReason)
		h := db.heads[e.s]
		if t := db.tails[e.s]; t != nil {
			h = &t.head
		}
		if h != nil {
			trails[e.s].ReadAt = fromMillis(h.readMS)
			if n := len(e.segments); n > 0 && h.at.Valid {
				h.know(e.segments[n-1].At.Unix(), e.credits)
			}
		}
	}
	return trails, nil
}

// readStarts reads the segments and the first reading of each.
func (m members) readStarts(db *DB, fromReason string) error {
	var at int64
	var g Segment
	err := m.read(db, selectSegments, func(*member) (int64, bool) { return farPast, true }, func(e *member) {
		g.At = time.Unix(at, 0).UTC()
		e.segments = append(e.segments, g)
	}, &at, &g.Fingerprint, &g.Creator, &g.Reason)
	if err != nil {
		return err
	}
	for _, e := range m {
		for _, c := range e.added {
			if c.segment != nil {
				e.segments = append(e.segments, *c.segment)
			}
		}
		for i, g := range slices.Backward(e.segments) {
			if fromReason != "" && g.Reason == fromReason {
				e.segments = e.segments[i:]
				break
			}
		}
	}
	start := func(e *member) (int64, bool) {
		if len(e.segments) > 0 {
			return e.segments[0].At.Unix(), true
		}
		return farPast, true
	}
	var v row
	err = m.read(db, selectFirst, start, func(e *member) { e.first, e.exists = v, true }, &v.at, &v.usage)
	for _, e := range m {
		from, _ := start(e)
		for _, c := range e.added {
			if c.sample.at >= from && (!e.exists || c.sample.at <= e.first.at) {
				e.first, e.exists = *c.sample, true
			}
		}
	}
	return err
}

// readRest reads the credits and gaps of each since its first reading.
func (m members) readRest(db *DB) error {
	first := func(e *member) (int64, bool) { return e.first.at, e.exists }
	var v creditRow
	err := m.read(db, selectCredits, first, func(e *member) { e.credits = append(e.credits, v) }, &v.at, &v.credits)
	if err != nil {
		return err
	}
	var from, to int64
	var g credit.Gap
	err = m.read(db, selectGaps, first, func(e *member) {
		g.From, g.To = time.Unix(from, 0).UTC(), time.Unix(to, 0).UTC()
		e.gaps = append(e.gaps, g)
	}, &from, &to, &g.Cause)
	for _, e := range m {
		for _, c := range e.added {
			if c.gap != nil {
				e.gaps = append(e.gaps, *c.gap)
			}
			if v := c.credits; v != nil {
				if n := len(e.credits); n > 0 && (v.at <= e.first.at || e.credits[n-1].at == v.at) {
					e.credits[n-1] = *v
				} else {
					e.credits = append(e.credits, *v)
				}
			}
		}
		e.gaps = slices.DeleteFunc(e.gaps, func(g credit.Gap) bool { return g.To.Unix() <= e.first.at })
	}
	return err
}

// apart returns the gaps, and the spans that were back-filled.
func (e *member) apart() (gaps []credit.Gap, filled []credit.Span) {
	for _, g := range e.gaps {
		if g.Cause == backfilled {
			filled = append(filled, g.Span)
		} else {
			gaps = append(gaps, g)
		}
	}
	return gaps, filled
}

// continues reports whether what is stored begins with what the caller has.
// An import or a back-fill makes another beginning.
func (e *member) continues() bool {
	h := e.have
	if h == nil || !e.exists || h.First.At.Unix() != e.first.at || h.First.UsageUSD != e.first.usage {
		return false
	}
	gaps, filled := e.apart()
	return begins(gaps, h.Gaps) && begins(filled, h.Backfilled) && begins(e.segments, h.Segments)
}

// begins reports whether list begins with start.
func begins[T comparable](list, start []T) bool {
	return len(start) <= len(list) && slices.Equal(start, list[:len(start)])
}

// trail puts together what was read.
func (e *member) trail(fromReason string) *credit.Trail {
	t := &credit.Trail{FromReason: fromReason}
	if !e.exists {
		return t
	}
	// Where the first reading waits in memory, older rows are in effect before.
	rows := slices.DeleteFunc(e.rows, func(r row) bool { return r.at < e.first.at })
	if e.have == nil && (len(rows) == 0 || rows[0].at > e.first.at) {
		rows = append([]row{e.first}, rows...)
	}
	rows = overlay(rows, e.added, e.first.at)
	t.Segments = e.segments
	t.Gaps, t.Backfilled = e.apart()
	t.TopUps = purchases(e.credits, e.segments, time.Unix(e.first.at, 0), time.Unix(1<<40, 0))
	samples := compose(rows, e.credits, e.segments)
	t.First, t.Samples = samples[0], samples
	if e.have != nil {
		t.First = e.have.First
		n := len(e.have.Samples) - 1
		if t.Samples = e.have.Samples[:n+1]; t.Samples[n] != samples[0] { // replaced in its second
			t.Samples = append(slices.Clone(t.Samples[:n]), samples[0])
			if n == 0 {
				t.First = samples[0]
			}
		}
		t.Samples = append(t.Samples, samples[1:]...)
	}
	return t
}
