package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"sort"
	"time"

	"ortop/internal/credit"
)

// Bucket is what happened in one span.
type Bucket struct {
	credit.Span
	// SpendUSD is what was spent in the span, as far as the history covers it;
	// never below 0. What a reading at its very end shows is in it, for it was
	// spent before.
	SpendUSD float64
	// Known reports whether the history covers the span at least in part, by
	// readings or by a gap between two readings. Where it is not set, the sums
	// mean nothing.
	Known bool
	// Observed is the share of the span, 0 to 1, in which readings were taken.
	Observed float64
	// UsageUSD and CreditsUSD are the totals at the end of the span.
	UsageUSD     float64
	CreditsUSD   float64
	CreditsKnown bool
}

// Plot is a series cut into buckets, with what else happened in their span:
// the gaps that overlap it, whole, and the top-ups and segments that begin in it.
type Plot struct {
	Buckets  []Bucket
	Gaps     []credit.Gap
	TopUps   []credit.TopUp
	Segments []Segment
	// Backfilled are the spans that [DB.Backfilled] would return.
	Backfilled []credit.Span
}

// Buckets cuts [from, to) into n spans of equal length; the sums of their
// spend is the spend of the whole.
func (db *DB) Buckets(ctx context.Context, s Series, from, to time.Time, n int) (Plot, error) {
	if n < 1 || !from.Before(to) {
		return Plot{}, errors.New("buckets need a span and a count above 0")
	}
	bounds := make([]time.Time, n+1)
	// Not by multiplying a duration: centuries of nanoseconds overflow.
	step := to.Sub(from) / time.Duration(n)
	rest := to.Sub(from) % time.Duration(n)
	for i := range bounds {
		bounds[i] = from.Add(time.Duration(i)*step + time.Duration(i)*rest/time.Duration(n))
	}
	bounds[n] = to
	return db.BucketsAt(ctx, s, bounds)
}

// BucketsAt cuts the time at the given ascending bounds, such as local
// midnights, into one bucket less than there are bounds.
func (db *DB) BucketsAt(ctx context.Context, s Series, bounds []time.Time) (p Plot, err error) {
	if len(bounds) < 2 {
		return Plot{}, errors.New("buckets need two bounds or more")
	}
	for i, b := range bounds[1:] {
		if !bounds[i].Before(b) {
			return Plot{}, errors.New("the bounds of buckets must ascend")
		}
	}
	err = db.read(ctx, s, func(id int64) error {
		p, err = db.plot(s, id, bounds)
		return err
	})
	return p, err
}

func (db *DB) plot(s Series, id int64, bounds []time.Time) (Plot, error) {
	from, to := bounds[0], bounds[len(bounds)-1]
	h, err := db.newest(s)
	if err != nil {
		return Plot{}, err
	}
	first, err := db.rows(s, id, math.MinInt64, math.MaxInt64, "ASC", 1)
	if err != nil {
		return Plot{}, err
	}
	p := Plot{Buckets: make([]Bucket, len(bounds)-1)}
	for i := range p.Buckets {
		p.Buckets[i].Span = credit.Span{From: bounds[i], To: bounds[i+1]}
	}
	if len(first) == 0 {
		return p, nil
	}
	if p.Gaps, err = db.gaps(s, id, from, to.Add(time.Second)); err != nil {
		return Plot{}, err
	}
	// A segment may begin where a gap ends that reaches out of the plot.
	end := to
	if n := len(p.Gaps); n > 0 && p.Gaps[n-1].To.After(to) {
		end = p.Gaps[n-1].To
	}
	if p.Segments, err = db.begun(s, id, from, end.Add(time.Second)); err != nil {
		return Plot{}, err
	}
	c := curve{gaps: p.Gaps, segments: p.Segments}
	if c.usage, err = db.usageAt(s, id, c.points(bounds)); err != nil {
		return Plot{}, err
	}
	credits, err := db.credits(s, id, from.Unix(), to.Unix())
	if err != nil {
		return Plot{}, err
	}
	covered := credit.Span{From: time.Unix(first[0].at, 0), To: time.UnixMilli(h.readMS.Int64)}
	k := 0
	for i := range p.Buckets {
		b := &p.Buckets[i]
		b.Known = !b.From.After(covered.To) && b.To.After(covered.From)
		if !b.Known {
			continue
		}
		b.SpendUSD = c.spend(b.From, b.To)
		b.UsageUSD, _ = c.at(b.To)
		b.Observed = c.observed(b.Span, covered)
		for k+1 < len(credits) && credits[k+1].at <= b.To.Unix() {
			k++
		}
		if k < len(credits) && credits[k].at <= b.To.Unix() && credits[k].credits != nil {
			b.CreditsUSD, b.CreditsKnown = *credits[k].credits, true
		}
	}
	p.Gaps, p.Backfilled = sift(slices.DeleteFunc(p.Gaps, func(g credit.Gap) bool { return !g.From.Before(to) }))
	p.Segments = slices.DeleteFunc(p.Segments, func(g Segment) bool { return !g.At.Before(to) })
	p.TopUps, err = db.topUps(s, id, from, to)
	return p, err
}

