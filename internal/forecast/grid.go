package forecast

import (
	"math"
	"slices"

	"ortop/internal/credit"
)

const (
	block      = 15 * minute
	hoursInDay = 24
	// The rates of the hours of day are of the last 28 days, and are computed
	// anew every 6 hours.
	profileBack  = 28 * day
	profileEvery = 6 * hour
	// As far back as there are sums: the first origin of the past lies 28 days
	// back and looks at the blocks of a week and the hours of 28 days.
	blocksBack = originBack + week + hour
	hoursBack  = originBack + profileBack + day
)

// grid has running sums of the path over its last weeks, in blocks of 15 minutes
// from the first sample on and in UTC hours, so that any window costs the same.
type grid struct {
	// Of each boundary of blocks, from start on: the spend up to it, and the
	// blocks that had any.
	start float64
	usd   []float64
	spent []float64
	// Of each beginning of a UTC hour, from hour on: the path, and the spend of
	// the hours and of the UTC days before it. Of each full hour: the spend and
	// the observed hours in this hour of day up to its end.
	hour    float64
	cursors []cursor
	byHour  lumps
	byDay   lumps
	hourUSD []float64
	hours   []float64

	of   readOf
	kept int // of the cursors, with all that is of their hours
}

// readOf is of what a grid was read.
type readOf struct {
	samples    []credit.Sample
	first, now float64
	gaps       gaps
}

// until is up to when a path is as it was when r was read, which has only grown since:
// its newest sample then. It is infinitely long ago where it may be another.
func (r *readOf) until(p *path) float64 {
	n := len(r.samples)
	own := p.scratch.Samples
	if n == 0 || len(p.samples) < n || &p.samples[0] != &r.samples[0] || r.first != p.first || !slices.Equal(r.gaps, p.gaps) ||
		len(own) > 0 && &p.samples[0] == &own[0] { // which are written anew
		return math.Inf(-1)
	}
	newest := unix(r.samples[n-1].At)
	if newest > min(r.now, p.now) { // what is later is passed over
		return math.Inf(-1)
	}
	return newest
}

// lumps are the spend up to the boundaries of spans, and the sum of squares of
// what was spent in each.
type lumps struct{ usd, squares []float64 }

//go:noinline
func (l *lumps) add(usd float64) {
	squares := 0.0
	if n := len(l.usd); n > 0 {
		d := usd - l.usd[n-1]
		squares = l.squares[n-1] + d*d
	}
	l.usd, l.squares = append(l.usd, usd), append(l.squares, squares)
}

// typical is the mean spend of the spans between two boundaries, each weighted
// by its own spend: what a dollar is typically spent together with. It is 0
// where nothing was spent.
func (l *lumps) typical(from, to int) float64 {
	if from >= to || !(l.usd[to] > l.usd[from]) {
		return 0
	}
	return (l.squares[to] - l.squares[from]) / (l.usd[to] - l.usd[from])
}

// read reads the samples from c, the first, to the last.
func (g *grid) read(p *path, c cursor) (end cursor) {
	start := p.first + math.Floor(max(0, p.now-blocksBack-p.first)/block)*block
	first := math.Floor(max(p.first, p.now-hoursBack) / hour)
	blocks, hours := int((p.now-start)/block), int(math.Floor(p.now/hour)-first)
	kept := 0
	if start == g.start && first == g.hour {
		kept = int(max(0, min(float64(len(g.cursors)), math.Floor(g.of.until(p)/hour)-first+1)))
	}
	g.start, g.hour, g.kept, g.of = start, first, kept, readOf{p.samples, p.first, p.now, p.gaps}
	g.spent = emptied(g.spent, blocks+1)
	if kept > 0 {
		c, g.cursors = g.cursors[kept-1], g.cursors[:kept]
		end := first + float64(kept-1)
		g.usd = g.usd[:int(max(0, math.Floor((end*hour-start)/block)+1))]
		g.byHour.cut(kept)
		g.byDay.cut(int(max(0, math.Floor(end/hoursInDay)-math.Ceil(first/hoursInDay)+1)))
		g.hourUSD, g.hours = g.hourUSD[:kept-1], g.hours[:kept-1]
	} else {
		g.usd, g.cursors = emptied(g.usd, blocks+1), emptied(g.cursors, hours+1)
		g.byHour.empty(hours + 1)
		g.byDay.empty(hours/hoursInDay + 1)
		g.hourUSD, g.hours = emptied(g.hourUSD, hours), emptied(g.hours, hours)
	}

	for len(g.usd) <= blocks || len(g.cursors) <= hours {
		nextBlock, nextHour := g.start+float64(len(g.usd))*block, (g.hour+float64(len(g.cursors)))*hour
		p.take(&c, min(nextBlock, nextHour), len(p.samples))
		if nextBlock <= nextHour {
			g.usd = append(g.usd, c.usd)
		}
		if nextHour <= nextBlock {
			g.cursors = append(g.cursors, c)
		}
	}
	p.take(&c, p.now, len(p.samples))
	return c
}

