package credit

import (
	"slices"
	"sort"
	"time"

	"ortop/internal/sorted"
)

// Segment is a run of readings that may be compared with each other.
type Segment struct {
	// At is the segment's first reading.
	At time.Time
	// Fingerprint names the key that was used, Creator its maker, Reason why
	// the segment began; each may be empty.
	Fingerprint, Creator, Reason string
}

// Bucket is what happened in one span.
type Bucket struct {
	Span
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
	// Blurred reports that what was spent in the span is not known: nobody saw
	// whether spend of the Holes, which reach out of it, was in it.
	Blurred bool
	Holes   []Hole
	// SeenUSD is what was spent in the span outside of Holes, where it is Blurred.
	SeenUSD float64
	// UsageUSD and CreditsUSD are the totals at the end of the span; Guessed: nobody
	// saw them.
	UsageUSD     float64
	CreditsUSD   float64
	CreditsKnown bool
	Guessed      bool
}

// minObserved is the least share of a span that must have been seen for its balance.
const minObserved = .01

// HeldUSD is the balance at the end of the span as plots show it, 0 where there was a
// debt; ok is false where it is not known.
func (b Bucket) HeldUSD() (usd float64, ok bool) {
	left := Balance{CreditsUSD: b.CreditsUSD, UsageUSD: b.UsageUSD}.LeftUSD()
	return max(0, left), b.Known && !b.Guessed && b.CreditsKnown && b.Observed >= minObserved
}

// Plot is a series cut into buckets, with what else happened in their span:
// the gaps that overlap it, whole, and the top-ups and segments that begin in it.
type Plot struct {
	Buckets  []Bucket
	Gaps     []Gap
	TopUps   []TopUp
	Segments []Segment
	// Backfilled are the spans whose spend was filled in from totals.
	Backfilled []Span
}

// Curve is lifetime usage over time: a step function of readings, which rises
// evenly inside a gap that is not brief, and whose jumps between two segments are no
// spend.
type Curve struct {
	// Gaps, back-filled spans among them, and Segments ascend.
	Gaps     []Gap
	Segments []Segment
	// Usage returns the usage in effect at a Unix second; ok is false before
	// the first reading.
	Usage func(second int64) (usd float64, ok bool)
	// TotalsFrom is where the totals begin to be known: the end of the last gap
	// that is NotKnown.
	TotalsFrom time.Time
}

// Cut sets what ascending buckets have of the curve, which covers a span; nothing but
// that is set in those of which nothing is known.
func (c Curve) Cut(buckets []Bucket, covered Span) {
	damaged := sorted.Without(c.Gaps, func(g *Gap) bool { return g.Cause != Damaged })
	var end mark
	for i := range buckets {
		b := &buckets[i]
		if b.Known = !b.From.After(covered.To) && b.To.After(covered.From) && !Torn(damaged, b.Span, EdgeShare); !b.Known {
			continue
		}
		c.Gaps = c.Gaps[c.after(b.From):] // what is over is not looked through again
		from := end
		if !from.at.Equal(b.From) {
			from = c.mark(b.From)
		}
		end = c.mark(b.To)
		c.measure(b, covered, &from, &end)
	}
}

// Measure sets what a bucket has of the curve, which covers a span.
func (c *Curve) Measure(b *Bucket, covered Span) {
	from, to := c.mark(b.From), c.mark(b.To)
	c.measure(b, covered, &from, &to)
}

func (c *Curve) measure(b *Bucket, covered Span, from, to *mark) {
	b.SpendUSD, b.UsageUSD = c.spend(from, to), to.usd
	b.Observed, b.Holes = c.Observed(b.Span, covered), c.Holes(b.Span)
	if b.Blurred = len(b.Holes) > 0; b.Blurred {
		at := b.From
		for _, h := range b.Holes {
			if h.From.After(at) {
				b.SeenUSD += c.Spend(at, h.From)
			}
			at = h.To
		}
		if at.Before(b.To) {
			b.SeenUSD += c.Spend(at, b.To)
		}
	}
	b.Guessed = b.To.Before(c.TotalsFrom) || to.gap != nil && !to.gap.slight() && !c.hole(to.gap).nothing()
}

