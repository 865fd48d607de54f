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

// spots returns what lookups at the given packed moments read, each once, with
// its rows, by where it ends.
func (db *DB) spots(heads map[int64]*head, moments []int64) (found map[instant]spot, rows map[instant][]row, err error) {
	list, err := json.Marshal(moments)
	if err != nil {
		return nil, nil, err
	}
	found = make(map[instant]spot, len(moments))
	spans, ends, blocks := make([][3]int64, 0, len(moments)), make([]instant, 0, len(moments)), make([]block, 0, len(moments))
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
		found[m] = s
		if end := (instant{m.id, s.at}); len(ends) == 0 || ends[len(ends)-1] != end {
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
			v.at = instantOf(v.at).at
			if all[i] == nil {
				all[i] = make([]row, 0, blockRows)
			}
			all[i] = append(all[i], v)
			return err
		}, string(list))
	if err != nil {
		return nil, nil, err
	}
	rows = make(map[instant][]row, len(spans))
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
	places := make([]instant, len(times))
	for i, t := range times {
		places[i] = instant{h.id, t}
	}
	rows, err := db.lookups(map[int64]*head{h.id: h}, places)
	got := make(map[int64]row, len(rows))
	for p, r := range rows {
		got[p.at] = r
	}
	return got, err
}

// lookups does that for many series.
func (db *DB) lookups(heads map[int64]*head, places []instant) (map[instant]row, error) {
	got := make(map[instant]row, len(places))
	var older []instant
	for _, p := range places {
		switch h := heads[p.id]; {
		case !h.at.Valid:
		case p.at >= h.at.Int64:
			got[p] = row{h.at.Int64, h.usage}
		default:
			older = append(older, p)
		}
	}
	want := make(map[instant]instant, len(older)) // places, by the one that is looked up for them
	for _, p := range older {
		want[p] = instant{p.id, max(p.at, farPast)}
	}
	for len(want) > 0 {
		at := make([]int64, 0, len(want))
		for _, u := range want {
			at = append(at, u.packed())
		}
		sorted.Numbers(at)
		spots, rows, err := db.spots(heads, slices.Compact(at))
		if err != nil {
			return nil, err
		}
		for p, u := range want {
			s := spots[u]
			of := rows[instant{u.id, s.at}]
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
		p := instant{h.id, from}
		spots, rows, err := db.spots(map[int64]*head{h.id: h}, []int64{p.packed()})
		if err != nil {
			return row{}, false, err
		}
		s := spots[p]
		for _, r := range rows[instant{h.id, s.at}] {
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
