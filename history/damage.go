package history

import (
	"database/sql"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
	"ortop/internal/text"
)

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
		list := inOrder(days)
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

// inOrder are the days of a set.
//
//go:noinline
func inOrder(set map[int64]bool) []int64 {
	days := slices.Collect(maps.Keys(set))
	sorted.Numbers(days)
	return days
}

// spoil notes that some of what is kept, such as events, was left out.
//
//go:noinline
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
//
//go:noinline
func (db *DB) good(id, at int64) bool { return !db.bad[id][dayOf(at)] }

// trusted drops rows of damaged days, but not the newest, which the head has too.
func (db *DB) trusted(h *head, rows []row) []row {
	if len(db.bad[h.id]) == 0 {
		return rows
	}
	return slices.DeleteFunc(rows, func(r row) bool { return !db.good(h.id, r.at) && r != (row{h.at.Int64, h.usage}) })
}

// torn returns the spans of damaged days, as gaps: each ends with the first
// reading that can be trusted. More may be found on the way.
func (db *DB) torn(h *head) (gaps []credit.Gap, err error) {
	for seen := -1; seen != len(db.bad[h.id]); {
		seen, gaps = len(db.bad[h.id]), nil
		for _, day := range inOrder(db.bad[h.id]) {
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
		gaps = sorted.Without(gaps, func(g *credit.Gap) bool {
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

// soundBlocks is how many blocks are checked at once: a history of years does not fit
// into the memory that a dashboard may take.
const soundBlocks = 1024

// sound reports, as an error, whether anything of a series is damaged: nothing
// is to be built on that.
func (db *DB) sound(h *head) error {
	if _, err := db.stored(h); err != nil {
		return err
	}
	for from, end := int64(farPast), int64(0); end < math.MaxInt64; from = end + 1 {
		end = math.MaxInt64
		err := db.query("SELECT at FROM block WHERE series = ? AND at >= ? ORDER BY at LIMIT 1 OFFSET ?", func(r *sql.Rows) error { return r.Scan(&end) },
			h.id, from, soundBlocks-1)
		if err != nil {
			return err
		}
		if end < from {
			return damaged("its blocks are not in order")
		}
		if _, err := db.span(h, from, end); err != nil {
			return err
		}
	}
	if len(db.bad[h.id]) > 0 {
		return damaged("some of its readings were changed")
	}
	return nil
}
