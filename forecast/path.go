package forecast

import (
	"math"
	"sort"
	"time"

	"ortop/credit"
)

const (
	day          = 24 * 3600.0
	ewmaHalfLife = 3 * day
	// riseUSD is the least rise of usage that counts: billing is exact to far
	// less than this, floating point is not.
	riseUSD = 1e-9
)

// path is cumulative spend over time: it starts at 0, never falls, stays level
// over the seam of two segments, holds between samples and rises evenly across
// gaps. Times are seconds before now, descending.
type path struct {
	ago      []float64
	usd      []float64
	gap      []bool // gap[i]: from i-1 to i nothing was polled
	historyS float64
	rises    int
	lastRise time.Time
}

func newPath(now time.Time, samples []credit.Sample, gaps []credit.Span) path {
	var p path
	if len(samples) == 0 {
		return p
	}
	p.ago = make([]float64, 0, len(samples)+1)
	p.usd = make([]float64, 0, len(samples)+1)
	p.gap = make([]bool, 0, len(samples)+1)
	sum, high, segment, g := 0.0, 0.0, int64(0), 0
	for i, s := range samples {
		if s.At.After(now) {
			break
		}
		seam := i == 0 || s.Segment != segment
		if seam {
			high, segment = s.UsageUSD, s.Segment
		}
		if rise := s.UsageUSD - high; rise > riseUSD {
			sum += rise
			high = s.UsageUSD
			p.rises++
			p.lastRise = s.At
		}
		blind := false
		if i > 0 {
			for g < len(gaps) && !gaps[g].To.After(samples[i-1].At) {
				g++
			}
			blind = seam || g < len(gaps) && gaps[g].From.Before(s.At)
		}
		p.ago = append(p.ago, now.Sub(s.At).Seconds())
		p.usd = append(p.usd, sum)
		p.gap = append(p.gap, blind)
	}
	if len(p.ago) > 0 {
		p.historyS = max(0, p.ago[0])
	}
	return p
}

// at is the cumulative spend s seconds ago.
func (p path) at(s float64) float64 {
	i := sort.Search(len(p.ago), func(i int) bool { return p.ago[i] < s })
	if i == 0 {
		return 0
	}
	if i < len(p.ago) && p.gap[i] && p.ago[i-1] > p.ago[i] {
		share := (p.ago[i-1] - s) / (p.ago[i-1] - p.ago[i])
		return p.usd[i-1] + share*(p.usd[i]-p.usd[i-1])
	}
	return p.usd[i-1]
}

// mean is the mean rate in USD per second over the last w seconds, or over the
// whole path where that is shorter.
func (p path) mean(w float64) float64 {
	w = min(w, p.historyS)
	if w <= 0 {
		return 0
	}
	return (p.at(0) - p.at(w)) / w
}

// base is the rate in USD per second over the last week, drawn to the rate of
// the whole path by one day's weight.
func (p path) base() float64 {
	w := min(p.historyS, 7*day)
	if w <= 0 {
		return 0
	}
	return (p.mean(7*day)*w + p.mean(math.Inf(1))*day) / (w + day)
}

// ewma is the exponentially weighted mean rate in USD per second, as if the
// weights beyond the beginning of the path were not there.
func (p path) ewma(halfLife float64) float64 {
	k := math.Ln2 / halfLife
	sum := 0.0
	for i := 1; i < len(p.ago); i++ {
		rise := p.usd[i] - p.usd[i-1]
		if rise == 0 {
			continue
		}
		from, to := p.ago[i-1], p.ago[i]
		if p.gap[i] && from > to {
			sum += rise * (math.Exp(-k*to) - math.Exp(-k*from)) / (k * (from - to))
			continue
		}
		sum += rise * math.Exp(-k*to)
	}
	weight := -math.Expm1(-k*p.historyS) / k
	if weight <= 0 {
		return 0
	}
	return sum / weight
}
