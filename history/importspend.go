package history

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"ortop/internal/credit"
)

// ExceedsError is spend that an account cannot have had.
type ExceedsError struct {
	SpendUSD float64   // what is told of the time before
	UsageUSD float64   // all that was used by then
	At       time.Time // the oldest reading
}

func (e *ExceedsError) Error() string {
	return fmt.Sprintf("there would be $%.2f of spend before %s UTC, by when the account had used $%.2f in all: it may be another account's",
		e.SpendUSD, e.At.Format("2006-01-02 15:04"), e.UsageUSD)
}

// ImportSpend puts spend that a file tells before the oldest reading of s that
// was taken. It joins a back-fill that is there already, in whichever order the
// two come: of the same span the greater spend counts, so that a fuller file
// completes one that was cut, and one within another is part of that. It returns
// the spans, or the parts of them before that reading, that were not known.
//
// Of a series without a reading it is kept for the first one: see [DB.Adopt].
// More than was ever used is an [*ExceedsError]. It is all or nothing.
func (db *DB) ImportSpend(ctx context.Context, s Series, spans []Spend) (added []Spend, err error) {
	list, err := flatten(spans)
	if err == nil {
		err = db.put(ctx, s, "importing", func(id int64) error {
			added, err = db.mergeSpend(s, id, list)
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	return added, nil
}

func (db *DB) mergeSpend(s Series, id int64, list []stretch) ([]Spend, error) {
	h, err := db.head(s)
	if err != nil {
		return nil, err
	}
	if !h.at.Valid {
		return db.keepAhead(id, list)
	}
	h.id = id
	if err := db.sound(h); err != nil {
		return nil, err
	}
	known, own, err := db.filled(s, id)
	if err != nil {
		return nil, err
	}
	whole := len(list) == 0 || list[len(list)-1].to <= own.at
	if list, err = db.until(s, id, list, own); err != nil {
		return nil, err
	}
	fresh := news(list, known)
	if len(fresh) == 0 {
		return nil, nil
	}
	all, err := merge(known, list)
	if err != nil {
		return nil, err
	}
	if excess := sumOf(all) - own.usage; excess > slackUSD && !whole && len(list) > 0 {
		last := &list[len(list)-1] // an estimate, which gives way to what is known
		last.usd = max(0, last.usd-excess)
		if all, err = merge(known, list); err != nil {
			return nil, err
		}
	}
	if sum := sumOf(all); sum > own.usage+slackUSD {
		return nil, &ExceedsError{sum, own.usage, time.Unix(own.at, 0).UTC()}
	}
	if err := db.unfill(s, h, own); err != nil {
		return nil, err
	}
	if _, err := db.fill(s, h, all); err != nil {
		return nil, err
	}
	return spends(fresh), db.inserted(h)
}

// patch is a gap of a series, and the readings of an export that lie in it.
type patch struct {
	gap      credit.Gap
	head     head // the reading before the gap
	credits  *float64
	readings []Reading
	export   Export
}

// fillHoles stores the readings, which ascend, that lie in gaps of s: there somebody else
// saw what was spent. What does not fit in between what was read is left out.
func (db *DB) fillHoles(s Series, h *head, readings []Reading, x Export) (added int, err error) {
	if len(readings) == 0 {
		return 0, nil
	}
	gaps, err := db.gaps(s, h.id, readings[0].At, readings[len(readings)-1].At.Add(time.Second))
	if err != nil {
		return 0, err
	}
	var patches []patch
	for _, g := range gaps {
		p, err := db.patch(s, h, g, readings, x)
		if err != nil {
			return 0, err
		}
		if len(p.readings) > 0 {
			patches = append(patches, p)
		}
	}
	for _, p := range patches {
		if err := db.conn.run(`DELETE FROM gap WHERE series = ? AND from_at = ?`, h.id, p.gap.From.Unix()); err != nil {
			return 0, err
		}
		if err := db.storeEach(&p.head, p.readings, p.export); err != nil {
			return 0, err
		}
		for _, u := range p.export.Unseen {
			if u.To.Equal(p.gap.To) {
				if err := db.unseen(s, h.id, u); err != nil {
					return 0, err
				}
			}
		}
		if !same(p.head.credits, p.credits) {
			if err := db.store(change{series: s, id: h.id, credits: &creditRow{p.gap.To.Unix(), p.credits}}); err != nil {
				return 0, err
			}
		}
		added += len(p.readings)
	}
	if added > 0 {
		err = db.recount(h)
	}
	return added, err
}

// patch is what of the readings lies in a gap; none where that does not fit.
func (db *DB) patch(s Series, h *head, g credit.Gap, readings []Reading, x Export) (p patch, err error) {
	i := sort.Search(len(readings), func(i int) bool { return readings[i].At.After(g.From) })
	j := sort.Search(len(readings), func(i int) bool { return !readings[i].At.Before(g.To) })
	if i >= j || g.Cause == backfilled || g.Cause == NotKnown || g.Cause == credit.Damaged {
		return patch{}, nil
	}
	from, to := g.From.Unix(), g.To.Unix()
	segments, err := db.segments(s, h.id, from, to)
	if err != nil {
		return patch{}, err
	}
	before, err := db.rows(s, h.id, math.MinInt64, from, "DESC", 1)
	if err != nil {
		return patch{}, err
	}
	after, err := db.rows(s, h.id, to, to, "ASC", 1)
	if err != nil {
		return patch{}, err
	}
	credits, err := db.credits(s, h.id, from, to)
	if err != nil || len(before) == 0 || len(after) == 0 || len(credits) > 2 || len(segments) > 1 {
		return patch{}, err
	}
	p = patch{gap: g, readings: slices.Clone(readings[i:j]), export: Export{RoundUSD: x.RoundUSD}}
	p.head = head{id: h.id, at: sql.NullInt64{Int64: before[0].at, Valid: true}, usage: before[0].usage, readMS: sql.NullInt64{Int64: from * 1000, Valid: true}}
	for _, c := range credits {
		if c.at <= from {
			p.head.credits = c.credits
		}
		p.credits = c.credits
	}
	last := before[0].usage
	for k := range p.readings {
		r := &p.readings[k]
		if r.NewSegment != nil || r.UsageUSD < last-x.RoundUSD || r.UsageUSD > after[0].usage+x.RoundUSD {
			return patch{}, nil
		}
		r.UsageUSD = min(max(r.UsageUSD, last), after[0].usage)
		last = r.UsageUSD
	}
	for _, f := range x.Filled {
		if (credit.Span{From: f.From, To: f.To}).Shared(g.Span) > 0 {
			return patch{}, nil
		}
	}
	// At its edges somebody saw all only where the export goes on there.
	edge := func(known bool, u credit.Span) {
		if !known {
			p.export.Unseen = append(p.export.Unseen, u)
		}
	}
	seen := func(k int) bool { // between the reading and the one before
		u := credit.Span{From: readings[k-1].At, To: readings[k].At}
		return !slices.ContainsFunc(x.Unseen, func(o credit.Span) bool { return o.Shared(u) > 0 })
	}
	edge(i > 0 && seen(i), credit.Span{From: g.From, To: readings[i].At})
	for _, u := range x.Unseen {
		if u.From.Before(readings[j-1].At) && u.To.After(readings[i].At) {
			p.export.Unseen = append(p.export.Unseen, u)
		}
	}
	edge(j < len(readings) && seen(j), credit.Span{From: readings[j-1].At, To: g.To})
	return p, nil
}
