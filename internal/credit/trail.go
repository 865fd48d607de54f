package credit

import (
	"ortop/internal/sorted"
	"slices"
	"time"
)

// Trail is the past of a series in memory: its readings, from as far back as
// they were loaded, and what else is known of that time. The zero Trail is a
// series that was never read. What is added to a Trail does not change a copy
// of it that was made before.
type Trail struct {
	// First is the oldest reading of the account that is behind the series now.
	First Sample
	// FromReason is the Reason of segments before which nothing counts: such a
	// segment begins with another First. If empty, there are none.
	FromReason string
	// Samples are First and, ascending, the readings since the one in effect
	// where loading began. A reading holds until the next.
	Samples []Sample
	// Segments that began from First on, First's own among them.
	Segments []Segment
	// Gaps are spans in which nothing was read, Backfilled those whose spend
	// was filled in from totals of hours or days, one for each total. Both ascend.
	Gaps       []Gap
	Backfilled []Span
	// TopUps are the changes of the credits bought since First, oldest first.
	TopUps []TopUp
	// ReadAt is when the series was last read, to the millisecond. It may be
	// later than the last of the Samples, which are stored where they differ.
	ReadAt time.Time
}

// Empty reports whether the series was never read.
func (t *Trail) Empty() bool { return t == nil || len(t.Samples) == 0 }

// Newest returns the newest reading; ok is false where there is none.
//
//go:noinline
func (t *Trail) Newest() (s Sample, ok bool) {
	if t.Empty() {
		return Sample{}, false
	}
	return t.Samples[len(t.Samples)-1], true
}

// At returns the reading in effect at a time. Before where loading began
// that is First; ok is false before First.
func (t *Trail) At(at time.Time) (s Sample, ok bool) {
	if t.Empty() {
		return Sample{}, false
	}
	i := t.second(at.Unix(), len(t.Samples))
	if i < 0 {
		return Sample{}, false
	}
	return t.Samples[i], true
}

// second returns the number of the reading in effect at a Unix second, which is found
// soonest close to near; -1 before the first.
func (t *Trail) second(at int64, near int) int {
	i := firstNot(len(t.Samples), near, func(i int) bool { return t.Samples[i].At.Unix() < at })
	if i == len(t.Samples) || t.Samples[i].At.Unix() > at {
		i--
	}
	return i
}

// join makes one span of those that touch, of the spans that in holds of.
func join(spans []Span, in func(*Span) bool) (joined []Span) {
	for i := range spans {
		s := &spans[i]
		if n := len(joined); !in(s) {
			continue
		} else if n > 0 && joined[n-1].To.Equal(s.From) {
			joined[n-1].To = s.To
		} else {
			joined = append(joined, *s)
		}
	}
	return joined
}

// Unobserved returns the spans in which nothing was read, in order: gaps, and
// those whose spend was filled in, as one where they touch.
func (t *Trail) Unobserved() []Span {
	spans := join(t.Backfilled, func(*Span) bool { return true })
	for _, g := range t.Gaps {
		spans = append(spans, g.Span)
	}
	sorted.Rows(spans, func(a, b *Span) int { return a.From.Compare(b.From) })
	return spans
}

// ByHour returns the spans whose spend was filled in from totals of an hour at
// most, as one where they touch.
func (t *Trail) ByHour() []Span {
	return join(t.Backfilled, func(s *Span) bool { return s.To.Sub(s.From) <= time.Hour })
}

// Curve returns the series' usage over time, for one goroutine.
func (t *Trail) Curve() Curve {
	c := Curve{Segments: t.Segments, Gaps: make([]Gap, 0, len(t.Gaps)+len(t.Backfilled))}
	for i, k := 0, 0; i < len(t.Gaps) || k < len(t.Backfilled); {
		var g Gap
		if k == len(t.Backfilled) || i < len(t.Gaps) && !t.Backfilled[k].From.Before(t.Gaps[i].From) {
			g = t.Gaps[i]
			i++
		} else {
			g = Gap{Span: t.Backfilled[k], Cause: Backfilled}
			k++
		}
		if c.Gaps = append(c.Gaps, g); g.Cause == NotKnown {
			c.TotalsFrom = g.To
		}
	}
	return t.Regrown(c)
}

// Regrown is the curve of the series where c was, and it has grown since by readings alone.
func (t *Trail) Regrown(c Curve) Curve {
	near := 0
	c.Usage = func(second int64) (float64, bool) {
		i := t.second(second, near)
		if i < 0 {
			return 0, false
		}
		near = i
		return t.Samples[i].UsageUSD, true
	}
	return c
}

