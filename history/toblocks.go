package history

import "database/sql"

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
