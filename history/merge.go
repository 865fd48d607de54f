package history

import (
	"cmp"
	"math"
	"ortop/internal/sorted"
	"slices"
)

// merge returns what two lists of spans tell together, in order and without
// overlap, whichever comes first. Both ascend. Of the same span the greater
// spend counts, as of a fuller file; a span within another is part of it.
func merge(a, b []stretch) ([]stretch, error) {
	a, b = cutAt(a, b), cutAt(b, a)
	all := append(slices.Clone(a), b...)
	sorted.Rows(all, func(a, b *stretch) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to), cmp.Compare(b.usd, a.usd))
	})
	all = slices.CompactFunc(all, func(a, b stretch) bool { return a.from == b.from && a.to == b.to })
	return unnest(all)
}

// cutAt cuts the spans of list that one of other reaches into, in proportion;
// not those that lie within it, or it within them.
func cutAt(list, other []stretch) (cut []stretch) {
	i := 0
	for _, s := range list {
		for i > 0 && (i == len(other) || other[i].from > s.from) {
			i--
		}
		bounds := []int64{s.from}
		for ; i < len(other) && other[i].from < s.to; i++ {
			o := other[i]
			if o.from < s.from && s.from < o.to && o.to < s.to {
				bounds = append(bounds, o.to)
			}
			if s.from < o.from && s.to < o.to {
				bounds = append(bounds, o.from)
			}
		}
		bounds = append(bounds, s.to)
		for k, from := range bounds[:len(bounds)-1] {
			to := bounds[k+1]
			cut = append(cut, stretch{from, to, s.usd * float64(to-from) / float64(s.to-s.from)})
		}
	}
	return cut
}

// news are the spans of list of which known does not tell as much: those that
// it covers only in part, or with less spend. Both ascend.
func news(list, known []stretch) (fresh []stretch) {
	for _, s := range list {
		covered, usd := int64(0), 0.0
		at, _ := slices.BinarySearchFunc(known, s.from, func(k stretch, from int64) int { return cmp.Compare(k.to, from+1) })
		for _, k := range known[at:] {
			from, to := max(k.from, s.from), min(k.to, s.to)
			if from >= to {
				break
			}
			covered += to - from
			usd += k.usd * float64(to-from) / float64(k.to-k.from)
		}
		if covered < s.to-s.from || usd < s.usd-slackUSD {
			fresh = append(fresh, s)
		}
	}
	return fresh
}

// sumOf is what the spans tell in all.
func sumOf(list []stretch) float64 {
	sum := 0.0
	for _, s := range list {
		sum += s.usd
	}
	return math.Max(0, sum)
}
