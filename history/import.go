package history

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"ortop/internal/credit"
)

// Import adds readings that were taken elsewhere, in any order, and returns
// how many were added. Those of a time that s covers already are left out, so
// that a second import of the same adds nothing. Those before it make segments
// of their own; those after it continue the last. A segment begins where the
// samples' Segment changes, too. It is all or nothing.
//
// They win over a back-fill: from the first to the last of them it is taken
// out, and what of it lies before them then ends at their usage.
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
	if err := db.sound(h); err != nil {
		return 0, err
	}
	var fill []stretch
	own := row{at: math.MaxInt64}
	if h.at.Valid {
		if fill, own, err = db.filled(s, id); err != nil {
			return 0, err
		}
	}
	var before []Reading
	after := readings
	if h.at.Valid {
		last := h.readMS.Int64 / 1000
		before = readings[:sort.Search(len(readings), func(i int) bool { return readings[i].At.Unix() >= own.at })]
		after = readings[sort.Search(len(readings), func(i int) bool { return readings[i].At.Unix() > last }):]
	}
	if before, err = db.unfilled(s, id, before); err != nil {
		return 0, err
	}
	if len(before) > 0 {
		if err := db.insertAround(s, h, own, fill, before); err != nil {
			return 0, err
		}
	}
	if err := db.storeEach(h, after); err != nil {
		return 0, err
	}
	h.known = false
	clear(db.loaded)
	return len(before) + len(after), db.saveHead(h)
}

// unfilled returns those of the readings that are not themselves of the
// back-fill, as in an export of it.
func (db *DB) unfilled(s Series, id int64, readings []Reading) (rest []Reading, err error) {
	if len(readings) == 0 {
		return nil, nil
	}
	rows, err := db.rows(s, id, readings[0].At.Unix(), readings[len(readings)-1].At.Unix(), "ASC", -1)
	stored := map[row]bool{}
	for _, r := range rows {
		stored[r] = true
	}
	for _, r := range readings {
		if !stored[row{r.At.Unix(), r.UsageUSD}] {
			rest = append(rest, r)
		}
	}
	return rest, err
}

// insertAround stores readings older than own, the oldest that is stored and
// was read. Of a back-fill before own that they reach into, what lies before
// and after them is left.
func (db *DB) insertAround(s Series, h *head, own row, fill []stretch, readings []Reading) error {
	first, last := readings[0].At.Unix(), readings[len(readings)-1].At.Unix()
	if len(fill) > 0 && last >= fill[0].from {
		if err := db.unfill(s, h, own); err != nil {
			return err
		}
		if _, err := db.fill(s, h, clip(fill, last+1, own.at)); err != nil {
			return err
		}
	}
	oldest, err := db.rows(s, h.id, math.MinInt64, math.MaxInt64, "ASC", 1)
	if err != nil {
		return err
	}
	if err := db.insertBefore(h, oldest[0].at, readings); err != nil {
		return err
	}
	if oldest[0].at < own.at {
		// What was bought is not known in a back-fill, whatever came before.
		if err := db.store(change{series: s, id: h.id, credits: &creditRow{at: oldest[0].at}, again: true}); err != nil {
			return err
		}
	}
	_, err = db.fill(s, h, clip(fill, math.MinInt64, first))
	return err
}

// insertBefore stores readings older than first, the oldest that is stored. h
// is the head of what is stored.
func (db *DB) insertBefore(h *head, first int64, readings []Reading) error {
	old := &head{id: h.id}
	if readings[0].NewSegment == nil {
		readings[0].NewSegment = &Segment{Reason: "imported"}
	}
	if err := db.storeEach(old, readings); err != nil {
		return err
	}
	if err := db.recount(h); err != nil {
		return err
	}
	from := time.Unix(old.readMS.Int64/1000, 0).UTC()
	if first-from.Unix() <= 1 {
		return nil
	}
	return db.store(change{series: readings[0].Series, id: h.id, gap: &credit.Gap{
		Span: credit.Span{From: from, To: time.Unix(first, 0).UTC()}, Cause: "not recorded"}})
}

// storeEach stores readings that follow h, one by one: there may be millions.
func (db *DB) storeEach(h *head, readings []Reading) error {
	for i, r := range readings {
		for _, c := range (entry{readings: readings[i : i+1]}).apply(map[Series]*head{r.Series: h}) {
			if err := db.store(c); err != nil {
				return err
			}
		}
	}
	return nil
}
