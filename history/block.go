package history

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"ortop/internal/text"
	"slices"
	"strings"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// blockRows is how many rows share a checksum at most: a lookup reads as many.
const blockRows = 8

// firstDay is a day of UTC, in 2000, before which nothing was read: a damaged
// row may be of any time.
const firstDay = 10957

// block is the checksum of a run of rows, up to the one at.
type block struct {
	at  int64
	crc uint32 // of 24 bits, so that SQL can tell both as one number
}

const blockMask = 1<<24 - 1

func (b block) store(k *conn, id int64) error {
	return k.run(`INSERT OR REPLACE INTO block VALUES (?, ?, ?)`, id, b.at, b.crc)
}

// fits reports whether rows are those of the block.
func (b block) fits(rows []row) bool {
	crc := uint32(0)
	for _, r := range rows {
		crc += rowSum(r.at, r.usage)
	}
	return crc&blockMask == b.crc
}

// damaged is what makes all of a series unknown.
func damaged(what string) error { return fmt.Errorf("%w: %s", ErrCorrupt, what) }

// Damage says in one line what was found damaged, and left out, since the
// history was opened; it is "" where nothing was.
func (db *DB) Damage() string {
	db.mu.Lock()
	defer db.mu.Unlock()
	days := map[int64]bool{}
	for _, of := range db.bad {
		maps.Copy(days, of)
	}
	var parts []string
	if len(days) > 0 {
		const most = 3
		list := slices.Sorted(maps.Keys(days))
		var words []string
		for _, d := range list[:min(most, len(list))] {
			words = append(words, time.Unix(d*secondsADay, 0).UTC().Format("2 Jan 2006"))
		}
		if more := len(list) - most; more > 0 {
			words = append(words, fmt.Sprintf("%d more days", more))
		}
		parts = append(parts, "the readings of "+text.List(words)+" (UTC)")
	}
	parts = append(parts, slices.Sorted(maps.Keys(db.spoilt))...)
	if len(parts) == 0 {
		return ""
	}
	return "the history is damaged; left out: " + text.List(parts)
}

// spoil notes that some of what is kept, such as events, was left out.
func (db *DB) spoil(what string) {
	if db.spoilt == nil {
		db.spoilt = map[string]bool{}
	}
	db.spoilt[what] = true
}

// distrust marks the days of rows, and of a block, as damaged.
func (db *DB) distrust(id int64, b block, rows []row) {
	days := db.bad[id]
	if days == nil {
		if db.bad == nil {
			db.bad = map[int64]map[int64]bool{}
		}
		days = map[int64]bool{}
		db.bad[id] = days
		clear(db.loaded)
	}
	days[dayOf(b.at)] = true
	for _, r := range rows {
		if r.at >= firstDay*secondsADay {
			days[dayOf(r.at)] = true
		}
	}
}

// good reports whether nothing is known to be wrong with the day of at.
func (db *DB) good(id, at int64) bool { return !db.bad[id][dayOf(at)] }

// trusted drops rows of damaged days, but not the newest, which the head has too.
func (db *DB) trusted(h *head, rows []row) []row {
	if len(db.bad[h.id]) == 0 {
		return rows
	}
	return slices.DeleteFunc(rows, func(r row) bool { return !db.good(h.id, r.at) && r != (row{h.at.Int64, h.usage}) })
}

// tail is the block of the rows that are in none yet.
func (h *head) tail() block { return block{h.at.Int64, h.crc & blockMask} }

// compare checks rows, all of those after one time, against the blocks of
// their span, and returns them in order: of damaged ones that is not certain.
func (db *DB) compare(h *head, rows []row, after int64, blocks []block) []row {
	rows = slices.DeleteFunc(rows, func(r row) bool { return r.at <= after })
	order(rows)
	all := rows
	for _, b := range blocks {
		n, _ := slices.BinarySearchFunc(rows, b.at+1, func(r row, at int64) int { return cmp.Compare(r.at, at) })
		if !b.fits(rows[:n]) {
			db.distrust(h.id, b, rows[:n])
		}
		rows = rows[n:]
	}
	return all
}

