package deflate

import "encoding/binary"

const (
	window   = 1 << 15
	shortest = 3
	longest  = 258
	hashBits = 16
	// tries is how many earlier places are compared with one.
	tries = 150
)

// match says that what comes was there before.
type match struct{ length, distance uint16 }

// finder finds the matches at each place of a text, by chains of earlier places that
// begin with the same four bytes, and by the last place that begins with the same three.
type finder struct {
	text   []byte
	head   []int32 // by hash; place + 1
	before []int32 // by place in the window
	three  []int32
}

func newFinder(text []byte) *finder {
	return &finder{text: text, head: make([]int32, 1<<hashBits), before: make([]int32, window), three: make([]int32, 1<<hashBits)}
}

func hash(v uint32) uint32 { return v * 0x9e3779b1 >> (32 - hashBits) }

// add makes the place at known to those after it, and returns the last ones that begin
// with the same four and three bytes, 0 for none.
func (f *finder) add(at int) (four, three int32) {
	if at+4 > len(f.text) {
		return 0, 0
	}
	v := binary.LittleEndian.Uint32(f.text[at:])
	h := hash(v)
	four, f.head[h] = f.head[h], int32(at+1)
	f.before[at%window] = four
	h = hash(v << 8)
	three, f.three[h] = f.three[h], int32(at+1)
	return four, three
}

// find appends the matches at a place, each longer than the one before and as near as
// that length can be had, none beyond end. It adds the place.
func (f *finder) find(found []match, at, end int) []match {
	four, three := f.add(at)
	limit := min(longest, end-at)
	best := shortest - 1
	consider := func(place int) {
		if limit <= best || f.text[place+best] != f.text[at+best] {
			return
		}
		n := 0
		for n < limit && f.text[place+n] == f.text[at+n] {
			n++
		}
		if n > best {
			best = n
			found = append(found, match{uint16(n), uint16(at - place)})
		}
	}
	if three > 0 && at-int(three-1) <= window {
		consider(int(three - 1))
	}
	for range tries {
		place := int(four - 1)
		if place < 0 || at-place > window || best >= limit {
			break
		}
		consider(place)
		next := f.before[place%window]
		if next > four-1 { // the window has gone on
			break
		}
		four = next
	}
	return found
}