// Points returns the seconds whose usage a Curve looks up for buckets between
// these bounds, ascending.
func (c *Curve) Points(bounds []time.Time) []int64 {
	var points []int64
	for _, b := range bounds {
		points = append(points, b.Unix())
		if g := c.gap(b); g != nil {
			points = append(points, g.From.Unix(), g.To.Unix())
		}
	}
	for _, g := range c.Gaps {
		if g.Cause == NotKnown {
			points = append(points, g.From.Unix(), g.To.Unix())
		}
	}
	for _, s := range c.Segments {
		points = append(points, s.At.Unix()-1, s.At.Unix())
	}
	sorted.Numbers(points)
	return slices.Compact(points)
}

// after returns the number of the first gap that ends after t.
//
//go:noinline
func (c *Curve) after(t time.Time) int {
	return firstNot(len(c.Gaps), 0, func(i int) bool { return !c.Gaps[i].To.After(t) })
}

// firstNot returns the first of n numbers for which before, which holds for those below
// it, does not; it is found soonest close to near.
func firstNot(n, near int, before func(i int) bool) int {
	low := min(near, n)
	for step := 1; low > 0 && !before(low-1); step *= 2 {
		low = max(0, low-step)
	}
	high := low
	for step := 1; high < n && before(high); step *= 2 {
		low, high = high+1, min(n, high+step)
	}
	return low + sort.Search(high-low, func(i int) bool { return !before(low + i) })
}

// gap returns the gap that t lies within; nil: in none.
func (c *Curve) gap(t time.Time) *Gap {
	i := c.after(t)
	if i == len(c.Gaps) || !c.Gaps[i].From.Before(t) {
		return nil
	}
	return &c.Gaps[i]
}

// mark is the curve at a time.
type mark struct {
	at  time.Time
	usd float64
	ok  bool // not before the first reading
	gap *Gap // that it lies within; nil: in none
}

func (c *Curve) mark(t time.Time) mark {
	m := mark{at: t, gap: c.gap(t)}
	g := m.gap
	if g == nil || g.Brief() || c.begins(g.To) {
		m.usd, m.ok = c.Usage(t.Unix())
		return m
	}
	m.usd, m.ok = c.Usage(g.From.Unix())
	if b, _ := c.Usage(g.To.Unix()); m.ok && b >= m.usd {
		m.usd = min(b, m.usd+(b-m.usd)*float64(t.Sub(g.From))/float64(g.To.Sub(g.From)))
	}
	return m
}

// At returns the usage at t; ok is false before the first reading.
func (c *Curve) At(t time.Time) (usd float64, ok bool) {
	m := c.mark(t)
	return m.usd, m.ok
}

// begins reports whether a segment begins at t.
//
//go:noinline
func (c *Curve) begins(t time.Time) bool {
	i := sort.Search(len(c.Segments), func(i int) bool { return !c.Segments[i].At.Before(t) })
	return i < len(c.Segments) && c.Segments[i].At.Equal(t)
}

// Spend returns the rise of usage from a to b, less the jumps where segments
// begin.
func (c *Curve) Spend(a, b time.Time) float64 {
	from, to := c.mark(a), c.mark(b)
	return c.spend(&from, &to)
}

func (c *Curve) spend(a, b *mark) float64 {
	i := sort.Search(len(c.Segments), func(i int) bool { return c.Segments[i].At.After(a.at) })
	spent, last, ok := 0.0, a.usd, a.ok
	for ; i < len(c.Segments) && !c.Segments[i].At.After(b.at); i++ {
		at := c.Segments[i].At.Unix()
		if before, known := c.Usage(at - 1); known && ok {
			spent += max(0, before-last)
		}
		last, ok = c.Usage(at)
	}
	if b.ok && ok {
		spent += max(0, b.usd-last)
	}
	return spent
}

