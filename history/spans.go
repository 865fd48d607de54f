package history

import (
	"cmp"
	"fmt"
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
