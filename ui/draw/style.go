package draw

// Style is how spend over time is drawn.
type Style int

const (
	Columned Style = iota // columns in eighths of a cell
	Dotted                // surfaces of braille dots, twice as fine in time
	Lined                 // a line of braille dots
)

// Styles are their names, in that order.
var Styles = []string{"columns", "braille", "line"}

// dots draws values, two a column, as a line of dots or as all dots beneath it,
// coloured by their height. Without braille they are columns.
func (pl plot) dots(values []float64, filled, ascii bool) {
	inkOf := func(row int) Ink { return Heat((float64(row) + 0.5) / float64(pl.rows)) }
	if ascii {
		for x := range pl.axis.Cols {
			pl.column(x, max(values[2*x], values[2*x+1]), inkOf)
		}
		return
	}
	traced := trace(values, pl.scale, true)
	for x := range pl.axis.Cols {
		for row := range pl.rows {
			dots := traced[row*pl.axis.Cols+x]
			if filled {
				dots = filledDots(values[2*x:2*x+2], pl.scale, row)
			}
			if dots != 0 {
				*pl.cell(x, row) = cell{sign: 0x2800 + rune(dots), front: inkOf(row)}
			}
		}
	}
}

// filledDots are those of a cell of which two values are so many high.
func filledDots(pair []float64, s scale, row int) (dots byte) {
	for i, v := range pair {
		n := 0
		if v > 0 { // and known
			n = (s.height(v) + 1) / 2
		}
		for k := range min(4, max(0, n-4*row)) {
			dots |= brailleDots[i][k]
		}
	}
	return dots
}