// Observed returns the share of s, 0 to 1, that lies in covered and in no gap.
func (c *Curve) Observed(s, covered Span) float64 {
	seen := s.Shared(covered)
	for i := c.after(s.From); i < len(c.Gaps) && c.Gaps[i].From.Before(s.To); i++ {
		seen -= s.Shared(c.Gaps[i].Span)
	}
	return float64(max(0, seen)) / float64(s.To.Sub(s.From))
}

// Shared returns how much of s lies in o.
func (s Span) Shared(o Span) time.Duration {
	if o.From.After(s.From) {
		s.From = o.From
	}
	if o.To.Before(s.To) {
		s.To = o.To
	}
	return max(0, s.To.Sub(s.From))
}

// fine is a span of spend that is filled in and may be spread evenly.
const fine = time.Hour + time.Minute

// Hole is a gap, and what was spent in it, at a time that nobody saw.
type Hole struct {
	Gap
	USD   float64
	Known bool // whether USD is
}

// hole is a gap with its spend.
func (c *Curve) hole(g *Gap) Hole {
	h := Hole{Gap: *g}
	if c.Usage == nil {
		return h
	}
	a, ok := c.Usage(g.From.Unix())
	b, known := c.Usage(g.To.Unix())
	if g.Cause == NotKnown {
		if ok && known {
			h.USD = max(0, b-a)
		}
		return h
	}
	if rise := b - a; ok && known && (rise == 0 || rise > 0 && g.Cause != Damaged && !c.begins(g.To)) {
		h.USD, h.Known = rise, true
	}
	return h
}

// nothing reports that nothing was spent in the hole, so that it hides nothing.
func (h Hole) nothing() bool { return h.Known && h.USD == 0 }

// Brief reports whether a gap is no more than a late reading: what that shows was
// spent when it was read.
func (g *Gap) Brief() bool { return g.Cause != Backfilled && g.To.Sub(g.From) <= 5*time.Minute }

// slight reports whether totals within a gap are as good as known.
func (g *Gap) slight() bool {
	return g.Brief() || g.Cause == Backfilled && g.To.Sub(g.From) <= fine
}

// Blurs reports whether for this hole alone what was spent in s is not known: it
// reaches into s and out of it, however little, and may have spend on either side. A
// brief one blurs only what is not much longer, and one that was filled in by the hour
// may be spread.
func (h Hole) Blurs(s Span) bool {
	inside, length, whole := h.Shared(s), h.To.Sub(h.From), s.To.Sub(s.From)
	switch {
	case inside == 0, h.nothing():
		return false
	case h.Cause == NotKnown: // one that goes on after s is the open end of what is known
		return !h.To.After(s.To) || inside == whole || h.USD != 0
	case inside == length:
		return false
	case h.Cause == Backfilled:
		return length > fine
	}
	return inside == whole || !h.Brief() || whole < 12*length
}

// Holes are those for which the spend of s, or when it happened, is not known; none
// where it is.
func (c *Curve) Holes(s Span) (holes []Hole) {
	for i := c.after(s.From); i < len(c.Gaps) && c.Gaps[i].From.Before(s.To); i++ {
		g := &c.Gaps[i]
		if g.Cause != NotKnown && !g.From.Before(s.From) && !g.To.After(s.To) {
			continue // all of it is in s
		}
		if h := c.hole(g); h.Blurs(s) {
			holes = append(holes, h)
		}
	}
	return holes
}

// EdgeShare is how much of a span may be damaged, or later than the newest reading.
const EdgeShare = 0.1

// Torn reports whether s begins or ends in a damaged gap, or more than a share
// of it lies in such: then what was spent in it is not known.
func Torn(gaps []Gap, s Span, share float64) bool {
	torn := time.Duration(0)
	within := func(g Gap, t time.Time) bool { return g.From.Before(t) && g.To.After(t) }
	for _, g := range gaps {
		if g.Cause == Damaged {
			torn += s.Shared(g.Span)
			if within(g, s.From) || within(g, s.To) {
				return true
			}
		}
	}
	return torn.Seconds() > share*s.To.Sub(s.From).Seconds()
}
