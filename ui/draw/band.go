package draw

import (
	"math"
	"time"
)

// band draws what the forecast leaves of one column: four in five chances lie
// within the band, half within its core.
func (f *Fan) band(p Pen, pl plot, x int) {
	t := pl.axis.middle(x)
	eighth := func(i int) int { return pl.height(f.falling(t, f.Ends[i])) }
	// Both ends of the band and of its inkCore, from the foot.
	lower, coreLower, coreUpper, upper := eighth(0), eighth(1), eighth(3), eighth(4)
	if upper <= lower { // now, and after all of it
		if f.RefillUSD > 0 && upper > 0 && t.After(f.Made.Add(time.Duration(f.Ends[4])*time.Second)) {
			return
		}
		if upper == 0 || lower == 0 && f.FloorUSD == 0 {
			return
		}
		upper = lower + 1
	}
	layer := func(at int) Ink {
		switch {
		case at < lower || at >= upper:
			return Text
		case at < coreLower || at >= coreUpper:
			return inkBand
		}
		return inkCore
	}
	for row := lower / 8; row <= (upper-1)/8 && row < pl.rows; row++ {
		foot := 8 * row
		if !p.shades() { // whole cells
			if k := layer(foot + 4); k != Text {
				*pl.cell(x, row) = cell{sign: map[Ink]rune{inkBand: '░', inkCore: '▒'}[k], front: k}
			}
			continue
		}
		var parts [8]Ink
		for i := range parts {
			parts[i] = layer(foot + i)
		}
		*pl.cell(x, row) = fitted(parts, *pl.cell(x, row))
	}
}

// fitted is the cell that comes nearest to eight layers, from its foot: it has
// room for one boundary, and the outline matters more than the core. Where all is
// empty it is the one that was there.
func fitted(layers [8]Ink, was cell) cell {
	if layers == [8]Ink{inkBand, inkBand, inkBand, inkBand, inkBand, inkBand, inkBand, inkBand} ||
		layers == [8]Ink{inkCore, inkCore, inkCore, inkCore, inkCore, inkCore, inkCore, inkCore} { // most of them
		return cell{sign: '█', front: layers[0]}
	}
	least, cut, below, above := math.MaxInt, 0, Text, Text
	for at := range layers {
		if at > 0 && layers[at] == layers[at-1] {
			continue
		}
		lo, lower := nearest(layers[:at])
		hi, upper := nearest(layers[at:])
		if sum := lower + upper; sum < least {
			least, cut, below, above = sum, at, lo, hi
		}
	}
	switch {
	case cut == 0 && above == Text || below == Text && above == Text:
		return was
	case cut == 0 || below == above:
		return cell{sign: '█', front: above}
	case below == Text:
		return cell{sign: eighths[cut], front: above, reversed: true}
	}
	return cell{sign: eighths[cut], front: below, back: above}
}

// nearest is the ink that is the least wrong for all of these layers, and how wrong it
// is; the first of them where there are none.
func nearest(layers []Ink) (ink Ink, wrong int) {
	wrong = math.MaxInt
	for _, shown := range [...]Ink{Text, inkBand, inkCore} {
		sum := 0
		for _, is := range layers {
			switch {
			case is == shown:
			case is == Text || shown == Text:
				sum += 4
			default:
				sum++
			}
		}
		if sum < wrong {
			ink, wrong = shown, sum
		}
	}
	return ink, wrong
}
