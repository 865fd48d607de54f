package draw

import "math"

// arrange chooses the side of its mark on which each label stands, and whether in short,
// so that the most of them have room in the columns from lo to hi. The first count most.
// Those that have none are last, as they were.
func arrange(ticks []Tick, lo, hi int) []Tick {
	const flipped, shortened, without = 1, 4, 64
	var best []Tick
	least := math.MaxInt
	var try func(i, cost int, placed, left []Tick)
	try = func(i, cost int, placed, left []Tick) {
		if cost >= least {
			return
		}
		if i == len(ticks) {
			best, least = append(append([]Tick(nil), placed...), left...), cost
			return
		}
		t := ticks[i]
		for k, label := range [...]string{t.Label, t.Short} {
			for side := range 2 {
				o := t
				o.Label, o.Before = label, t.Before != (side > 0)
				if label != "" && o.fits(placed, lo, hi) {
					try(i+1, cost+side*flipped+k*shortened<<(len(ticks)-i), append(placed[:len(placed):len(placed)], o), left)
				}
			}
		}
		try(i+1, cost+without<<(len(ticks)-i), placed, append(left[:len(left):len(left)], t))
	}
	try(0, 0, nil, nil)
	return best
}

// cells are the first column of a tick with its label, and the one after its last.
func (t Tick) cells() (from, to int) {
	n := len([]rune(t.Label))
	if t.Before {
		return t.Col - n, t.Col + 1
	}
	return t.Col, t.Col + 1 + n
}

// fits reports whether it is within the columns, and a column apart from others.
func (t Tick) fits(others []Tick, lo, hi int) bool {
	from, to := t.cells()
	for _, o := range others {
		if a, b := o.cells(); from <= b && a <= to {
			return false
		}
	}
	return from >= lo && to <= hi
}
