package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// Export is what another history holds of a series.
type Export struct {
	// Samples come in any order. A segment begins where their Segment changes.
	Samples []credit.Sample
	// Unseen are spans between two samples of which nobody saw what was spent,
	// and Filled what is known of spans without samples; both ascend.
	Unseen []credit.Span
	Filled []Spend
	// RoundUSD is by how much the totals may be rounded.
	RoundUSD float64
}

// Import adds what was read elsewhere, and returns how many readings and filled
// spans were added. Those of a time that s covers already are left out, so that
// a second import of the same adds nothing; not those in its gaps, so that exports
// give one history in any order: what lies between them nobody saw, unless one of them
// did. It is all or nothing.
//
// Readings win over a back-fill: from the first to the last of them it is taken
// out, and what of it lies before them then ends at their usage.
func (db *DB) Import(ctx context.Context, s Series, x Export) (added int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	readings := make([]Reading, len(x.Samples))
	for i, v := range x.Samples {
		readings[i] = Reading{Series: s, At: v.At.Truncate(time.Second), UsageUSD: v.UsageUSD, CreditsUSD: v.CreditsUSD, CreditsKnown: v.CreditsKnown}
	}
	for i := 1; i < len(x.Samples); i++ {
		if x.Samples[i].Segment != x.Samples[i-1].Segment {
			readings[i].NewSegment = &Segment{Reason: imported}
		}
	}
	sorted.Rows(readings, func(a, b *Reading) int { return a.At.Compare(b.At) })
	once := readings[:0]
	for i := range readings {
		if n := len(once); n == 0 || !once[n-1].At.Equal(readings[i].At) {
			once = append(once, readings[i])
		}
	}
	readings = once
	filled, err := flatten(x.Filled)
	if err != nil {
		return 0, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.check(entry{readings: readings}); err != nil {
		return 0, err
	}
	if err := db.current(); err != nil {
		return 0, fmt.Errorf("importing into %s: %w", db.where(), err)
	}
	err = db.transact(func() error {
		if added, err = db.insertParts(s, readings, filled, x); err != nil || len(readings) == 0 {
			return err
		}
		var exceeds *ExceedsError
		if _, err := db.adopt(s); !errors.As(err, &exceeds) { // what cannot be waits on, for Adopt to tell
			return err
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("importing into %s: %w", db.where(), err)
	}
	return added, nil
}

// insertParts stores runs of readings, the last first, each with the filled
// spans that lead up to it.
func (db *DB) insertParts(s Series, readings []Reading, filled []stretch, x Export) (added int, err error) {
	if len(readings) == 0 && len(filled) > 0 {
		id, err := db.create(s)
		if err != nil {
			return 0, err
		}
		fresh, err := db.mergeSpend(s, id, filled)
		return len(fresh), err
	}
	for len(readings) > 0 {
		last := readings[len(readings)-1].At.Unix()
		k, _ := slices.BinarySearchFunc(filled, last, func(f stretch, at int64) int { return cmp.Compare(f.to, at+1) })
		i := 0
		if k > 0 {
			i = sort.Search(len(readings), func(i int) bool { return readings[i].At.Unix() >= filled[k-1].to })
		}
		n, err := db.insert(s, readings[i:], x)
		if err != nil {
			return 0, err
		}
		added += n
		readings = readings[:i]
		from := int64(math.MinInt64)
		if i > 0 {
			from = readings[i-1].At.Unix()
		}
		j, _ := slices.BinarySearchFunc(filled[:k], from, func(f stretch, at int64) int { return cmp.Compare(f.from, at) })
		if j < k {
			id, err := db.id(s)
			if err != nil {
				return 0, err
			}
			fresh, err := db.mergeSpend(s, id, filled[j:k])
			if err != nil {
				return 0, err
			}
			added += len(fresh)
		}
		filled = filled[:j]
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
func (db *DB) insert(s Series, readings []Reading, x Export) (added int, err error) {
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
	if !h.at.Valid {
		if err := db.storeEach(h, readings, x); err != nil {
			return 0, err
		}
		return len(readings), db.inserted(h)
	}
	fill, own, err := db.filled(s, id)
	if err != nil {
		return 0, err
	}
	if added, err = db.fillHoles(s, h, readings, x); err != nil {
		return 0, err
	}
	last := h.readMS.Int64 / 1000
	n := sort.Search(len(readings), func(i int) bool { return readings[i].At.Unix() >= own.at })
	m := sort.Search(len(readings), func(i int) bool { return readings[i].At.Unix() > last })
	before, after := readings[:n:n], readings[m:]
	if before, err = db.unfilled(s, id, before); err != nil {
		return 0, err
	}
	if len(before) > 0 {
		if err := db.insertAround(s, h, own, fill, before, readings[n:], x); err != nil {
			return 0, err
		}
	}
	if len(after) > 0 {
		if m == 0 { // what lies between is in no reading of the export
			x.Unseen = append(slices.Clone(x.Unseen), credit.Span{From: time.Unix(last, 0).UTC(), To: after[0].At})
			sorted.Rows(x.Unseen, func(a, b *credit.Span) int { return a.From.Compare(b.From) })
		}
		if err := db.storeEach(h, after, x); err != nil {
			return 0, err
		}
	}
	return added + len(before) + len(after), db.inserted(h)
}

// inserted stores the head that other rows than its newest have changed.
func (db *DB) inserted(h *head) error {
	h.known = false
	clear(db.loaded)
	if err := db.postWhole(h.id); err != nil {
		return err
	}
	return db.saveHead(h)
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
// and after them is left. rest are the readings of the export from own on.
func (db *DB) insertAround(s Series, h *head, own row, fill []stretch, readings, rest []Reading, x Export) error {
	first, last := readings[0].At.Unix(), readings[len(readings)-1].At.Unix()
	if len(fill) > 0 && last >= fill[0].from {
		if err := db.unfill(s, h, own); err != nil {
			return err
		}
		rest := clip(fill, last+1, own.at)
		if seen := own.usage - readings[len(readings)-1].UsageUSD; len(rest) > 0 && seen >= 0 {
			rest[0].usd = max(0, rest[0].usd-max(0, sumOf(rest)-seen))
		}
		if _, err := db.fill(s, h, rest); err != nil {
			return err
		}
	}
	oldest, err := db.rows(s, h.id, math.MinInt64, math.MaxInt64, "ASC", 1)
	if err != nil {
		return err
	}
	if err := db.insertBefore(s, h, oldest[0], readings, oldest[0].at == own.at, rest, x); err != nil {
		return err
	}
	if fill, err = db.until(s, h.id, fill, row{first, readings[0].UsageUSD}); err != nil {
		return err
	}
	_, err = db.fill(s, h, fill)
	return err
}

// insertBefore stores readings older than next, the oldest that is stored. h is
// the head of what is stored. read reports whether next was read; rest are the
// readings of the export from then on: where there are any, it tells whether
// anybody saw what lies between.
func (db *DB) insertBefore(s Series, h *head, next row, readings []Reading, read bool, rest []Reading, x Export) error {
	old := &head{id: h.id}
	stored, err := db.credits(s, h.id, next.at, next.at)
	if err != nil {
		return err
	}
	if err := db.storeEach(old, readings, x); err != nil {
		return err
	}
	if err := db.recount(h); err != nil {
		return err
	}
	if len(stored) == 0 {
		// What was bought is not known by a first reading that does not tell it,
		// nor in a back-fill, whatever came before.
		if err := db.store(change{series: s, id: h.id, credits: &creditRow{at: next.at}}); err != nil {
			return err
		}
	}
	if read {
		breaks := len(rest) > 0 && rest[0].At.Unix() == next.at && rest[0].NewSegment != nil
		if err := db.join(s, h, old, next, breaks); err != nil {
			return err
		}
	}
	between := credit.Span{From: time.Unix(old.readMS.Int64/1000, 0).UTC(), To: time.Unix(next.at, 0).UTC()}
	if read && len(rest) > 0 {
		i, _ := slices.BinarySearchFunc(x.Unseen, between.From, func(u credit.Span, at time.Time) int { return u.To.Compare(at.Add(1)) })
		if i == len(x.Unseen) || x.Unseen[i].Shared(between) == 0 {
			return nil
		}
		if between.From.Before(x.Unseen[i].From) {
			between.From = x.Unseen[i].From
		}
	}
	return db.unseen(s, h.id, between)
}

// join makes readings and what follows them one segment where the order of time
// would have made them one. breaks reports that the readings tell otherwise.
func (db *DB) join(s Series, h, old *head, next row, breaks bool) error {
	segments, err := db.segments(s, h.id, next.at-1, next.at)
	if err != nil || len(segments) < 2 || segments[1].Reason != firstReading {
		return err
	}
	before, g := segments[0], segments[1]
	reason := imported
	if next.usage < old.usage-slackUSD {
		breaks, reason = true, usageFell
	}
	switch {
	case breaks:
		err = db.conn.run(`UPDATE segment SET reason = ?, crc = ? WHERE series = ? AND at = ?`,
			reason, checksum(h.id, next.at, g.Fingerprint, g.Creator, reason), h.id, next.at)
	case before.Reason == firstReading:
		if err = db.conn.run(`DELETE FROM segment WHERE series = ? AND at = ?`, h.id, before.At.Unix()); err == nil {
			err = db.moveSegment(s, h, next.at, before.At.Unix())
		}
	default:
		err = db.conn.run(`DELETE FROM segment WHERE series = ? AND at = ?`, h.id, next.at)
	}
	if err == nil {
		h.facts = nil
		h.sum, err = sumFacts(db.conn, h.id)
	}
	return err
}

// unseen stores a span of which nobody saw what was spent.
func (db *DB) unseen(s Series, id int64, u credit.Span) error {
	if u.To.Sub(u.From) <= time.Second {
		return nil
	}
	return db.store(change{series: s, id: id, gap: &credit.Gap{Span: u, Cause: "not recorded"}})
}

// storeEach stores readings that follow h, one by one: there may be millions.
func (db *DB) storeEach(h *head, readings []Reading, x Export) error {
	interval := h.intervalMS
	h.intervalMS = 0 // the gaps are told
	defer func() { h.intervalMS = interval }()
	unseen := x.Unseen
	for i, r := range readings {
		for len(unseen) > 0 && unseen[0].To.Before(r.At) {
			unseen = unseen[1:]
		}
		if h.at.Valid && len(unseen) > 0 && unseen[0].To.Equal(r.At) {
			u := unseen[0]
			if read := time.Unix(h.readMS.Int64/1000, 0).UTC(); u.From.Before(read) {
				u.From = read
			}
			if err := db.unseen(r.Series, h.id, u); err != nil {
				return err
			}
		}
		if h.at.Valid && r.NewSegment == nil && r.UsageUSD < h.usage && r.UsageUSD >= h.usage-x.RoundUSD {
			readings[i].UsageUSD = h.usage
		}
		for _, c := range (entry{readings: readings[i : i+1]}).apply(map[Series]*head{r.Series: h}) {
			if err := db.store(c); err != nil {
				return err
			}
		}
	}
	return nil
}
