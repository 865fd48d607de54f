package forecast

import (
	"math"
	"sort"
	"time"

	"ortop/internal/credit"
)

// Spans in seconds.
const (
	minute = 60.0
	hour   = 60 * minute
	day    = 24 * hour
	week   = 7 * day
)

// riseUSD is the least rise of usage that counts: billing is exact to far less
// than this, floating point is not.
const riseUSD = 1e-9

// path is cumulative spend over time: it starts at 0, never falls, stays level
// over the seam of two segments, holds between samples and rises evenly across
// gaps. It reads the samples where they lie. Times are whole Unix seconds.
type path struct {
	samples    []credit.Sample // up to now
	first, now float64
	gaps       gaps // the spans in which nothing was polled
	blind      gaps // and those between two segments
	end        cursor
	grid       *grid // of the scratch
	scratch    *Scratch
}

// cursor is the path as it was after a number of samples.
type cursor struct {
	taken   int     // samples taken in or passed over
	t       float64 // of the newest taken in
	usd     float64 // spent up to then
	rises   int     // of it
	minutes float64 // that had any spend
	squares float64 // of the spend of each minute, summed
	lumpUSD float64 // the spend of the minute of rose
	rose    float64 // when usd last rose, or the path began
	highUSD float64 // of usage in the segment
	segment int64
	seams   int // segments that ended
}

// newPath builds the path of the samples up to now, oldest first. Samples that
// are out of order, later than now or without a number are passed over.
func newPath(now time.Time, samples []credit.Sample, spans []credit.Span, scratch *Scratch) path {
	if scratch == nil {
		scratch = new(Scratch)
	}
	p := path{samples: samples, now: unix(now), first: unix(now), gaps: newGaps(spans), grid: &scratch.grid, scratch: scratch}
	var c cursor
	for ; c.taken < len(samples); c.taken++ {
		if s := &samples[c.taken]; unix(s.At) <= p.now && finite(s.UsageUSD) {
			p.first = unix(s.At)
			c.t, c.rose, c.highUSD, c.segment = p.first, p.first, s.UsageUSD, s.Segment
			break
		}
	}
	p.end = p.grid.read(&p, c)
	p.blind = p.gaps
	if p.end.seams > 0 {
		p.blind = append(p.seams(c), p.gaps...)
	}
	p.blind = p.blind.within(p.first, p.now)
	p.grid.sum(&p)
	return p
}

// finite reports whether v is a sum that arithmetic keeps the cents of.
func finite(v float64) bool { return math.Abs(v) <= 1e13 }

func unix(t time.Time) float64 { return float64(t.Unix()) }

// take takes in the samples up to t, at most n of them.
func (p *path) take(c *cursor, t float64, n int) {
	// In variables of their own: this loop runs over every sample.
	i, newest, high, usd, rises := c.taken, int64(c.t), c.highUSD, c.usd, c.rises
	minutes, squares, lump, rose := c.minutes, c.squares, c.lumpUSD, int64(c.rose)
	until, now := int64(math.Floor(t)), int64(p.now)
	segment, gapless := c.segment, len(p.gaps) == 0
	samples := p.samples[:min(len(p.samples)-i, n)+i]
	for ; i < len(samples); i++ {
		s := &samples[i]
		at := s.At.Unix()
		if at > until && at <= now {
			break
		}
		if at < newest || at > now || !finite(s.UsageUSD) {
			continue
		}
		if s.Segment != segment {
			segment, high = s.Segment, s.UsageUSD
			c.seams++
		}
		if rise := s.UsageUSD - high; rise > riseUSD {
			high = s.UsageUSD
			usd += rise
			rises++
			from, even := int64(0), false
			if !gapless {
				from, even = p.gaps.ending(newest, at)
			}
			switch {
			case even: // each minute of the gap had its share
				n := float64(at-from) / minute
				minutes += n
				squares += rise * rise / max(1, n)
				lump = 0
			case at-rose >= 60 || rises == 1 || (at+59)/60 > (rose+59)/60:
				minutes++
				squares += rise * rise
				lump = rise
			default: // again in the same minute
				squares += rise * (rise + 2*lump)
				lump += rise
			}
			rose = at
		}
		newest = at
	}
	c.segment = segment
	c.taken, c.t, c.highUSD, c.usd, c.rises = i, float64(newest), high, usd, rises
	c.minutes, c.squares, c.lumpUSD, c.rose = minutes, squares, lump, float64(rose)
}

// seams returns the spans between the last sample of a segment and the first of
// the next.
func (p *path) seams(c cursor) (g gaps) {
	for c.taken < len(p.samples) {
		before, at := c.seams, c.t
		p.take(&c, p.now, 1)
		if c.seams > before {
			g = append(g, gap{from: at, to: c.t})
		}
	}
	return g
}

// at returns the path at t, with what an unfinished gap adds.
func (p *path) at(t float64) cursor {
	c := p.grid.before(t)
	p.take(&c, t, len(p.samples))
	if c.t == t || p.gaps.about(t) == nil {
		return c
	}
	next := c
	from, even := p.next(&next)
	if !even || t <= from {
		return c
	}
	share := (t - from) / (next.t - from)
	c.usd += share * (next.usd - c.usd)
	c.minutes += share * (next.minutes - c.minutes)
	c.squares += share * (next.squares - c.squares)
	c.rose = t
	return c
}

// next takes in the samples up to the next that is later, where there is one. even
// reports that what it shows was spent evenly since from, in a gap.
//
//go:noinline
func (p *path) next(c *cursor) (from float64, even bool) {
	t, usd := c.t, c.usd
	for c.t == t && c.taken < len(p.samples) {
		p.take(c, p.now, 1)
	}
	since, ok := p.gaps.ending(int64(t), int64(c.t))
	return float64(since), ok && c.usd != usd
}

// passage is the first moment at which the path has reached usd; ok is false,
// and at the end of the path, if it has not.
func (p *path) passage(usd float64) (at float64, ok bool) {
	if usd > p.end.usd {
		return p.now, false
	}
	g := p.grid
	c := g.cursors[max(0, sort.SearchFloat64s(g.byHour.usd, usd)-1)]
	at = p.reaches(&c, usd)
	if p.gaps.about(at) == nil {
		return at, true
	}
	b := c
	for c.usd < usd {
		b = c
		p.take(&c, p.now, 1)
	}
	if from, even := p.gaps.ending(int64(b.t), int64(c.t)); even && c.usd > b.usd {
		return float64(from) + (usd-b.usd)/(c.usd-b.usd)*float64(int64(c.t)-from), true
	}
	return c.t, true
}

// reaches is when the path after c, which is not changed, reaches usd: take without what
// is not asked for.
func (p *path) reaches(c *cursor, usd float64) float64 {
	newest, now, high, segment, sum := int64(c.t), int64(p.now), c.highUSD, c.segment, c.usd
	for i := c.taken; i < len(p.samples) && sum < usd; i++ {
		s := &p.samples[i]
		at := s.At.Unix()
		if at < newest || at > now || !finite(s.UsageUSD) {
			continue
		}
		if s.Segment != segment {
			segment, high = s.Segment, s.UsageUSD
		}
		if rise := s.UsageUSD - high; rise > riseUSD {
			high = s.UsageUSD
			sum += rise
		}
		newest = at
	}
	return float64(newest)
}

// lastSpend is when usage last rose; zero if it never did.
func (p *path) lastSpend() time.Time {
	if p.end.rises == 0 {
		return time.Time{}
	}
	return time.Unix(int64(p.end.rose), 0).UTC()
}
