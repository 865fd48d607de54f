package history

import (
	"context"
	"errors"
	"math"
	"sort"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// Bucket and Plot are of package credit.
type (
	Bucket = credit.Bucket
	Plot   = credit.Plot
)

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
	if err := ascend(bounds); err != nil {
		return Plot{}, err
	}
	err = db.read(ctx, s, func(id int64) error {
		p, err = db.plot(s, id, bounds)
		return err
	})
	return p, err
}

// ascend is an error where bounds are none of spans.
func ascend(bounds []time.Time) error {
	if len(bounds) < 2 {
		return errors.New("spans need two bounds or more")
	}
	for i, b := range bounds[1:] {
		if !bounds[i].Before(b) {
			return errors.New("the bounds of spans must ascend")
		}
	}
	return nil
}

// plot reads anew where it found damage, which is a gap.
func (db *DB) plot(s Series, id int64, bounds []time.Time) (p Plot, err error) {
	for seen := -1; seen != len(db.bad[id]) && err == nil; {
		seen = len(db.bad[id])
		p, err = db.plotOnce(s, id, bounds)
	}
	return p, err
}

func (db *DB) plotOnce(s Series, id int64, bounds []time.Time) (Plot, error) {
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
	c := credit.Curve{Gaps: p.Gaps, Segments: p.Segments}
	all, _, err := db.mended(s, id)
	for _, g := range all {
		if g.Cause == NotKnown {
			c.TotalsFrom = g.To
		}
	}
	if err != nil {
		return Plot{}, err
	}
	usage, err := db.usageAt(s, id, c.Points(bounds))
	if err != nil {
		return Plot{}, err
	}
	c.Usage = newCurve(usage).Usage
	credits, err := db.credits(s, id, from.Unix(), to.Unix())
	if err != nil {
		return Plot{}, err
	}
	covered := credit.Span{From: time.Unix(first[0].at, 0), To: time.UnixMilli(h.readMS.Int64)}
	c.Cut(p.Buckets, covered)
	k := 0
	for i := range p.Buckets {
		b := &p.Buckets[i]
		if !b.Known {
			continue
		}
		for k+1 < len(credits) && credits[k+1].at <= b.To.Unix() {
			k++
		}
		if k < len(credits) && credits[k].at <= b.To.Unix() && credits[k].credits != nil {
			b.CreditsUSD, b.CreditsKnown = *credits[k].credits, true
		}
	}
	p.Gaps, p.Backfilled = sift(sorted.Without(p.Gaps, func(g *credit.Gap) bool { return !g.From.Before(to) }))
	p.Segments = sorted.Without(p.Segments, func(g *Segment) bool { return !g.At.Before(to) })
	p.TopUps, err = db.topUps(s, id, from, to)
	return p, err
}

// usageAt returns the usage in effect at each of the points; before the first
// reading there is none.
func (db *DB) usageAt(s Series, id int64, points []int64) (map[int64]float64, error) {
	h, err := db.stem(s, id)
	if err != nil {
		return nil, err
	}
	rows, err := db.lookup(h, points)
	if err != nil {
		return nil, err
	}
	usage := make(map[int64]float64, len(points))
	for at, r := range rows {
		usage[at] = r.usage
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

// curve is a curve of the readings that were looked up.
type curve struct {
	credit.Curve
	usage map[int64]float64 // by Unix second
}

func newCurve(usage map[int64]float64) *curve {
	c := &curve{usage: usage}
	c.Usage = func(second int64) (usd float64, ok bool) {
		usd, ok = usage[second]
		return usd, ok
	}
	return c
}

// set adds the usage at a second, unless it is noUsage.
func (c *curve) set(at int64, usd float64) {
	if usd != noUsage {
		c.usage[at] = usd
	}
}
