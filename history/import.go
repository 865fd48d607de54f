package history

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"ortop/credit"
)

// Import adds readings that were taken elsewhere, in any order, and returns
// how many were added. Those of a time that s covers already are left out, so
// that a second import of the same adds nothing. Those before it make segments
// of their own; those after it continue the last. A segment begins where the
// samples' Segment changes, too. It is all or nothing.
func (db *DB) Import(ctx context.Context, s Series, samples []credit.Sample) (added int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	readings := make([]Reading, len(samples))
	for i, v := range samples {
		readings[i] = Reading{Series: s, At: v.At.Truncate(time.Second), UsageUSD: v.UsageUSD, CreditsUSD: v.CreditsUSD, CreditsKnown: v.CreditsKnown}
	}
	for i := 1; i < len(samples); i++ {
		if samples[i].Segment != samples[i-1].Segment {
			readings[i].NewSegment = &Segment{Reason: "imported"}
		}
	}
	slices.SortStableFunc(readings, func(a, b Reading) int { return a.At.Compare(b.At) })
	readings = slices.CompactFunc(readings, func(a, b Reading) bool { return a.At.Equal(b.At) })
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.check(entry{readings: readings}); err != nil {
		return 0, err
	}
	if err := db.current(); err != nil {
		return 0, fmt.Errorf("importing into %s: %w", db.where(), err)
	}
	err = db.transact(func() error {
		added, err = db.insert(s, readings)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("importing into %s: %w", db.where(), err)
	}
	return added, nil
}

// current makes sure that the file holds all readings, and is there.
func (db *DB) current() error {
	if db.readOnly != nil {
		return db.readOnly
	}
	if _, err := db.watch(); err != nil {
		return err
	}
	return db.flush()
}

// insert stores the readings, which ascend, that lie outside of what s covers.
func (db *DB) insert(s Series, readings []Reading) (added int, err error) {
	id, err := db.create(s)
	if err != nil {
		return 0, err
	}
	h, err := db.head(s)
	if err != nil {
		return 0, err
	}
	h.id = id
	was := *h
	var before, after []Reading
	first := int64(math.MaxInt64)
	if h.at.Valid {
		rows, err := db.rows(s, id, math.MinInt64, math.MaxInt64, "ASC", 1)
		if err != nil {
			return 0, err
		}
		first = rows[0].at
	}
	last := h.readMS.Int64 / 1000
	for _, r := range readings {
		switch at := r.At.Unix(); {
		case at < first && h.at.Valid:
			before = append(before, r)
		case at > last || !h.at.Valid:
			after = append(after, r)
		}
	}
	if len(before) > 0 {
		if err := db.insertBefore(h, first, before); err != nil {
			return 0, err
		}
	}
	for _, c := range (entry{readings: after}).apply(map[Series]*head{s: h}) {
		if err := db.store(c); err != nil {
			return 0, err
		}
	}
	return len(before) + len(after), db.saveHead(h, &was)
}

// insertBefore stores readings older than first, the oldest that is stored. h
// is the head of what is stored.
func (db *DB) insertBefore(h *head, first int64, readings []Reading) error {
	old := &head{id: h.id}
	if readings[0].NewSegment == nil {
		readings[0].NewSegment = &Segment{Reason: "imported"}
	}
	s := readings[0].Series
	changes := entry{readings: readings}.apply(map[Series]*head{s: old})
	// Their newest day may be the oldest, or the only, day that is stored.
	day := old.at.Int64 / secondsADay
	if day == h.at.Int64/secondsADay {
		h.dayRows += old.dayRows
		h.dayCRC += old.dayCRC
	} else if err := db.conn.run(`INSERT INTO day VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
		SET rows = rows + excluded.rows, crc = (crc + excluded.crc) & 0xffffffff`, h.id, day, old.dayRows, old.dayCRC); err != nil {
		return err
	}
	from := time.Unix(old.readMS.Int64/1000, 0).UTC()
	changes = append(changes, change{series: s, id: h.id, gap: &credit.Gap{
		Span: credit.Span{From: from, To: time.Unix(first, 0).UTC()}, Cause: "not recorded"}})
	for _, c := range changes {
		if err := db.store(c); err != nil {
			return err
		}
	}
	return nil
}
