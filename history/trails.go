package history

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"iter"
	"math"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
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
	stored   *head
	segments []Segment
	gaps     []credit.Gap
	credits  []creditRow
	topUps   []credit.TopUp
	first    row
	exists   bool  // first does
	rows     []row // from the one in effect where reading begins; nil before they are read
	blocks   []block
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
const farPast = -1 << 39

// read runs a query for the members that are stored and for which from tells a
// time: each row of json_each is one's id and that time. It scans each row,
// which begins with the id, into columns, and then gives it to take.
func (m members) read(db *DB, query string, from func(*member) (at int64, ok bool), take func(*member), columns ...any) error {
	byID, list, err := m.since(from)
	if len(byID) == 0 || err != nil {
		return err
	}
	var id int64
	columns = append([]any{&id}, columns...)
	return db.query(query, func(r *sql.Rows) error {
		err := r.Scan(columns...)
		if e := byID[id]; e != nil && err == nil { // a damaged row may be of any series
			take(e)
		}
		return err
	}, list)
}

// since are the members that are stored and for which from tells a time, by their ids,
// and the ids with those times as a statement takes them.
func (m members) since(from func(*member) (at int64, ok bool)) (byID map[int64]*member, list string, err error) {
	byID = map[int64]*member{}
	pairs := [][2]int64{}
	for _, e := range m {
		if at, ok := from(e); ok && e.id != 0 {
			byID[e.id], pairs = e, append(pairs, [2]int64{e.id, at})
		}
	}
	b, err := json.Marshal(pairs)
	return byID, string(b), err
}

// giving gives each member's samples, or blocks, from after the second block that ends
// before its time on: those of the block that the row in effect then is in, too.
//
//go:noinline
func giving(table, value, orThat string) string {
	return `SELECT count(give(?1, t.series, t.at, t.` + value + `)) FROM json_each(?2) j CROSS JOIN ` + table +
		` t ON t.series = j.value->>0 AND t.at >` + orThat + ` ` + before("1")
}

// before is the end of the n-th last block that ends before a member's time.
func before(n string) string {
	return `coalesce((SELECT at FROM block WHERE series = j.value->>0 AND at < j.value->>1 ORDER BY at DESC LIMIT 1 OFFSET ` + n + `), -1099511627777)`
}

var (
	selectSamples = giving("sample", "usage", "")
	// That block too, for where the rows begin.
	selectBlocks = giving("block", "crc * 1.0", "=")
	selectFirst  = `SELECT t.series, t.at, t.usage, coalesce(b.at, 0), b.crc FROM json_each(?1) j LEFT JOIN block b ON b.series = j.value->>0
		AND b.at = (SELECT at FROM block WHERE series = j.value->>0 AND at >= j.value->>1 ORDER BY at LIMIT 1)
		CROSS JOIN sample t ON t.series = j.value->>0 AND t.at > ` + before("0") + ` AND t.at <= coalesce(b.at, 1099511627776)`
)