// order sorts rows by time, most of which are in order.
func order(rows []row) {
	for i := 1; i < len(rows); i++ {
		for k := i; k > 0 && rows[k].at < rows[k-1].at; k-- {
			rows[k], rows[k-1] = rows[k-1], rows[k]
		}
	}
}

// span returns the rows of [from, to] that can be trusted.
func (db *DB) span(h *head, from, to int64) ([]row, error) {
	if !h.at.Valid || from > to {
		return nil, nil
	}
	start, end := int64(math.MinInt64), int64(math.MaxInt64)
	var blocks []block
	err := db.query(`SELECT at, crc FROM block WHERE series = ?1 AND at >= coalesce((SELECT max(at) FROM block WHERE series = ?1 AND at < ?2), ?2)
		AND at <= coalesce((SELECT min(at) FROM block WHERE series = ?1 AND at >= ?3), ?3) ORDER BY at`,
		func(r *sql.Rows) error {
			var b block
			err := r.Scan(&b.at, &b.crc)
			if b.at < from {
				start = b.at
			} else {
				blocks = append(blocks, b)
			}
			return err
		}, h.id, from, to)
	if n := len(blocks); n > 0 && blocks[n-1].at >= to {
		end = blocks[n-1].at
	} else {
		blocks = append(blocks, h.tail())
	}
	if err != nil {
		return nil, err
	}
	var rows []row
	err = db.given("SELECT count(give(?, series, at, usage)) FROM sample WHERE series = ? AND at > ? AND at <= ?",
		func(_ int64, v row) { rows = append(rows, v) }, h.id, start, end)
	if err != nil {
		return nil, err
	}
	rows = db.compare(h, rows, start, blocks)
	rows = db.trusted(h, slices.DeleteFunc(rows, func(r row) bool { return r.at < from || r.at > to }))
	if h.at.Int64 < from {
		return rows, nil
	}
	return db.newestToo(h, rows, to), nil
}

// newestToo adds the newest row to those up to a time, which end with it: the
// head has it, whatever became of it.
func (db *DB) newestToo(h *head, rows []row, to int64) []row {
	if newest := (row{h.at.Int64, h.usage}); newest.at <= to && (len(rows) == 0 || rows[len(rows)-1] != newest) {
		rows = append(rows, newest)
	}
	return rows
}

// spot is what a lookup at a time reads: the rows after one block up to the
// end of the next, or those that are in no block yet.
type spot struct {
	after sql.NullInt64
	block
}

// moment is a second of a series.
type moment struct{ id, at int64 }

// packed is m, which is no earlier than farPast, as one number, for what SQLite
// unpacks fastest; such numbers are in the order of series and time.
func (m moment) packed() int64 { return m.id<<40 | (m.at - farPast) }

func momentOf(m int64) moment { return moment{m >> 40, m&(1<<40-1) + farPast} }

// selectSpots are the blocks of packed moments, and where those before them end.
var selectSpots = strings.NewReplacer("$id", "(j.value >> 40)", "$at", "((j.value & 0xffffffffff) - 0x8000000000)").Replace(
	`SELECT (SELECT at FROM block WHERE series = $id AND at < $at ORDER BY at DESC LIMIT 1),
	(SELECT at << 24 | crc FROM block WHERE series = $id AND at >= $at ORDER BY at LIMIT 1) FROM json_each(?) j`)

