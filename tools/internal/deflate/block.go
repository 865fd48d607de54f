package deflate

import "slices"

// counts are how often each symbol comes.
type counts struct {
	literals  [nLiterals]int32
	distances [nDistances]int32
	extra     int // bits that come after symbols
}

func (c *counts) add(t token) {
	if t.distance == 0 {
		c.literals[t.value]++
		return
	}
	s, length, _ := lengthSymbol(int(t.value))
	c.literals[s]++
	d := symbolOfDistance(t.distance)
	c.distances[d]++
	c.extra += int(length) + max(0, int(d)/2-1)
}

func (c *counts) plus(d *counts) *counts {
	sum := *c
	for i, n := range d.literals {
		sum.literals[i] += n
	}
	for i, n := range d.distances {
		sum.distances[i] += n
	}
	sum.extra += d.extra
	return &sum
}

// code is the one that suits counts best.
type code struct {
	literals, distances []uint8
	header              []step // how the lengths are told
	steps               []uint8
	size                int // of a block in bits
}

// step is a part of a header.
type step struct {
	symbol uint8
	extra  uint8
	value  uint8
}

// order is that in which the lengths of the code of a header are told.
var order = [nCodes]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

func newCode(c *counts) *code {
	c.literals[endOfBlock] = 1
	k := &code{literals: lengths(c.literals[:], 15), distances: lengths(c.distances[:], 15)}
	k.literals = trimmed(k.literals, 257)
	k.distances = trimmed(k.distances, 1)
	var freq [nCodes]int32
	k.header = told(append(slices.Clone(k.literals), k.distances...))
	for _, s := range k.header {
		freq[s.symbol]++
	}
	k.steps = lengths(freq[:], 7)
	k.size = 3 + 5 + 5 + 4 + 3*k.told() + c.extra
	for _, s := range k.header {
		k.size += int(k.steps[s.symbol]) + int(s.extra)
	}
	for s, n := range k.literals {
		k.size += int(n) * int(c.literals[s])
	}
	for s, n := range k.distances {
		k.size += int(n) * int(c.distances[s])
	}
	return k
}

// trimmed is without the zeros at the end, but for the first of them.
func trimmed(lengths []uint8, least int) []uint8 {
	n := len(lengths)
	for n > least && lengths[n-1] == 0 {
		n--
	}
	return lengths[:n]
}

// told is how many lengths of the header's code are told.
func (k *code) told() int {
	n := nCodes
	for n > 4 && k.steps[order[n-1]] == 0 {
		n--
	}
	return n
}

// told is how lengths are told: each, or how often it comes again.
func told(lengths []uint8) (steps []step) {
	for len(lengths) > 0 {
		n := 1
		for n < len(lengths) && lengths[n] == lengths[0] {
			n++
		}
		one := lengths[0]
		lengths = lengths[n:]
		if one != 0 {
			steps = append(steps, step{symbol: one})
			n--
		}
		for n > 0 {
			var now int
			switch {
			case n < 3:
				now = 1
				steps = append(steps, step{symbol: one})
			case one != 0:
				now = min(n, 6)
				steps = append(steps, step{16, 2, uint8(now - 3)})
			case n <= 10:
				now = n
				steps = append(steps, step{17, 3, uint8(now - 3)})
			default:
				now = min(n, 138)
				steps = append(steps, step{18, 7, uint8(now - 11)})
			}
			n -= now
		}
	}
	return steps
}

// block is a run of tokens that has its own code.
type block struct {
	tokens []token
	span   int // bytes of the text
	code   *code
}

func newBlock(tokens []token) block {
	c, span := &counts{}, 0
	for _, t := range tokens {
		c.add(t)
		span += t.span()
	}
	return block{tokens, span, newCode(c)}
}

// unit is how many tokens are never parted, when a block is split.
const unit = 512

// split is the same tokens in blocks that need the fewest bits: it begins with small
// ones, and joins those neighbours first that gain most by it.
func split(all []block) (out []block) {
	var tokens []token
	for _, b := range all {
		tokens = append(tokens, b.tokens...)
	}
	type run struct {
		counts   *counts
		size     int
		tokens   int
		together int // the size with the next, 0 where it is not known
	}
	var runs []run
	for part := range slices.Chunk(tokens, unit) {
		c := &counts{}
		for _, t := range part {
			c.add(t)
		}
		runs = append(runs, run{counts: c, size: newCode(c).size, tokens: len(part)})
	}
	for {
		at, most := -1, -1
		for i := range len(runs) - 1 {
			if runs[i].together == 0 {
				runs[i].together = newCode(runs[i].counts.plus(runs[i+1].counts)).size
			}
			if gain := runs[i].size + runs[i+1].size - runs[i].together; gain > most {
				at, most = i, gain
			}
		}
		if at < 0 {
			break
		}
		runs[at] = run{counts: runs[at].counts.plus(runs[at+1].counts), size: runs[at].together, tokens: runs[at].tokens + runs[at+1].tokens}
		runs = slices.Delete(runs, at+1, at+2)
		if at > 0 {
			runs[at-1].together = 0
		}
	}
	for _, r := range runs {
		out = append(out, newBlock(slices.Clone(tokens[:r.tokens])))
		tokens = tokens[r.tokens:]
	}
	return out
}

// write is the block as the form has it.
func (b block) write(w *bits, last bool) {
	k := b.code
	final := uint32(0)
	if last {
		final = 1
	}
	w.put(final, 1)
	w.put(2, 2)
	w.put(uint32(len(k.literals)-257), 5)
	w.put(uint32(len(k.distances)-1), 5)
	n := k.told()
	w.put(uint32(n-4), 4)
	for _, s := range order[:n] {
		w.put(uint32(k.steps[s]), 3)
	}
	steps, literals, distances := codes(k.steps), codes(k.literals), codes(k.distances)
	for _, s := range k.header {
		w.put(uint32(steps[s.symbol]), uint(k.steps[s.symbol]))
		w.put(uint32(s.value), uint(s.extra))
	}
	for _, t := range b.tokens {
		if t.distance == 0 {
			w.put(uint32(literals[t.value]), uint(k.literals[t.value]))
			continue
		}
		s, extra, value := lengthSymbol(int(t.value))
		w.put(uint32(literals[s]), uint(k.literals[s]))
		w.put(value, extra)
		s, extra, value = distanceSymbol(int(t.distance))
		w.put(uint32(distances[s]), uint(k.distances[s]))
		w.put(value, extra)
	}
	w.put(uint32(literals[endOfBlock]), uint(k.literals[endOfBlock]))
}