// sum corrects the boundaries within gaps, and makes running sums of them.
func (g *grid) sum(p *path) {
	seen := 0.0
	if g.kept > 0 {
		seen = p.seen((g.hour + float64(g.kept-1)) * hour)
	}
	for _, s := range p.gaps {
		if g.kept > 0 && s.to <= (g.hour+float64(g.kept-1))*hour {
			continue
		}
		var next cursor
		var usd, from float64
		even := false
		for b := max(0, int(math.Ceil((s.from-g.start)/block))); b < len(g.usd) && g.start+float64(b)*block < s.to; b++ {
			t := g.start + float64(b)*block
			if t >= next.t {
				next = g.before(t)
				p.take(&next, t, len(p.samples))
				usd = next.usd
				from, even = p.next(&next)
			}
			if g.usd[b] = usd; even && t > from {
				g.usd[b] += (t - from) / (next.t - from) * (next.usd - usd)
			}
		}
	}
	spent := 0.0
	for b, usd := range g.usd {
		if b > 0 && usd-g.usd[b-1] > riseUSD {
			spent++
		}
		g.spent = append(g.spent, spent)
	}
	for h := g.kept; h < len(g.cursors); h++ {
		t := (g.hour + float64(h)) * hour
		usd, seenBefore := g.cursors[h].usd, seen
		if len(p.gaps) > 0 {
			usd = p.at(t).usd
		}
		seen = p.seen(t)
		g.byHour.add(usd)
		if hourOfDay(g.hour+float64(h)) == 0 {
			g.byDay.add(usd)
		}
		if h == 0 {
			continue
		}
		usd, hours := usd-g.byHour.usd[h-1], (seen-seenBefore)/hour
		if back := h - 1 - hoursInDay; back >= 0 {
			usd += g.hourUSD[back]
			hours += g.hours[back]
		}
		g.hourUSD, g.hours = append(g.hourUSD, usd), append(g.hours, hours)
	}
}

// seen is the path's time up to t, less what nobody saw of it; before its beginning it
// does not go on.
func (p *path) seen(t float64) float64 { return max(t, p.first) - p.blind.until(t) }

// before returns the path at the last full hour up to t.
func (g *grid) before(t float64) cursor {
	return g.cursors[min(max(0, int(math.Floor(t/hour)-g.hour)), len(g.cursors)-1)]
}

// blocks returns the number of whole blocks in the w seconds before t, how
// many of them had spend, and the spend in them.
func (g *grid) blocks(t, w float64) (n, spent int, usd float64) {
	to := min(int((t-g.start)/block), len(g.usd)-1)
	from := max(0, int(math.Ceil((t-w-g.start)/block)))
	if to <= from {
		return 0, 0, 0
	}
	return to - from, int(g.spent[to] - g.spent[from]), g.usd[to] - g.usd[from]
}

// most is the most that was spent in n blocks.
func (g *grid) most(n int) (usd float64) {
	for from := 0; from+n < len(g.usd); from++ {
		usd = max(usd, g.usd[from+n]-g.usd[from])
	}
	return usd
}

// shortBy is by how many blocks shortest is less.
const shortBy = 2

// shortest is less than any time in which usd was spent, by two blocks at most,
// and at least 0; it is 0 where so much was never spent.
func (g *grid) shortest(usd float64) float64 {
	least := 0
	usd *= 1 - 1e-9 // what is as much but for the rounding of a unit of money
	for from, to := 0, 0; from < len(g.usd); from++ {
		for to < len(g.usd) && g.usd[to]-g.usd[from] < usd {
			to++
		}
		if to == len(g.usd) {
			break
		}
		if n := to - from; least == 0 || n < least {
			least = n
		}
	}
	return float64(max(0, least-shortBy)) * block
}

// typical is the typical spend of a UTC hour and of a UTC day, of those that lie
// wholly from from to t. It is 0 where there is none, or less than two days.
func (g *grid) typical(from, t float64) (hourUSD, dayUSD float64) {
	last := len(g.byHour.usd) - 1
	to := min(last, int(math.Floor(t/hour)-g.hour))
	hourUSD = g.byHour.typical(max(0, int(math.Ceil(from/hour)-g.hour)), to)
	day0 := math.Ceil(g.hour / hoursInDay)
	a, b := max(0, int(math.Ceil(from/day)-day0)), int(math.Floor(t/day)-day0)
	if b-a >= 2 {
		dayUSD = g.byDay.typical(a, b)
	}
	return hourUSD, dayUSD
}

// profile is the spend in each UTC hour of day relative to their mean, as it
// was known at t.
func (g *grid) profile(t float64) (p [hoursInDay]float64) {
	var usd, known [hoursInDay]float64
	totalUSD, total := 0.0, 0.0
	end := int(math.Floor(t/profileEvery)*profileEvery/hour - g.hour)
	for h := max(0, end-hoursInDay); h < end; h++ {
		i := hourOfDay(g.hour + float64(h))
		usd[i], known[i] = g.hourUSD[h], g.hours[h]
		if back := h - int(profileBack/hour); back >= 0 {
			usd[i] -= g.hourUSD[back]
			known[i] -= g.hours[back]
		}
		totalUSD += usd[i]
		total += known[i]
	}
	mean := 0.0
	for i := range p {
		p[i] = 1
		if total >= 1 && totalUSD > 0 {
			p[i] = (usd[i] + 3*totalUSD/total) / (known[i] + 3)
		}
		mean += p[i] / hoursInDay
	}
	for i := range p {
		p[i] /= mean
	}
	return p
}

// hourOfDay is the UTC hour of day of a number of hours since 1970.
func hourOfDay(h float64) int { return int(h - hoursInDay*math.Floor(h/hoursInDay)) }

// ewma is the exponentially weighted mean rate in USD per second up to now, as
// if the weights before the beginning of the path were not there. An hour has
// the weight of its middle.
func (p *path) ewma(halfLife float64) float64 {
	usd := p.grid.byHour.usd
	k := math.Ln2 / halfLife
	last := len(usd) - 1
	rest := p.now - (p.grid.hour+float64(last))*hour // since the last full hour
	sum := math.Exp(-k*rest/2) * (p.end.usd - usd[last])
	weight, each := math.Exp(-k*(rest+hour/2)), math.Exp(-k*hour)
	for h := last; h > 0; h-- {
		sum += weight * (usd[h] - usd[h-1])
		weight *= each
	}
	return sum * k / -math.Expm1(-k*(p.now-p.first))
}