// Plot cuts the time at the given ascending bounds into one bucket less than
// there are bounds. It is about the time from where loading began. c is the
// series' curve, and into has room for buckets, or none; those that it has and that end
// by kept stay as they are where the bounds do.
func (t *Trail) Plot(c Curve, bounds []time.Time, into []Bucket, kept time.Time) Plot {
	n, had := max(0, len(bounds)-1), len(into)
	p := Plot{Buckets: slices.Grow(into, max(0, n-had))[:n]}
	if n == 0 {
		return p
	}
	stale := func(i int) bool {
		b := &p.Buckets[i]
		return i >= had || b.To.After(kept) || !b.From.Equal(bounds[i]) || !b.To.Equal(bounds[i+1])
	}
	for from := 0; from < n; from++ {
		to := from
		for ; to < n && stale(to); to++ {
			p.Buckets[to] = Bucket{Span: Span{From: bounds[to], To: bounds[to+1]}}
		}
		t.cut(c, p.Buckets[from:to])
		from = to
	}
	if t.Empty() {
		return p
	}
	whole := Span{From: bounds[0], To: bounds[len(bounds)-1]}
	in := func(at time.Time) bool { return !at.Before(whole.From) && at.Before(whole.To) }
	for _, g := range t.Gaps {
		if g.Shared(whole) > 0 {
			p.Gaps = append(p.Gaps, g)
		}
	}
	p.Backfilled = join(t.Backfilled, func(s *Span) bool { return s.Shared(whole) > 0 })
	for _, u := range t.TopUps {
		if in(u.At) {
			p.TopUps = append(p.TopUps, u)
		}
	}
	for _, g := range t.Segments {
		if in(g.At) {
			p.Segments = append(p.Segments, g)
		}
	}
	return p
}

// cut sets what ascending buckets have of the series, whose curve is c.
func (t *Trail) cut(c Curve, buckets []Bucket) {
	if t.Empty() || len(buckets) == 0 {
		return
	}
	c.Cut(buckets, Span{From: t.First.At, To: t.ReadAt})
	near := len(t.Samples)
	for i := range buckets {
		b := &buckets[i]
		if !b.Known {
			continue
		}
		if near = t.second(b.To.Unix(), near); near >= 0 && t.Samples[near].CreditsKnown {
			b.CreditsUSD, b.CreditsKnown = t.Samples[near].CreditsUSD, true
		}
	}
}

// GrownSince is the newest reading of was where t is that series with readings after it,
// if any, and nothing else is known now: what was before then is as it was. It is zero
// where it may be another.
func (t *Trail) GrownSince(was *Trail) (at time.Time) {
	n := len(was.Samples)
	if t.Empty() || n == 0 || len(t.Samples) < n || &t.Samples[0] != &was.Samples[0] || t.First != was.First ||
		!same(t.Gaps, was.Gaps) || !same(t.Backfilled, was.Backfilled) || !same(t.Segments, was.Segments) {
		return at
	}
	at = was.Samples[n-1].At
	open := slices.ContainsFunc(t.Gaps, func(g Gap) bool { return g.To.After(at) })
	if b := len(t.Backfilled); open || b > 0 && t.Backfilled[b-1].To.After(at) {
		return time.Time{} // a reading tells more of it
	}
	return at
}

// same reports whether two lists that are never changed where they lie are the same.
func same[T any](a, b []T) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

// Growth is what one reading adds to a series; nil adds nothing.
type Growth struct {
	ReadAt time.Time
	// Sample replaces the newest one where it is of the same second, and with
	// that what was bought in it.
	Sample  *Sample
	Segment *Segment
	Gap     *Gap
	TopUp   *TopUp
}

// Add takes in what a reading adds.
func (t *Trail) Add(g Growth) {
	t.ReadAt = g.ReadAt
	if s := g.Segment; s != nil && s.Reason != "" && s.Reason == t.FromReason {
		*t, g.Gap = Trail{FromReason: t.FromReason, ReadAt: g.ReadAt}, nil
	}
	if g.Gap != nil {
		t.Gaps = append(t.Gaps, *g.Gap)
	}
	if g.Segment != nil {
		t.Segments = append(t.Segments, *g.Segment)
	}
	if s := g.Sample; s != nil {
		if t.Empty() || t.First.At.Equal(s.At) {
			t.First = *s
		}
		if n := len(t.Samples); n > 0 && t.Samples[n-1].At.Equal(s.At) {
			t.Samples = append(slices.Clone(t.Samples[:n-1]), *s)
			if u := len(t.TopUps); u > 0 && t.TopUps[u-1].At.Equal(s.At) {
				t.TopUps = slices.Clone(t.TopUps[:u-1])
			}
		} else {
			t.Samples = append(t.Samples, *s)
		}
	}
	if g.TopUp != nil {
		t.TopUps = append(t.TopUps, *g.TopUp)
	}
}

// Forget drops the readings before since, but for First and the one in effect
// then; not each time, for that would move them all.
func (t *Trail) Forget(since time.Time) {
	old, _ := slices.BinarySearchFunc(t.Samples, since, func(s Sample, at time.Time) int { return s.At.Compare(at) })
	old-- // the one that holds at the beginning
	if old > 1 && old > len(t.Samples)/8 {
		t.Samples = append([]Sample{t.Samples[0]}, t.Samples[old:]...)
	}
}