// usageAt returns the usage in effect at each of the points, by one index seek
// for each in one statement; before the first reading there is none.
func (db *DB) usageAt(s Series, id int64, points []int64) (map[int64]float64, error) {
	list, err := json.Marshal(points)
	if err != nil {
		return nil, err
	}
	usage := make(map[int64]float64, len(points))
	err = db.query(`SELECT p.value, (SELECT usage FROM sample WHERE series = ?2 AND at <= p.value ORDER BY at DESC LIMIT 1) FROM json_each(?1) p`,
		func(r *sql.Rows) error {
			var at int64
			var u sql.NullFloat64
			err := r.Scan(&at, &u)
			if u.Valid {
				usage[at] = u.Float64
			}
			return err
		}, string(list), id)
	if err != nil {
		return nil, err
	}
	if added := db.added(s); len(added) > 0 {
		for _, at := range points {
			i := sort.Search(len(added), func(i int) bool { return added[i].sample.at > at })
			if i > 0 {
				usage[at] = added[i-1].sample.usage
			}
		}
	}
	return usage, nil
}

// curve is usage over time.
type curve struct {
	gaps     []credit.Gap
	segments []Segment
	usage    map[int64]float64
}

// points returns the seconds whose usage spend, at and observed ask for.
func (c *curve) points(bounds []time.Time) []int64 {
	var points []int64
	for _, b := range bounds {
		points = append(points, b.Unix())
		if g, ok := c.gap(b); ok {
			points = append(points, g.From.Unix(), g.To.Unix())
		}
	}
	for _, s := range c.segments {
		points = append(points, s.At.Unix()-1, s.At.Unix())
	}
	slices.Sort(points)
	return slices.Compact(points)
}

// gap returns the gap that t lies within.
func (c *curve) gap(t time.Time) (g credit.Gap, ok bool) {
	i := sort.Search(len(c.gaps), func(i int) bool { return c.gaps[i].To.After(t) })
	if i == len(c.gaps) || !c.gaps[i].From.Before(t) {
		return credit.Gap{}, false
	}
	return c.gaps[i], true
}

// at returns the usage at t; ok is false before the first reading.
func (c *curve) at(t time.Time) (usd float64, ok bool) {
	g, within := c.gap(t)
	if !within || c.begins(g.To) {
		usd, ok = c.usage[t.Unix()]
		return usd, ok
	}
	a, ok := c.usage[g.From.Unix()]
	b := c.usage[g.To.Unix()]
	if !ok || b < a {
		return a, ok
	}
	return min(b, a+(b-a)*float64(t.Sub(g.From))/float64(g.To.Sub(g.From))), true
}

// begins reports whether a segment begins at t.
func (c *curve) begins(t time.Time) bool {
	i := sort.Search(len(c.segments), func(i int) bool { return !c.segments[i].At.Before(t) })
	return i < len(c.segments) && c.segments[i].At.Equal(t)
}

// spend returns the rise of usage from a to b, less the jumps where segments begin.
func (c *curve) spend(a, b time.Time) float64 {
	i := sort.Search(len(c.segments), func(i int) bool { return c.segments[i].At.After(a) })
	spent := 0.0
	last, ok := c.at(a)
	for ; i < len(c.segments) && !c.segments[i].At.After(b); i++ {
		at := c.segments[i].At.Unix()
		if before, known := c.usage[at-1]; known && ok {
			spent += max(0, before-last)
		}
		last, ok = c.usage[at]
	}
	if end, known := c.at(b); known && ok {
		spent += max(0, end-last)
	}
	return spent
}

// observed returns the share of b that lies in covered and in no gap.
func (c *curve) observed(b, covered credit.Span) float64 {
	overlap := func(s credit.Span) time.Duration {
		from, to := b.From, b.To
		if s.From.After(from) {
			from = s.From
		}
		if s.To.Before(to) {
			to = s.To
		}
		return max(0, to.Sub(from))
	}
	seen := overlap(covered)
	i := sort.Search(len(c.gaps), func(i int) bool { return c.gaps[i].To.After(b.From) })
	for ; i < len(c.gaps) && c.gaps[i].From.Before(b.To); i++ {
		seen -= overlap(c.gaps[i].Span)
	}
	return float64(max(0, seen)) / float64(b.To.Sub(b.From))
}
