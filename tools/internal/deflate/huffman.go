package deflate

import (
	"cmp"
	"slices"
)

// The alphabets: bytes, the end of a block and lengths; distances; lengths of codes.
const (
	nLiterals  = 286
	nDistances = 30
	nCodes     = 19
	endOfBlock = 256
)

// lengths are those of a prefix code for symbols of these frequencies, none longer than
// most; 0 for what never comes. A code of a single symbol has two: some decoders demand it.
func lengths(freq []int32, most int) []uint8 {
	out := make([]uint8, len(freq))
	type node struct {
		weight      int64
		left, right int32 // nodes
		symbol      int32
	}
	leaves := make([]node, 0, 2*len(freq))
	for s, n := range freq {
		if n > 0 {
			leaves = append(leaves, node{weight: int64(n), symbol: int32(s)})
		}
	}
	switch len(leaves) {
	case 0:
		return out
	case 1:
		s := leaves[0].symbol
		out[s] = 1
		if s == 0 {
			out[1] = 1
		} else {
			out[0] = 1
		}
		return out
	}
	slices.SortFunc(leaves, func(a, b node) int {
		return cmp.Or(cmp.Compare(a.weight, b.weight), cmp.Compare(a.symbol, b.symbol))
	})
	for n := len(leaves); ; {
		nodes := leaves[:n]
		leaf, inner := 0, n
		least := func() int32 {
			if leaf < n && (inner >= len(nodes) || nodes[leaf].weight <= nodes[inner].weight) {
				leaf++
				return int32(leaf - 1)
			}
			inner++
			return int32(inner - 1)
		}
		for len(nodes) < 2*n-1 {
			a := least()
			b := least()
			nodes = append(nodes, node{weight: nodes[a].weight + nodes[b].weight, left: a, right: b})
		}
		depth := make([]uint8, len(nodes))
		deepest := 0
		for i := len(nodes) - 1; i >= n; i-- {
			depth[nodes[i].left], depth[nodes[i].right] = depth[i]+1, depth[i]+1
		}
		for i := range n {
			out[nodes[i].symbol] = depth[i]
			deepest = max(deepest, int(depth[i]))
		}
		if deepest <= most {
			return out
		}
		for i := range n { // flatter
			leaves[i].weight = leaves[i].weight/2 + 1
		}
	}
}

// codes are the canonical ones of these lengths, with their bits turned round.
func codes(lengths []uint8) []uint16 {
	var count, next [16]uint16
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	for n := 1; n < 16; n++ {
		next[n] = (next[n-1] + count[n-1]) << 1
	}
	out := make([]uint16, len(lengths))
	for s, n := range lengths {
		if n == 0 {
			continue
		}
		c := next[n]
		next[n]++
		for range n {
			out[s] = out[s]<<1 | c&1
			c >>= 1
		}
	}
	return out
}

// lengthSymbol and distanceSymbol are the symbols of a length and a distance, and how
// many bits with which value come after.
func lengthSymbol(n int) (symbol int, extra uint, value uint32) {
	if n == longest {
		return 285, 0, 0
	}
	n -= shortest
	if n < 8 {
		return 257 + n, 0, 0
	}
	for extra = 1; n>>extra >= 8; extra++ {
	}
	return 257 + int(extra)*4 + n>>extra, extra, uint32(n & (1<<extra - 1))
}

func distanceSymbol(d int) (symbol int, extra uint, value uint32) {
	d--
	if d < 4 {
		return d, 0, 0
	}
	for extra = 1; d>>extra >= 4; extra++ {
	}
	return int(extra)*2 + d>>extra, extra, uint32(d & (1<<extra - 1))
}
