package history

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
)

// Spend is what was spent in a span, in whole seconds.
type Spend struct {
	From, To time.Time // To is not in the span
	USD      float64   // 0 or above
	Blurred  bool      // nobody saw whether all of USD was spent in the span
}

// stretch is a Spend in Unix seconds.
type stretch struct {
	from, to int64
	usd      float64
}

// flatten returns the spans in order and without overlap: a span keeps of its
// spend what the spans within it do not tell, spread evenly over the time that
// they leave.
func flatten(spans []Spend) ([]stretch, error) {
	list := make([]stretch, len(spans))
	for i, s := range spans {
		list[i] = stretch{s.From.Unix(), s.To.Unix(), s.USD}
		switch {
		case list[i].from >= list[i].to:
			return nil, fmt.Errorf("the span from %s to %s is empty", utc(list[i].from), utc(list[i].to))
		case !credit.Plausible(s.USD) || s.USD < 0:
			return nil, fmt.Errorf("%v USD from %s to %s is not plausible", s.USD, utc(list[i].from), utc(list[i].to))
		}
	}
	sorted.Rows(list, func(a, b *stretch) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	return unnest(list)
}

// unnest flattens spans sorted by their start, the longer first.
func unnest(list []stretch) (flat []stretch, err error) {
	for len(list) > 0 {
		outer, n := list[0], 1
		for ; n < len(list) && list[n].from < outer.to; n++ {
			if in := list[n]; in.to > outer.to || in.from == outer.from && in.to == outer.to {
				return nil, fmt.Errorf("the spans from %s and from %s overlap", utc(outer.from), utc(in.from))
			}
		}
		inner, err := unnest(list[1:n])
		if err != nil {
			return nil, err
		}
		flat = append(flat, outer.around(inner)...)
		list = list[n:]
	}
	return flat, nil
}

// around returns inner, which lie in order within s, with what s adds to them.
func (s stretch) around(inner []stretch) (all []stretch) {
	rest, free, at := s.usd, s.to-s.from, s.from
	for _, in := range inner {
		rest -= in.usd
		free -= in.to - in.from
	}
	rest = max(0, rest)
	for _, in := range append(inner, stretch{from: s.to}) {
		if at < in.from {
			all = append(all, stretch{at, in.from, rest * float64(in.from-at) / float64(free)})
		}
		if in.from < s.to {
			all = append(all, in)
		}
		at = in.to
	}
	return all
}

// clip returns what of list, which ascends, lies in [from, to), in proportion.
// It is not inlined: four copies are 2 kB of program.
//
//go:noinline
func clip(list []stretch, from, to int64) (cut []stretch) {
	for _, s := range list {
		c := stretch{from: max(s.from, from), to: min(s.to, to)}
		if c.from < c.to {
			c.usd = s.usd * float64(c.to-c.from) / float64(s.to-s.from)
			cut = append(cut, c)
		}
	}
	return cut
}

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

// until returns what of list, which ascends, lies before a row. Of a stretch that
// goes on after it, what the rows from there on saw is not of the part before, where
// it tells that too; the rest is as far as it fits into what the row had used.
func (db *DB) until(s Series, id int64, list []stretch, from row) ([]stretch, error) {
	cut := clip(list, math.MinInt64, from.at)
	n := len(cut)
	if n == 0 || list[n-1].to <= from.at {
		return cut, nil
	}
	whole, part := list[n-1], &cut[n-1]
	seen, err := db.rows(s, id, from.at, whole.to, "ASC", -1)
	if err != nil {
		return nil, err
	}
	after, err := db.rows(s, id, whole.to+1, math.MaxInt64, "ASC", 1)
	if err != nil {
		return nil, err
	}
	end := from
	if len(seen) > 0 {
		end = seen[len(seen)-1]
	}
	if len(after) > 0 && end.at < whole.to {
		share := float64(whole.to-end.at) / float64(after[0].at-end.at)
		end = row{whole.to, end.usage + share*(after[0].usage-end.usage)}
	}
	if rise := end.usage - from.usage; rise >= 0 && rise <= whole.usd && end.at > from.at {
		before, later := float64(from.at-whole.from), float64(whole.to-end.at)
		part.usd = (whole.usd - rise) * before / (before + later)
	}
	part.usd = max(0, part.usd-max(0, sumOf(cut)-from.usage))
	return cut, nil
}
