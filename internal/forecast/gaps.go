package forecast

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// gap is a span of Unix seconds in which nothing was polled; before is the
// length of the gaps before it.
type gap struct{ from, to, before float64 }

type gaps []gap

// newGaps returns the spans in order of time, none overlapping another.
func newGaps(spans []credit.Span) gaps {
	g := make(gaps, 0, len(spans))
	for _, s := range spans {
		g = append(g, gap{from: unix(s.From), to: unix(s.To)})
	}
	return g.within(math.Inf(-1), math.Inf(1))
}

// within returns the gaps, in any order, cut to from and to, in order and none
// overlapping another.
func (g gaps) within(from, to float64) gaps {
	if len(g) == 0 {
		return nil
	}
	g = slices.Clone(g)
	sorted.Rows(g, func(a, b *gap) int { return cmp.Compare(a.from, b.from) })
	kept, total := g[:0], 0.0
	for _, s := range g {
		s.from, s.to, s.before = max(s.from, from), min(s.to, to), total
		if s.from < s.to {
			kept = append(kept, s)
			total += s.to - s.from
			from = s.to
		}
	}
	return kept
}

// ending returns the beginning of the gap at whose end something is seen at t,
// or newest if that is later; ok is false where there is none. Gaps are stored
// in whole seconds, which may be one too few.
func (g gaps) ending(newest, t int64) (from int64, ok bool) {
	s := g.about(float64(t))
	if s == nil || newest >= t {
		return 0, false
	}
	return max(newest, int64(s.from)), true
}

// about returns the gap that t lies in, or that ended just before; nil: there is none.
//
//go:noinline
func (g gaps) about(t float64) *gap {
	i := sort.Search(len(g), func(i int) bool { return g[i].to >= t-1 })
	if i == len(g) || g[i].from >= t {
		return nil
	}
	return &g[i]
}

// until is the seconds of gaps up to t.
func (g gaps) until(t float64) float64 {
	i := sort.Search(len(g), func(i int) bool { return g[i].from >= t })
	if i == 0 {
		return 0
	}
	return g[i-1].before + min(t, g[i-1].to) - g[i-1].from
}