// spots returns what lookups at the given packed moments read, each once, with
// its rows, by where it ends.
func (db *DB) spots(heads map[int64]*head, moments []int64) (found map[moment]spot, rows map[moment][]row, err error) {
	list, err := json.Marshal(moments)
	if err != nil {
		return nil, nil, err
	}
	found = make(map[moment]spot, len(moments))
	spans, ends, blocks := make([][3]int64, 0, len(moments)), make([]moment, 0, len(moments)), make([]block, 0, len(moments))
	err = db.query(selectSpots, func(r *sql.Rows) error {
		var s spot
		var b sql.NullInt64
		if err := r.Scan(&s.after, &b); err != nil {
			return err
		}
		m := momentOf(moments[len(found)])
		if s.block = heads[m.id].tail(); b.Valid {
			s.block = block{b.Int64 >> 24, uint32(b.Int64 & blockMask)}
		}
		if b.Valid && s.at < m.at || s.after.Valid && s.after.Int64 >= m.at {
			return damaged("its blocks are not in order") // what steps from one to the next would not end
		}
		found[m] = s
		if end := (moment{m.id, s.at}); len(ends) == 0 || ends[len(ends)-1] != end {
			from := int64(farPast)
			if s.after.Valid {
				from = s.after.Int64
			}
			spans, ends, blocks = append(spans, [3]int64{m.id, from, s.at}), append(ends, end), append(blocks, s.block)
		}
		return nil
	}, string(list))
	if err != nil {
		return nil, nil, err
	}
	if list, err = json.Marshal(spans); err != nil {
		return nil, nil, err
	}
	all := make([][]row, len(spans))
	// Each column costs as much as the row; as a moment, the key and the time are one.
	err = db.query(`SELECT j.key << 40 | ((t.at + 0x8000000000) & 0xffffffffff), t.usage FROM json_each(?) j
		CROSS JOIN sample t ON t.series = j.value->>0 AND t.at > j.value->>1 AND t.at <= j.value->>2`,
		func(r *sql.Rows) error {
			var v row
			err := r.Scan(&v.at, &v.usage)
			i := v.at >> 40
			v.at = momentOf(v.at).at
			if all[i] == nil {
				all[i] = make([]row, 0, blockRows)
			}
			all[i] = append(all[i], v)
			return err
		}, string(list))
	if err != nil {
		return nil, nil, err
	}
	rows = make(map[moment][]row, len(spans))
	for i, end := range ends {
		all[i] = slices.DeleteFunc(all[i], func(r row) bool { return r.at <= spans[i][1] || r.at > end.at })
		order(all[i])
		if !blocks[i].fits(all[i]) {
			db.distrust(end.id, blocks[i], all[i])
		}
		rows[end] = all[i]
	}
	return found, rows, nil
}

// lookup returns for each of the times the row in effect that can be trusted;
// there is none before the first.
func (db *DB) lookup(h *head, times []int64) (map[int64]row, error) {
	places := make([]moment, len(times))
	for i, t := range times {
		places[i] = moment{h.id, t}
	}
	rows, err := db.lookups(map[int64]*head{h.id: h}, places)
	got := make(map[int64]row, len(rows))
	for p, r := range rows {
		got[p.at] = r
	}
	return got, err
}

// lookups does that for many series.
func (db *DB) lookups(heads map[int64]*head, places []moment) (map[moment]row, error) {
	got := make(map[moment]row, len(places))
	want := map[moment]moment{} // places, by the one that is looked up for them
	for _, p := range places {
		switch h := heads[p.id]; {
		case !h.at.Valid:
		case p.at >= h.at.Int64:
			got[p] = row{h.at.Int64, h.usage}
		default:
			want[p] = moment{p.id, max(p.at, farPast)}
		}
	}
	for len(want) > 0 {
		at := make([]int64, 0, len(want))
		for _, u := range want {
			at = append(at, u.packed())
		}
		slices.Sort(at)
		spots, rows, err := db.spots(heads, slices.Compact(at))
		if err != nil {
			return nil, err
		}
		for p, u := range want {
			s := spots[u]
			of := rows[moment{u.id, s.at}]
			n, _ := slices.BinarySearchFunc(of, u.at+1, func(r row, at int64) int { return cmp.Compare(r.at, at) })
			switch {
			case !db.good(u.id, u.at):
				u.at = dayOf(u.at)*secondsADay - 1
			case n > 0 && db.good(u.id, of[n-1].at):
				got[p] = of[n-1]
				delete(want, p)
				continue
			case n > 0:
				u.at = dayOf(of[n-1].at)*secondsADay - 1
			case s.after.Valid:
				u.at = s.after.Int64
			default:
				delete(want, p)
				continue
			}
			want[p] = u
		}
	}
	return got, nil
}

