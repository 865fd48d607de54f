package deflate

// token is a byte, where its distance is 0, or a match.
type token struct{ value, distance uint16 }

// span is how many bytes of the text it stands for.
func (t token) span() int {
	if t.distance == 0 {
		return 1
	}
	return int(t.value)
}

// rounds is how often the cheapest tokens are looked for anew, by the code that the last
// ones have.
const rounds = 2

// region is a part of a text with all of its matches.
type region struct {
	text     []byte
	from, to int
	matches  []match
	first    []int32 // by place from from: the first of its matches
	cheapest []uint32
	choice   []token
}

// blocks is text[from:to] in blocks, which may refer to what is before.
func blocks(text []byte, from, to int) []block {
	start := max(0, from-window)
	f := newFinder(text[start:to])
	for i := range from - start {
		f.add(i)
	}
	r := region{text: text, from: from, to: to, first: make([]int32, 0, to-from+1)}
	for i := from; i < to; i++ {
		r.first = append(r.first, int32(len(r.matches)))
		r.matches = f.find(r.matches, i-start, to-start)
	}
	r.first = append(r.first, int32(len(r.matches)))
	r.cheapest, r.choice = make([]uint32, to-from+1), make([]token, to-from)

	all := []block{newBlock(r.parse(nil, from, to, atFirst()))}
	for range 2 {
		all = split(all)
		at := from
		for i, b := range all {
			end := at + b.span
			for range rounds {
				next := newBlock(r.parse(nil, at, end, pricesOf(b.code.literals, b.code.distances)))
				if next.code.size >= b.code.size {
					break
				}
				b = next
			}
			all[i], at = b, end
		}
	}
	return all
}

// prices are what tokens cost, in bits, with what comes after their symbols.
type prices struct {
	literal  [256]uint32
	length   [longest + 1]uint32
	distance [nDistances]uint32
}

// symbolOf is the symbol of each distance, for those up to 256, and for every 128th beyond.
var symbolOf = func() (near, far [256]uint8) {
	for i := range 256 {
		n, _, _ := distanceSymbol(i + 1)
		f, _, _ := distanceSymbol(i<<7 + 1)
		near[i], far[i] = uint8(n), uint8(f)
	}
	return
}

var near, far = symbolOf()

func symbolOfDistance(d uint16) uint8 {
	if d <= 256 {
		return near[d-1]
	}
	return far[(d-1)>>7]
}

func pricesOf(literals, distances []uint8) *prices {
	p := &prices{}
	price := func(lengths []uint8, symbol int) uint32 {
		if symbol < len(lengths) && lengths[symbol] > 0 {
			return uint32(lengths[symbol])
		}
		return 13 // it would have to be made for it
	}
	for b := range 256 {
		p.literal[b] = price(literals, b)
	}
	for n := shortest; n <= longest; n++ {
		s, extra, _ := lengthSymbol(n)
		p.length[n] = price(literals, s) + uint32(extra)
	}
	for s := range nDistances {
		p.distance[s] = price(distances, s) + uint32(max(0, s/2-1))
	}
	return p
}

// atFirst are prices before anything is known.
func atFirst() *prices {
	literals, distances := make([]uint8, nLiterals), make([]uint8, nDistances)
	for i := range literals {
		literals[i] = 8
		if i > endOfBlock {
			literals[i] = 6
		}
	}
	for i := range distances {
		distances[i] = 5
	}
	return pricesOf(literals, distances)
}

// parse appends the cheapest tokens for a part of the region.
func (r *region) parse(tokens []token, from, to int, p *prices) []token {
	from, to = from-r.from, to-r.from
	cheapest := r.cheapest
	cheapest[to] = 0
	for i := to - 1; i >= from; i-- {
		b := r.text[r.from+i]
		best, choice := p.literal[b]+cheapest[i+1], token{value: uint16(b)}
		n, most := shortest, to-i
		for _, m := range r.matches[r.first[i]:r.first[i+1]] {
			distance := p.distance[symbolOfDistance(m.distance)]
			if m.length == longest && most >= longest {
				n = longest // a part of it is hardly ever better
			}
			for end := min(int(m.length), most); n <= end; n++ {
				if cost := p.length[n] + distance + cheapest[i+n]; cost < best {
					best, choice = cost, token{uint16(n), m.distance}
				}
			}
		}
		cheapest[i], r.choice[i] = best, choice
	}
	for i := from; i < to; i += tokens[len(tokens)-1].span() {
		tokens = append(tokens, r.choice[i])
	}
	return tokens
}