// trails loads the trails of m, anew where damage was found.
func (db *DB) trails(m members, w Want) (map[Series]*credit.Trail, error) {
	given := make([]*credit.Trail, len(m))
	for i, e := range m {
		given[i] = e.have
	}
	for seen := -1; seen != m.torn(db); {
		seen = m.torn(db)
		for i, e := range m {
			*e = member{s: e.s, id: e.id, have: given[i], added: e.added}
		}
		if err := m.load(db, w); err != nil {
			return nil, err
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

// Began returns the time of the first reading that counts where nothing does before
// the last segment of the given Reason, as the First of a trail that [DB.Load] returns;
// ok is false where there is none.
func (db *DB) Began(ctx context.Context, s Series, fromReason string) (at time.Time, ok bool, err error) {
	err = db.read(ctx, s, func(id int64) error {
		e := &member{}
		m := members{e}
		for seen := -1; seen != m.torn(db); {
			*e = member{s: s, id: id, added: db.added(s)}
			seen = m.torn(db)
			if err := m.readStarts(db, fromReason); err != nil {
				return err
			}
		}
		at, ok = time.Unix(e.first.at, 0).UTC(), e.exists
		return nil
	})
	return at, ok, err
}

// torn is how many damaged days are known.
func (m members) torn(db *DB) (n int) {
	for _, e := range m {
		n += len(db.bad[e.id])
	}
	return n
}

func (m members) load(db *DB, w Want) error {
	if err := m.readStarts(db, w.FromReason); err != nil {
		return err
	}
	for _, e := range m {
		if !e.continues() {
			e.have = nil
		}
	}
	// Twice, for what has no row where that which is there ends is read anew.
	for range 2 {
		if err := m.readRows(db, w.Since.Unix()); err != nil {
			return err
		}
	}
	return nil
}

// readFacts reads the segments, gaps and credits of each.
func (m members) readFacts(db *DB) error {
	list := map[int64]*facts{}
	sums := map[int64]int64{}
	wrong := map[int64]bool{}
	unread := func(e *member) (int64, bool) { return farPast, e.stored.facts == nil }
	var table, at, to, crc int64
	var usd *float64
	var a, b, c string
	err := m.read(db, selectFactsOf, unread, func(e *member) {
		if list[e.id] == nil {
			list[e.id] = &facts{}
		}
		sums[e.id] += crc + 1
		if list[e.id].take(e.id, table, at, to, usd, a, b, c) != uint32(crc) {
			wrong[e.id] = true
		}
	}, &table, &at, &to, &usd, &a, &b, &c, &crc)
	for _, e := range m {
		if _, unread := unread(e); !unread || err != nil {
			continue
		}
		if wrong[e.id] || sums[e.id] != e.stored.sum {
			return errFacts
		}
		e.stored.facts = list[e.id].orNone()
	}
	return err
}

// readStarts reads what is stored besides the rows, and the first reading.
func (m members) readStarts(db *DB, fromReason string) error {
	for _, e := range m {
		var err error
		if e.stored, err = db.stem(e.s, e.id); err != nil {
			return err
		}
	}
	if err := m.readFacts(db); err != nil {
		return err
	}
	from := map[*member]int64{}
	for _, e := range m {
		gaps, segments, err := db.mended(e.s, e.id)
		if err != nil {
			return err
		}
		all := slices.Clone(e.stored.facts.segments)
		e.gaps, e.segments = slices.Clone(gaps), slices.Clone(segments)
		e.credits = slices.Clone(e.stored.facts.credits)
		for _, c := range e.added {
			if c.segment != nil {
				e.segments, all = append(e.segments, *c.segment), append(all, *c.segment)
			}
			if c.gap != nil {
				e.gaps = append(e.gaps, *c.gap)
			}
			if v := c.credits; v != nil {
				if n := len(e.credits); n > 0 && e.credits[n-1].at == v.at {
					e.credits[n-1] = *v
				} else {
					e.credits = append(e.credits, *v)
				}
			}
		}
		for i, g := range slices.Backward(e.segments) {
			if fromReason != "" && g.Reason == fromReason {
				e.segments = e.segments[i:]
				break
			}
		}
		if from[e] = farPast; len(e.segments) > 0 {
			from[e] = e.segments[0].At.Unix()
		}
		e.topUps = purchases(e.credits, all, time.Unix(from[e], 0), time.Unix(1<<40, 0))
	}
	if err := m.readFirst(db, from); err != nil {
		return err
	}
	for _, e := range m {
		for _, c := range e.added {
			if c.sample.at >= from[e] && (!e.exists || c.sample.at <= e.first.at) {
				e.first, e.exists = *c.sample, true
			}
		}
		e.credits = slices.Clone(between(e.credits, e.first.at, math.MaxInt64, func(c creditRow) int64 { return c.at }))
		e.gaps = sorted.Without(e.gaps, func(g *credit.Gap) bool { return g.To.Unix() <= e.first.at && g.Cause != credit.Damaged })
	}
	return nil
}

// readFirst reads the first row of each from a time on.
func (m members) readFirst(db *DB, from map[*member]int64) error {
	var v row
	var b block
	var n sql.NullInt64
	blocks, rows := map[*member]block{}, map[*member][]row{}
	err := m.read(db, selectFirst, func(e *member) (int64, bool) { return from[e], true }, func(e *member) {
		if b.crc = uint32(n.Int64); !n.Valid {
			b = e.stored.tail()
		}
		blocks[e], rows[e] = b, append(rows[e], v)
	}, &v.at, &v.usage, &b.at, &n)
	for _, e := range m {
		if err != nil {
			return err
		}
		if !blocks[e].fits(rows[e]) {
			db.distrust(e.id, blocks[e], rows[e])
		}
		i := slices.IndexFunc(rows[e], func(r row) bool { return r.at >= from[e] && db.good(e.id, r.at) })
		if i >= 0 {
			e.first, e.exists = rows[e][i], true
		} else if e.stored.at.Valid {
			e.first, e.exists, err = db.next(e.stored, from[e])
		}
	}
	return err
}

// readRows reads the rows of those of which they were not read, from where
// what is there ends, or since the given time.
func (m members) readRows(db *DB, since int64) error {
	from := map[*member]int64{}
	for _, e := range m {
		if s, ok := e.have.Newest(); ok && e.rows == nil {
			from[e] = s.At.Unix()
		} else if e.exists && e.rows == nil {
			from[e] = max(e.first.at, since)
		}
	}
	byID, list, err := m.since(func(e *member) (int64, bool) { at, ok := from[e]; return at, ok })
	if err != nil {
		return err
	}
	if len(byID) > 0 {
		err = db.given(selectBlocks, func(id int64, r row) {
			if e := byID[id]; e != nil { // a damaged row may be of any series
				e.blocks = append(e.blocks, block{r.at, uint32(r.usage)})
			}
		}, list)
		if err != nil {
			return err
		}
		err = db.given(selectSamples, func(id int64, r row) {
			if e := byID[id]; e != nil {
				if e.rows == nil {
					e.rows = make([]row, 0, blockRows*(len(e.blocks)+1))
				}
				e.rows = append(e.rows, r)
			}
		}, list)
		if err != nil {
			return err
		}
	}
	for e, at := range from {
		if e.id != 0 && e.stored.at.Valid {
			after := int64(math.MinInt64)
			if n := len(e.blocks); n > 1 && e.blocks[1].at < at {
				after, e.blocks = e.blocks[0].at, e.blocks[1:]
			}
			rows := db.compare(e.stored, e.rows, after, append(e.blocks, e.stored.tail()))
			e.rows = db.newestToo(e.stored, db.trusted(e.stored, rows), math.MaxInt64)
		}
		i, found := slices.BinarySearchFunc(e.rows, at, func(r row, at int64) int { return cmp.Compare(r.at, at) })
		if !found && i > 0 {
			i--
		}
		e.rows, e.blocks = slices.Clip(e.rows[i:]), nil
		if s, ok := e.have.Newest(); !ok && e.rows == nil {
			e.rows = []row{}
		} else if ok && (len(e.rows) == 0 || e.rows[0].at != s.At.Unix()) {
			e.have, e.rows = nil, nil
		}
	}
	return nil
}

// apart returns the gaps, and the spans that were back-filled.
//
//go:noinline
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
	t.TopUps = e.topUps
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
