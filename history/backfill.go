package history

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"ortop/internal/credit"
)

// Causes of the gaps that make up a back-fill; no poll may give them.
const (
	backfilled = credit.Backfilled // a span whose spend is known
	// NotKnown is the cause of a gap between two readings of which nothing
	// tells what was spent: no span of a back-fill did.
	NotKnown = credit.NotKnown
)

// Backfill puts spend that is known from elsewhere before the oldest reading
// of s, and returns how many spans it put there, whole or in part.
//
// It becomes readings that rise, evenly within a span, to the usage of that
// oldest one, in the same segment, with unknown credits. They count as
// unobserved but are no gaps; see [DB.Backfilled]. Time that no span tells of
// is a gap without spend. A span that reaches past the oldest reading is cut
// there in proportion. Doing it again adds only what is older, in such a gap, or
// finer than what is there; and it ends, going back, where usage would fall below 0.
//
// Spans may come in any order. Where one lies within another, such as an hour
// within its day, its own spend counts, and what the other has besides is
// spread over the rest of that. Other overlaps are an error, as are sums below
// 0. Nothing is added while s has no reading. It is all or nothing, and
// durable when Backfill returns nil; on an error nothing is kept.
func (db *DB) Backfill(ctx context.Context, s Series, spans []Spend) (added int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	list, err := flatten(spans)
	if err == nil {
		db.mu.Lock()
		defer db.mu.Unlock()
		_, err = db.id(s)
	}
	if err == nil {
		err = db.current()
	}
	if err == nil {
		err = db.transact(func() error {
			h, err := db.head(s)
			if err != nil || !h.at.Valid || len(list) == 0 {
				return err
			}
			// Reading all of a history of years keeps everybody else waiting.
			if _, own, err := db.filled(s, h.id); err != nil || list[0].from >= own.at {
				return err
			}
			if err := db.sound(h); err != nil {
				return err
			}
			within, err := db.refine(s, h, list)
			if err != nil {
				return err
			}
			if added, err = db.fill(s, h, list); err != nil || added+within == 0 {
				return err
			}
			added += within
			return db.inserted(h)
		})
	}
	if err != nil {
		return 0, fmt.Errorf("back-filling %s: %w", db.where(), inWords{err})
	}
	return added, nil
}

// Backfilled returns the spans overlapping [from, to) that Backfill told of,
// oldest first; those that touch are one.
func (db *DB) Backfilled(ctx context.Context, s Series, from, to time.Time) (spans []credit.Span, err error) {
	err = db.read(ctx, s, func(id int64) error {
		gaps, err := db.gaps(s, id, from, to)
		_, spans = sift(gaps)
		return err
	})
	return spans, err
}

// sift parts the gaps, which ascend, from what was back-filled.
func sift(all []credit.Gap) (gaps []credit.Gap, filled []credit.Span) {
	for _, g := range all {
		n := len(filled)
		switch {
		case g.Cause != backfilled:
			gaps = append(gaps, g)
		case n > 0 && filled[n-1].To.Equal(g.From):
			filled[n-1].To = g.To
		default:
			filled = append(filled, g.Span)
		}
	}
	return gaps, filled
}

// slackUSD is by how much rounding may let the spans sum to more than the usage.
const slackUSD = 1e-6

// fill puts what of list, which ascends, lies before the oldest row of s there.
func (db *DB) fill(s Series, h *head, list []stretch) (added int, err error) {
	oldest, err := db.rows(s, h.id, math.MinInt64, math.MaxInt64, "ASC", 1)
	if err != nil {
		return 0, err
	}
	end := oldest[0]
	var rows []row
	var gaps []credit.Gap
	gap := func(from, to int64, cause string) {
		gaps = append(gaps, credit.Gap{Span: credit.Span{From: time.Unix(from, 0), To: time.Unix(to, 0)}, Cause: cause})
	}
	at, usage := end.at, end.usage
	for _, p := range slices.Backward(clip(list, math.MinInt64, end.at)) {
		if usage-p.usd < -slackUSD {
			break
		}
		if p.to < at {
			rows = append(rows, row{p.to, usage})
			gap(p.to, at, NotKnown)
		}
		at, usage = p.from, max(0, usage-p.usd)
		rows = append(rows, row{at, usage})
		gap(at, p.to, backfilled)
		added++
	}
	if added == 0 {
		return 0, nil
	}
	for i := range rows {
		if err := db.store(change{series: s, id: h.id, sample: &rows[i]}); err != nil {
			return 0, err
		}
	}
	for i := range gaps {
		if err := db.store(change{series: s, id: h.id, gap: &gaps[i]}); err != nil {
			return 0, err
		}
	}
	if err := db.recount(h); err != nil {
		return 0, err
	}
	return added, db.moveSegment(s, h, end.at, at)
}

// filled returns the back-fill that the rows of s begin with, if they do, and
// the oldest row that is none of it.
func (db *DB) filled(s Series, id int64) (list []stretch, own row, err error) {
	oldest, err := db.rows(s, id, math.MinInt64, math.MaxInt64, "ASC", 1)
	if err != nil || len(oldest) == 0 { // all of them are damaged
		return nil, row{at: math.MaxInt64}, err
	}
	at := oldest[0].at
	gaps, err := db.gaps(s, id, time.Unix(at, 0), time.Unix(1<<40, 0))
	for _, g := range gaps {
		if g.From.Unix() != at || g.Cause != backfilled && g.Cause != NotKnown {
			break
		}
		at = g.To.Unix()
		if g.Cause == backfilled {
			list = append(list, stretch{from: g.From.Unix(), to: at})
		}
	}
	if err != nil {
		return nil, row{}, err
	}
	rows, err := db.rows(s, id, oldest[0].at, at, "ASC", -1)
	usage := map[int64]float64{}
	for _, r := range rows {
		usage[r.at] = r.usage
	}
	for i, p := range list {
		list[i].usd = usage[p.to] - usage[p.from]
	}
	return list, row{at, usage[at]}, err
}

// unfill takes out the back-fill that the rows of s begin with, up to own.
func (db *DB) unfill(s Series, h *head, own row) error {
	rows, err := db.rows(s, h.id, math.MinInt64, own.at-1, "ASC", -1)
	if err != nil || len(rows) == 0 {
		return err
	}
	if err := db.conn.run(`DELETE FROM sample WHERE series = ? AND at < ?`, h.id, own.at); err != nil {
		return err
	}
	if err := db.conn.run(`DELETE FROM gap WHERE series = ? AND from_at < ?`, h.id, own.at); err != nil {
		return err
	}
	if err := db.recount(h); err != nil {
		return err
	}
	return db.moveSegment(s, h, rows[0].at, own.at)
}

// moveSegment lets the segment that begins at from begin at to.
func (db *DB) moveSegment(s Series, h *head, from, to int64) error {
	segments, err := db.segments(s, h.id, from, from)
	if err != nil || len(segments) == 0 {
		return err
	}
	sum := func(at int64) uint32 {
		g := segments[0]
		return checksum(h.id, at, g.Fingerprint, g.Creator, g.Reason)
	}
	moved := sum(to)
	h.sum += int64(moved) - int64(sum(from))
	h.facts = nil
	return db.conn.run(`UPDATE segment SET at = ?, crc = ? WHERE series = ? AND at = ?`, to, moved, h.id, from)
}
