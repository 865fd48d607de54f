package history

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"ortop/internal/sorted"
)

// spot is what a lookup at a time reads: the rows after one block up to the
// end of the next, or those that are in no block yet.
type spot struct {
	after sql.NullInt64
	block
	span int   // of those that were read
	rows []row // of that
}

// instant is a second of a series.
type instant struct{ id, at int64 }

// packed is m, which is no earlier than farPast, as one number, for what SQLite
// unpacks fastest; such numbers are in the order of series and time.
func (m instant) packed() int64 { return m.id<<40 | (m.at - farPast) }

func instantOf(m int64) instant { return instant{m >> 40, m&(1<<40-1) + farPast} }

// selectSpots are the blocks of packed moments, and where those before them end.
var selectSpots = strings.NewReplacer("$id", "(j.value >> 40)", "$at", "((j.value & 0xffffffffff) - 0x8000000000)").Replace(
	`SELECT (SELECT at FROM block WHERE series = $id AND at < $at ORDER BY at DESC LIMIT 1),
	(SELECT at << 24 | crc FROM block WHERE series = $id AND at >= $at ORDER BY at LIMIT 1) FROM json_each(?) j`)

// spots returns, in their order, what lookups at the given packed moments read, which
// are in order and each once.
func (db *DB) spots(heads map[int64]*head, moments []int64) ([]spot, error) {
	list, err := json.Marshal(moments)
	if err != nil {
		return nil, err
	}
	found, spans := make([]spot, 0, len(moments)), make([][3]int64, 0, len(moments))
	err = db.query(selectSpots, func(r *sql.Rows) error {
		var s spot
		var b sql.NullInt64
		if err := r.Scan(&s.after, &b); err != nil {
			return err
		}
		m := instantOf(moments[len(found)])
		if s.block = heads[m.id].tail(); b.Valid {
			s.block = block{b.Int64 >> 24, uint32(b.Int64 & blockMask)}
		}
		if b.Valid && s.at < m.at || s.after.Valid && s.after.Int64 >= m.at {
			return damaged("its blocks are not in order") // what steps from one to the next would not end
		}
		if n := len(spans); n == 0 || spans[n-1][0] != m.id || spans[n-1][2] != s.at {
			from := int64(farPast)
			if s.after.Valid {
				from = s.after.Int64
			}
			spans = append(spans, [3]int64{m.id, from, s.at})
		}
		s.span = len(spans) - 1
		found = append(found, s)
		return nil
	}, string(list))
	if err != nil {
		return nil, err
	}
	if list, err = json.Marshal(spans); err != nil {
		return nil, err
	}
	all := make([][]row, len(spans))
	// Each column costs as much as the row; as a moment, the key and the time are one.
	err = db.query(`SELECT j.key << 40 | ((t.at + 0x8000000000) & 0xffffffffff), t.usage FROM json_each(?) j
		CROSS JOIN sample t ON t.series = j.value->>0 AND t.at > j.value->>1 AND t.at <= j.value->>2`,
		func(r *sql.Rows) error {
			var v row
			err := r.Scan(&v.at, &v.usage)
			i := v.at >> 40
			v.at = instantOf(v.at).at
			all[i] = append(all[i], v)
			return err
		}, string(list))
	if err != nil {
		return nil, err
	}
	for i := range found {
		s := &found[i]
		if n := s.span; i == 0 || found[i-1].span != n {
			all[n] = slices.DeleteFunc(all[n], func(r row) bool { return r.at <= spans[n][1] || r.at > s.at })
			order(all[n])
			if !s.fits(all[n]) {
				db.distrust(spans[n][0], s.block, all[n])
			}
		}
		s.rows = all[s.span]
	}
	return found, nil
}

// lookup returns for each of the times the row in effect that can be trusted;
// there is none before the first.
func (db *DB) lookup(h *head, times []int64) (map[int64]row, error) {
	places := make([]instant, len(times))
	for i, t := range times {
		places[i] = instant{h.id, t}
	}
	rows, err := db.lookups(map[int64]*head{h.id: h}, places)
	got := make(map[int64]row, len(rows))
	for i, r := range rows {
		if r != (row{}) {
			got[times[i]] = r
		}
	}
	return got, err
}

// lookups does that for many series, place by place: zero for none.
func (db *DB) lookups(heads map[int64]*head, places []instant) ([]row, error) {
	got := make([]row, len(places))
	// want are the places that are still to be looked up, and the time to do it at, packed.
	type wanted struct {
		place  int
		moment int64
	}
	var want []wanted
	for i, p := range places {
		switch h := heads[p.id]; {
		case !h.at.Valid:
		case p.at >= h.at.Int64:
			got[i] = row{h.at.Int64, h.usage}
		default:
			want = append(want, wanted{i, instant{p.id, max(p.at, farPast)}.packed()})
		}
	}
	for len(want) > 0 {
		moments := make([]int64, len(want))
		for i, w := range want {
			moments[i] = w.moment
		}
		sorted.Numbers(moments)
		moments = slices.Compact(moments)
		spots, err := db.spots(heads, moments)
		if err != nil {
			return nil, err
		}
		rest := want[:0]
		for _, w := range want {
			i, _ := slices.BinarySearch(moments, w.moment)
			s, u := &spots[i], instantOf(w.moment)
			n, _ := slices.BinarySearchFunc(s.rows, u.at+1, func(r row, at int64) int { return cmp.Compare(r.at, at) })
			switch {
			case !db.good(u.id, u.at):
				u.at = dayOf(u.at)*secondsADay - 1
			case n > 0 && db.good(u.id, s.rows[n-1].at):
				got[w.place] = s.rows[n-1]
				continue
			case n > 0:
				u.at = dayOf(s.rows[n-1].at)*secondsADay - 1
			case s.after.Valid:
				u.at = s.after.Int64
			default:
				continue
			}
			rest = append(rest, wanted{w.place, u.packed()})
		}
		want = rest
	}
	return got, nil
}

// next returns the first row at or after a time that can be trusted.
func (db *DB) next(h *head, from int64) (r row, ok bool, err error) {
	from = max(from, farPast)
	for h.at.Valid && from <= h.at.Int64 {
		spots, err := db.spots(map[int64]*head{h.id: h}, []int64{instant{h.id, from}.packed()})
		if err != nil {
			return row{}, false, err
		}
		s := spots[0]
		for _, r := range s.rows {
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
