package history

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// read runs f, a query of s, with the lock held, and says what failed.
func (db *DB) read(ctx context.Context, s Series, f func(id int64) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	err := db.reconnect()
	if err == nil {
		// Rows and their checksums are of one moment.
		err = db.view(func() error {
			id, err := db.id(s)
			if err != nil {
				return err
			}
			return f(id)
		})
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", db.where(), err)
	}
	return nil
}

// Poll returns what the last poll of s left; ok is false where there was none.
func (db *DB) Poll(ctx context.Context, s Series) (p Poll, ok bool, err error) {
	err = db.read(ctx, s, func(int64) error {
		h, err := db.newest(s)
		if err != nil {
			return err
		}
		p, ok = h.poll(), h.attemptMS.Valid || h.successMS.Valid
		return nil
	})
	return p, ok, err
}

// At returns the stored reading in effect at t: the last at or before it. Its
// own At tells since when; inside a gap it is the one before the gap.
func (db *DB) At(ctx context.Context, s Series, t time.Time) (sample credit.Sample, ok bool, err error) {
	return db.one(ctx, s, math.MinInt64, t.Unix(), "DESC")
}

// First returns the oldest reading.
//
//go:noinline
func (db *DB) First(ctx context.Context, s Series) (sample credit.Sample, ok bool, err error) {
	return db.one(ctx, s, math.MinInt64, math.MaxInt64, "ASC")
}

// Range returns the stored readings in [from, to], oldest first.
func (db *DB) Range(ctx context.Context, s Series, from, to time.Time) (samples []credit.Sample, err error) {
	err = db.read(ctx, s, func(id int64) error {
		rows, err := db.rows(s, id, from.Unix(), to.Unix(), "ASC", -1)
		if err == nil {
			samples, err = db.samples(s, id, rows)
		}
		return err
	})
	return samples, err
}

func (db *DB) one(ctx context.Context, s Series, from, to int64, order string) (sample credit.Sample, ok bool, err error) {
	err = db.read(ctx, s, func(id int64) error {
		rows, err := db.rows(s, id, from, to, order, 1)
		if err != nil || len(rows) == 0 {
			return err
		}
		samples, err := db.samples(s, id, rows)
		if err == nil {
			sample, ok = samples[0], true
		}
		return err
	})
	return sample, ok, err
}

// stem returns the stored head of s, whose row is id.
//
//go:noinline
func (db *DB) stem(s Series, id int64) (*head, error) {
	if id == 0 {
		return &head{}, nil
	}
	return db.head(s)
}

// rows returns the rows of [from, to] that can be trusted in the given order:
// all of them, or where limit is 1 the first.
func (db *DB) rows(s Series, id, from, to int64, order string, limit int) (rows []row, err error) {
	h, err := db.stem(s, id)
	if err != nil {
		return nil, err
	}
	var v row
	ok := limit == 1
	switch {
	case ok && order == "DESC":
		var got map[int64]row
		got, err = db.lookup(h, []int64{to})
		if v, ok = got[to]; ok && v.at < from {
			ok = false
		}
	case ok:
		if v, ok, err = db.next(h, from); v.at > to {
			ok = false
		}
	default:
		rows, err = db.span(h, from, to)
	}
	if err != nil {
		return nil, err
	}
	if ok {
		rows = []row{v}
	}
	if added := db.added(s); len(added) > 0 {
		if order == "DESC" {
			slices.Reverse(rows)
		}
		rows = overlay(rows, sorted.Without(added, func(c *change) bool { return c.sample.at > to }), from)
		if order == "DESC" {
			slices.Reverse(rows)
		}
		if limit > 0 {
			rows = rows[:min(limit, len(rows))]
		}
	}
	return rows, nil
}

// overlay returns rows, ascending, with the samples of added from then on. A
// later reading of the same second replaces the earlier.
func overlay(rows []row, added []change, from int64) []row {
	for _, c := range added {
		at := c.sample.at
		if at < from {
			continue
		}
		i, found := slices.BinarySearchFunc(rows, at, func(r row, at int64) int { return cmp.Compare(r.at, at) })
		if found {
			rows[i] = *c.sample
		} else {
			rows = sorted.Insert(rows, i, *c.sample)
		}
	}
	return rows
}

// samples adds to rows, oldest first, their credits and segments.
func (db *DB) samples(s Series, id int64, rows []row) ([]credit.Sample, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	from, to := rows[0].at, rows[len(rows)-1].at
	credits, err := db.credits(s, id, from, to)
	if err != nil {
		return nil, err
	}
	segments, err := db.segments(s, id, from, to)
	if err != nil {
		return nil, err
	}
	return compose(rows, credits, segments), nil
}

// compose makes samples of rows, credits and segments, all of which ascend;
// the first of each of the latter two are in effect at the first row.
func compose(rows []row, credits []creditRow, segments []Segment) []credit.Sample {
	out := make([]credit.Sample, len(rows))
	c, g := 0, 0
	for i, r := range rows {
		for c+1 < len(credits) && credits[c+1].at <= r.at {
			c++
		}
		for g+1 < len(segments) && segments[g+1].At.Unix() <= r.at {
			g++
		}
		o := &out[i]
		o.At, o.UsageUSD = time.Unix(r.at, 0).UTC(), r.usage
		if c < len(credits) && credits[c].at <= r.at && credits[c].credits != nil {
			o.CreditsUSD, o.CreditsKnown = *credits[c].credits, true
		}
		if g < len(segments) {
			o.Segment = segments[g].At.Unix()
		}
	}
	return out
}