// next returns the first row at or after a time that can be trusted.
func (db *DB) next(h *head, from int64) (r row, ok bool, err error) {
	from = max(from, farPast)
	for h.at.Valid && from <= h.at.Int64 {
		p := moment{h.id, from}
		spots, rows, err := db.spots(map[int64]*head{h.id: h}, []int64{p.packed()})
		if err != nil {
			return row{}, false, err
		}
		s := spots[p]
		for _, r := range rows[moment{h.id, s.at}] {
			if r.at >= from && db.good(h.id, r.at) {
				return r, true, nil
			}
		}
		from = max(from, s.at) + 1
		if !db.good(h.id, from-1) {
			from = max(from, (dayOf(from-1)+1)*secondsADay)
		}
		if from > h.at.Int64 {
			return row{h.at.Int64, h.usage}, true, nil
		}
	}
	return row{}, false, nil
}

// torn returns the spans of damaged days, as gaps: each ends with the first
// reading that can be trusted. More may be found on the way.
func (db *DB) torn(h *head) (gaps []credit.Gap, err error) {
	for seen := -1; seen != len(db.bad[h.id]); {
		seen, gaps = len(db.bad[h.id]), nil
		for _, day := range slices.Sorted(maps.Keys(db.bad[h.id])) {
			from := day * secondsADay
			if n := len(gaps); n > 0 && from < gaps[n-1].To.Unix() {
				continue
			}
			r, ok, err := db.next(h, from+secondsADay)
			if err != nil {
				return nil, err
			}
			if !ok { // of the newest day
				r = row{h.at.Int64, h.usage}
			}
			if r.at > from {
				gaps = append(gaps, credit.Gap{Span: credit.Span{From: time.Unix(from, 0).UTC(), To: time.Unix(r.at, 0).UTC()}, Cause: credit.Damaged})
			}
		}
	}
	return gaps, nil
}

// without returns the gaps with those that are torn, and the segments of which
// none begins inside of such: one that did begins where that ends.
func (f *facts) without(torn []credit.Gap) (gaps []credit.Gap, segments []Segment) {
	gaps, segments = slices.Clone(f.gaps), slices.Clone(f.segments)
	for _, t := range torn {
		gaps = slices.DeleteFunc(gaps, func(g credit.Gap) bool {
			if !g.From.Before(t.To) || !g.To.After(t.From) {
				return false
			}
			if g.From.Before(t.From) {
				t.From = g.From
			}
			if g.To.After(t.To) {
				t.To = g.To
			}
			return true
		})
		gaps = append(gaps, t)
		for i, s := range segments {
			if s.At.After(t.From) && s.At.Before(t.To) {
				segments[i].At = t.To
			}
		}
	}
	sorted.Rows(gaps, func(a, b *credit.Gap) int { return a.From.Compare(b.From) })
	for i := len(segments) - 1; i > 0; i-- {
		if segments[i].At.Equal(segments[i-1].At) {
			segments = slices.Delete(segments, i-1, i)
		}
	}
	return gaps, segments
}

// recount makes the blocks and the sums of a series anew, after rows were put
// before others. What is there must have been checked.
func (db *DB) recount(h *head) (err error) {
	if err := db.conn.run(`DELETE FROM block WHERE series = ?`, h.id); err != nil {
		return err
	}
	n := &head{}
	err = db.query("SELECT at, usage FROM sample WHERE series = ? ORDER BY at", func(r *sql.Rows) error {
		var v row
		if err := r.Scan(&v.at, &v.usage); err != nil {
			return err
		}
		full := n.count(v)
		n.at, n.usage = sql.NullInt64{Int64: v.at, Valid: true}, v.usage
		if full != nil {
			return full.store(db.conn, h.id)
		}
		return nil
	}, h.id)
	if err != nil {
		return err
	}
	h.rows, h.crc, h.facts = n.rows, n.crc, nil
	h.sum, err = sumFacts(db.conn, h.id)
	return err
}

