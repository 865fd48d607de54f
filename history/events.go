package history

import (
	"context"
	"slices"
	"time"

	"ortop/internal/credit"
)

// Gaps returns the gaps that overlap [from, to), whole, oldest first. What
// was not read since the last reading is not a gap yet; see Poll. What was
// back-filled is none.
func (db *DB) Gaps(ctx context.Context, s Series, from, to time.Time) (gaps []credit.Gap, err error) {
	err = db.read(ctx, s, func(id int64) error {
		all, err := db.gaps(s, id, from, to)
		gaps, _ = sift(all)
		return err
	})
	return gaps, err
}

// TopUps returns the changes of the credits bought in [from, to), oldest
// first. A change from one segment to another is none.
func (db *DB) TopUps(ctx context.Context, s Series, from, to time.Time) (topUps []credit.TopUp, err error) {
	err = db.read(ctx, s, func(id int64) error {
		topUps, err = db.topUps(s, id, from, to)
		return err
	})
	return topUps, err
}

// Segments returns the segments that begin in [from, to), oldest first.
func (db *DB) Segments(ctx context.Context, s Series, from, to time.Time) (segments []Segment, err error) {
	err = db.read(ctx, s, func(id int64) error {
		segments, err = db.begun(s, id, from, to)
		return err
	})
	return segments, err
}

// factsOf returns the stored facts of s.
func (db *DB) factsOf(s Series, id int64) (*facts, error) {
	h, err := db.stem(s, id)
	if err != nil {
		return nil, err
	}
	return db.stored(h)
}

// mended returns the stored gaps and segments of s, with those of damaged days.
func (db *DB) mended(s Series, id int64) ([]credit.Gap, []Segment, error) {
	h, err := db.stem(s, id)
	if err != nil {
		return nil, nil, err
	}
	f, err := db.stored(h)
	if err != nil || len(db.bad[id]) == 0 {
		return f.orNone().gaps, f.orNone().segments, err
	}
	torn, err := db.torn(h)
	if err != nil {
		return nil, nil, err
	}
	gaps, segments := f.without(torn)
	return gaps, segments, nil
}

func (db *DB) gaps(s Series, id int64, from, to time.Time) (gaps []credit.Gap, err error) {
	take := func(g credit.Gap) {
		if g.From.Before(to) && g.To.After(from) {
			gaps = append(gaps, g)
		}
	}
	all, _, err := db.mended(s, id)
	for _, g := range all {
		take(g)
	}
	for _, c := range db.added(s) {
		if c.gap != nil {
			take(*c.gap)
		}
	}
	return gaps, err
}

func (db *DB) begun(s Series, id int64, from, to time.Time) (begun []Segment, err error) {
	segments, err := db.segments(s, id, from.Unix(), to.Unix())
	for _, g := range segments {
		if !g.At.Before(from) && g.At.Before(to) {
			begun = append(begun, g)
		}
	}
	return begun, err
}

// segments returns the segment in effect at from and those after it that
// begin up to to.
func (db *DB) segments(s Series, id, from, to int64) (segments []Segment, err error) {
	take := func(g Segment) {
		if len(segments) > 0 && g.At.Unix() <= from {
			segments = segments[:0]
		}
		segments = append(segments, g)
	}
	_, all, err := db.mended(s, id)
	for _, g := range between(all, from, to, func(g Segment) int64 { return g.At.Unix() }) {
		take(g)
	}
	for _, c := range db.added(s) {
		if c.segment != nil && c.segment.At.Unix() <= to {
			take(*c.segment)
		}
	}
	return segments, err
}

// credits returns the credits in effect at from and their changes up to to.
func (db *DB) credits(s Series, id, from, to int64) (credits []creditRow, err error) {
	take := func(c creditRow) {
		switch n := len(credits); {
		case n > 0 && c.at <= from:
			credits = append(credits[:0], c)
		case n > 0 && credits[n-1].at == c.at:
			credits[n-1] = c
		default:
			credits = append(credits, c)
		}
	}
	f, err := db.factsOf(s, id)
	if err != nil {
		return nil, err
	}
	for _, c := range between(f.credits, from, to, func(c creditRow) int64 { return c.at }) {
		take(c)
	}
	for _, c := range db.added(s) {
		if c.credits != nil && c.credits.at <= to {
			take(*c.credits)
		}
	}
	return credits, err
}

// known returns the last time at or before at when the credits were known.
func (db *DB) known(s Series, id, at int64) (int64, error) {
	known := at
	f, err := db.factsOf(s, id)
	if err != nil {
		return 0, err
	}
	for _, c := range f.credits {
		if c.at <= at && c.credits != nil {
			known = c.at
		}
	}
	for _, c := range db.added(s) {
		switch v := c.credits; {
		case v == nil || v.at > at:
		case v.credits != nil:
			known = v.at
		case v.at == known && err == nil: // replaced in its second
			known, err = db.known(s, id, known-1)
		}
	}
	return known, err
}

func (db *DB) topUps(s Series, id int64, from, to time.Time) (topUps []credit.TopUp, err error) {
	before, err := db.known(s, id, from.Unix()-1)
	if err != nil {
		return nil, err
	}
	credits, err := db.credits(s, id, before, to.Unix())
	if err != nil {
		return nil, err
	}
	f, err := db.factsOf(s, id)
	if err != nil {
		return nil, err
	}
	segments := slices.Clip(f.segments)
	for _, c := range db.added(s) {
		if c.segment != nil {
			segments = append(segments, *c.segment)
		}
	}
	segments = between(segments, before, to.Unix(), func(g Segment) int64 { return g.At.Unix() })
	return purchases(credits, segments, from, to), nil
}

// purchases returns the changes in [from, to) of credits, which begin with
// those in effect at some time before, as segments do.
func purchases(credits []creditRow, segments []Segment, from, to time.Time) (topUps []credit.TopUp) {
	var last, inEffect *float64 // the credits last known in the segment; those of the row before
	segment := 0
	for _, c := range credits {
		for segment+1 < len(segments) && segments[segment+1].At.Unix() <= c.at {
			segment++
			// The segment's first reading told the same, or it would have a row.
			if last = inEffect; segments[segment].At.Unix() == c.at {
				last = nil
			}
		}
		if inEffect = c.credits; c.credits == nil {
			continue
		}
		at := time.Unix(c.at, 0).UTC()
		if last != nil && *c.credits != *last && !at.Before(from) && at.Before(to) {
			topUps = append(topUps, credit.TopUp{At: at, AmountUSD: *c.credits - *last})
		}
		last = c.credits
	}
	return topUps
}
