package draw

import (
	"math"

	"ortop/internal/sorted"
)

// arrange chooses the side of its mark on which each label stands, and whether in short,
// so that the most of them have room in the columns from lo to hi. The first count most.
// Those that have none are apart.
func arrange(ticks []Tick, lo, hi int) (best, rest []Tick) {
	const flipped, shortened, without = 1, 4, 64
	least := math.MaxInt
	var try func(i, cost int, placed, left []Tick)
	try = func(i, cost int, placed, left []Tick) {
		if cost >= least {
			return
		}
		if i == len(ticks) {
			best, rest, least = placed, left, cost
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
	return best, rest
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

// hang puts the labels of ticks, but for the one at now, in a row of w cells below them: each
// centred under its tick, or as near as the others leave room; nil: they have none. Their
// columns are those of that row.
func hang(ticks []Tick, now, w int) []Tick {
	for _, short := range [...]bool{false, true} {
		var row []Tick
		for _, t := range ticks {
			if short && t.Short != "" {
				t.Label = t.Short
			}
			if t.Col >= 0 && AxisWidth+t.Col < w && t.Col != now {
				at := len(row)
				for at > 0 && row[at-1].Col > t.Col {
					at--
				}
				row = sorted.Insert(row, at, t)
			}
		}
		end := w
		for i := len(row) - 1; i >= 0; i-- {
			n := len([]rune(row[i].Label))
			row[i].Col = min(row[i].Col+AxisWidth-n/2, end-n)
			end = row[i].Col - 2
		}
		if len(row) > 0 && row[0].Col >= 0 {
			return row
		}
	}
	return nil
}
