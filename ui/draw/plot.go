package draw

// plot is a canvas with a scale at its left and times at its foot.
type plot struct {
	canvas
	scale
	axis TimeAxis
}

// newPlot lays out a plot of w by h cells; ok is false where that is too small.
func newPlot(axis TimeAxis, highest, least float64, w, h int) (pl plot, ok bool) {
	rows := h - 1
	axis.Cols = w - AxisWidth
	if axis.Cols < 2 || rows < 2 {
		return plot{}, false
	}
	pl = plot{newCanvas(w, h), newScale(highest, least, rows), axis}
	for row := range rows {
		label := pl.label(row)
		if label == "" {
			continue
		}
		pl.put(labelWidth-len(label), rows-1-row, label, Label)
		for x := range axis.Cols {
			*pl.cell(x, row) = cell{sign: '▁', front: inkGrid}
		}
	}
	return pl, true
}

// cell is the one of a column in a row from the foot.
//
//go:noinline
func (pl plot) cell(x, row int) *cell { return pl.at(AxisWidth+x, pl.rows-1-row) }

// blank takes the grid out of a column: nothing is known there.
//
//go:noinline
func (pl plot) blank(x int) {
	for row := range pl.rows {
		*pl.cell(x, row) = cell{sign: ' '}
	}
}

// column fills a column from its foot, in the ink of each row.
func (pl plot) column(x int, v float64, inkOf func(row int) Ink) {
	n := pl.height(v)
	for row := range pl.rows {
		if k := min(8, n-8*row); k > 0 {
			*pl.cell(x, row) = cell{sign: eighths[k], front: inkOf(row)}
		}
	}
}

// line draws values, two a column, as a line of dots: over all, or where no
// column ends.
func (pl plot) line(p Pen, values []float64, over bool) {
	for i, dots := range trace(values, pl.scale, over) {
		if dots == 0 {
			continue
		}
		x, row := i%pl.axis.Cols, i/pl.axis.Cols
		c := pl.cell(x, row)
		switch {
		case c.sign == '█' && (p.ASCII || p.ink.front[c.front] == ""): // it would be a hole in the column
		case p.ASCII:
			*c = cell{sign: '·'}
		case c.sign == ' ' || c.front == inkGrid:
			*c = cell{sign: 0x2800 + rune(dots)}
		case c.sign == '█' || over && (c.back != Text || c.filled() >= surface): // it lies on a surface
			*c = cell{sign: 0x2800 + rune(dots), back: c.front}
		case over:
			*c = cell{sign: 0x2800 + rune(dots)}
		}
	}
}

// surface is how many eighths of a cell a line takes for all of it: a cell has no
// room for a line and an edge.
const surface = 3

// filled is how many eighths of a cell are of its ink.
func (c *cell) filled() int {
	n := int(c.sign - eighths[1] + 1)
	switch {
	case n < 1 || n > 8:
		return 0
	case c.reversed:
		return 8 - n
	}
	return n
}

// ghost draws values, two a column, as a faint line of single dots beneath the others.
func (pl plot) ghost(p Pen, values []float64) {
	for i := 1; i < len(values); i += 2 {
		values[i-1] = values[i]
	}
	for i, dots := range trace(values, pl.scale, true) {
		c := pl.cell(i%pl.axis.Cols, i/pl.axis.Cols)
		dots &= brailleDots[0][0] | brailleDots[0][1] | brailleDots[0][2] | brailleDots[0][3]
		switch {
		case dots == 0 || c.sign > 0x2800 && c.sign <= 0x28ff:
		case p.ASCII:
			*c = cell{sign: '-'}
		case c.sign == '█' && p.ink.front[c.front] != "":
			*c = cell{sign: 0x2800 + rune(dots), back: c.front}
		case c.sign == ' ' || c.front == inkGrid:
			*c = cell{sign: 0x2800 + rune(dots), front: Label}
		}
	}
}

// GhostLine is how a line without what is planned is drawn.
func GhostLine(p Pen) string {
	if p.ASCII {
		return "--"
	}
	return "⠂⠂"
}

// brailleDots are the bits of a cell's eight dots: of its columns, from the foot.
var brailleDots = [2][4]byte{{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}}