// sound reports, as an error, whether anything of a series is damaged: nothing
// is to be built on that.
func (db *DB) sound(h *head) error {
	if _, err := db.stored(h); err != nil {
		return err
	}
	if _, err := db.span(h, farPast, math.MaxInt64); err != nil {
		return err
	}
	if len(db.bad[h.id]) > 0 {
		return damaged("some of its readings were changed")
	}
	return nil
}

// toBlocks fills the tables of version 4 by what version 3 had. A day whose
// rows do not match its checksum stays damaged.
func toBlocks(k *conn, readOnly bool) error {
	heads := map[int64]*head{}
	keys := map[int64]*string{}
	type day struct{ series, day int64 }
	type sum struct {
		rows int64
		crc  uint32
	}
	want := map[day]sum{}
	err := k.query(`SELECT series, attempt_ms, success_ms, due_ms, interval_ms, read_ms, at, coalesce(usage, 0), credits, day_rows, day_crc, fault_kind, fault, key FROM poll`,
		func(r *sql.Rows) error {
			h, key := &head{}, (*string)(nil)
			err := r.Scan(&h.id, &h.attemptMS, &h.successMS, &h.dueMS, &h.intervalMS, &h.readMS, &h.at, &h.usage, &h.credits, &h.rows, &h.crc, &h.faultKind, &h.fault, &key)
			heads[h.id], keys[h.id] = h, key
			if h.at.Valid {
				want[day{h.id, dayOf(h.at.Int64)}] = sum{h.rows, h.crc}
			}
			return err
		})
	if err == nil {
		err = k.query(`SELECT series, day, rows, crc FROM day WHERE rows > 0`, func(r *sql.Rows) error {
			var d day
			var s sum
			err := r.Scan(&d.series, &d.day, &s.rows, &s.crc)
			want[d] = s
			return err
		})
	}
	if err != nil {
		return err
	}
	tails := map[int64]*head{}
	var of day
	var rows []row
	// flush counts the rows of a day.
	flush := func() error {
		if len(rows) == 0 {
			return nil
		}
		n := &head{}
		if tails[of.series] != nil {
			if err := tails[of.series].tail().store(k, of.series); err != nil {
				return err
			}
		}
		var got sum
		for _, v := range rows {
			got.rows++
			got.crc += rowSum(v.at, v.usage)
		}
		var wrong uint32
		if want[of] != got {
			wrong = 1
		}
		for _, v := range rows {
			full := n.count(v)
			n.at, n.usage = sql.NullInt64{Int64: v.at, Valid: true}, v.usage
			if full != nil {
				full.crc ^= wrong
				if err := full.store(k, of.series); err != nil {
					return err
				}
			}
		}
		delete(want, of)
		n.crc ^= wrong
		tails[of.series], rows = n, rows[:0]
		return nil
	}
	err = k.query("SELECT series, at, usage FROM sample ORDER BY series, at", func(r *sql.Rows) error {
		var d day
		var v row
		err := r.Scan(&d.series, &v.at, &v.usage)
		if d.day = dayOf(v.at); d != of && err == nil {
			err = flush()
			of = d
		}
		rows = append(rows, v)
		return err
	})
	if err == nil {
		err = flush()
	}
	for d, s := range want { // of which no row is left
		if h := heads[d.series]; err == nil && !(h != nil && h.at.Valid && dayOf(h.at.Int64) == d.day) {
			err = block{(d.day+1)*secondsADay - 1, max(1, s.crc&blockMask)}.store(k, d.series)
		}
	}
	for id, h := range heads {
		if err != nil {
			return err
		}
		if n := tails[id]; n != nil && h.at.Valid {
			if h.rows, h.crc = n.rows, n.crc; n.at != h.at {
				h.crc ^= 1
			}
		}
		if h.sum, err = sumFacts(k, id); err == nil {
			err = h.save(k)
		}
		if key := keys[id]; key != nil && err == nil {
			err = k.run("UPDATE head SET key = ? WHERE series = ?", *key, id)
		}
	}
	if err == nil && !readOnly {
		err = k.exec("DROP TABLE poll; DROP TABLE day")
	}
	return err
}
