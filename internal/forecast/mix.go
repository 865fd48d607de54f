package forecast

import (
	"cmp"
	"sort"

	"ortop/internal/sorted"
)

// offer is a package in whole cents: what it adds, and what it costs with the fee, both
// above 0. of is its index in the list of packages.
type offer struct {
	credits, cost int64
	of            int
}

// partial is a part of a purchase, without the best offer: one more of an offer than the
// partial from, the first of which is nothing.
type partial struct {
	// excess is what it costs above the rate of the best offer, in cents times the
	// credits of that offer, so that all of it is whole numbers.
	excess, credits int64
	offer, from     int32
}

// mostPartials bounds the search, and its memory: 32 bytes each.
const mostPartials = 1 << 15

// search looks for the cheapest mix of offers.
type search struct {
	offers  []offer // that add less than needed
	best    offer   // of those, the cheapest by the cent
	second  offer   // the cheapest by the cent of the others
	needed  int64
	parts   []partial
	queue   []int32         // of parts, that of the least excess last
	reached map[int64]int64 // the fewest credits by their remainder
	found   int32           // of parts, which the best offer completes; -1: none yet
	cost    int64           // of what was found, and the excess that it has
	excess  int64
}

// mix returns how many of each package to buy to add needed cents, at least 1, at the
// least cost, and of the same cost the most credits; none where nothing is offered.
//
// It is exact: one package that is enough is looked at by itself. Of the others the best
// offer, the cheapest by the cent, is bought without any excess over its rate, in any
// number. What is bought besides it is taken up in the order of its excess, and the best
// offer fills what is missing. A partial is passed over only where one of no more excess
// and no more credits leaves the same remainder by the best offer's credits, for what
// completes the one completes the other and costs no more; or where the excess, with the
// least that the rest can have, makes it dearer than what was found. When all that is
// left is passed over, the search ends; at mostPartials, which the odd cents of dozens of
// packages may reach, it ends with the cheapest so far.
func mix(offers []offer, packages int, needed int64) []int {
	counts := make([]int, packages)
	s := search{needed: needed, found: -1, reached: map[int64]int64{}}
	single := offer{of: -1}
	for _, o := range offers {
		switch {
		case o.credits < needed:
			s.offers = append(s.offers, o)
		case single.of < 0 || o.cost < single.cost || o.cost == single.cost && o.credits > single.credits:
			single = o
		}
	}
	if len(s.offers) > 0 {
		s.run()
	}
	if single.of >= 0 && (s.found < 0 || single.cost < s.cost || single.cost == s.cost && single.credits > s.bought()) {
		counts[single.of] = 1
	} else if s.found >= 0 {
		counts[s.best.of] = int(s.fill(s.parts[s.found].credits))
		for at := s.found; s.parts[at].from >= 0; at = s.parts[at].from {
			counts[s.offers[s.parts[at].offer].of]++
		}
	}
	return counts
}

func (s *search) run() {
	sorted.Rows(s.offers, func(a, b *offer) int {
		return cmp.Or(cmp.Compare(a.cost*b.credits, b.cost*a.credits), cmp.Compare(b.credits, a.credits))
	})
	s.best = s.offers[0]
	s.second = s.offers[min(1, len(s.offers)-1)]
	step := int64(0)
	for _, o := range s.offers {
		for a := o.credits; a > 0; {
			step, a = a, step%a
		}
	}
	s.needed = (s.needed + step - 1) / step * step
	s.push(partial{offer: 0, from: -1})
	for len(s.queue) > 0 && len(s.parts) < mostPartials {
		at := s.queue[len(s.queue)-1]
		s.queue = s.queue[:len(s.queue)-1]
		p := s.parts[at]
		if !s.worse(p) {
			s.reached[p.credits%s.best.credits] = p.credits
			for i, o := range s.offers[1:] {
				next := partial{p.excess + o.cost*s.best.credits - o.credits*s.best.cost, p.credits + o.credits, int32(i + 1), at}
				if !s.worse(next) {
					s.push(next)
				}
			}
		}
	}
}

// push takes in a partial, completes it, and looks whether that is better than what
// was found.
func (s *search) push(p partial) {
	at := int32(len(s.parts))
	s.parts = append(s.parts, p)
	bought := p.credits + s.fill(p.credits)*s.best.credits
	cost := (p.excess + bought*s.best.cost) / s.best.credits
	if s.found < 0 || cost < s.cost || cost == s.cost && p.excess < s.excess {
		s.found, s.cost, s.excess = at, cost, p.excess
	}
	if p.credits < s.needed {
		i := sort.Search(len(s.queue), func(i int) bool { return s.parts[s.queue[i]].excess <= p.excess })
		s.queue = append(s.queue, at)
		copy(s.queue[i+1:], s.queue[i:])
		s.queue[i] = at
	}
}

// fill is how many of the best offer some credits lack.
func (s *search) fill(credits int64) int64 {
	return max(0, (s.needed-credits+s.best.credits-1)/s.best.credits)
}

// bought is the credits of what was found.
func (s *search) bought() int64 {
	credits := s.parts[s.found].credits
	return credits + s.fill(credits)*s.best.credits
}

// worse reports whether nothing that completes p is better than what was found, or than
// what completes an earlier one. Of the same cost, what has less excess adds more.
func (s *search) worse(p partial) bool {
	if credits, ok := s.reached[p.credits%s.best.credits]; ok && credits <= p.credits {
		return true
	}
	least := p.excess // of all that completes it, over what is needed
	if left := s.needed - p.credits; left <= 0 {
		least -= left * s.best.cost
	} else if rest := left % s.best.credits; rest > 0 {
		others := (s.second.cost*s.best.credits/s.second.credits - s.best.cost) * rest
		least += min((s.best.credits-rest)*s.best.cost, others)
	}
	same := s.cost*s.best.credits - s.needed*s.best.cost
	return least > same || p.excess >= s.excess && least > same-s.best.credits
}
