package draw

import "math"

// Bars are values of equal spans of time as columns, coloured by their height.
type Bars struct {
	Axis   TimeAxis
	Values []float64 // NaN is unknown
	Usual  []float64 // as many, or none
	Marks  []Tick    // beneath their columns
	Cursor int       // into Values; -1: none
}

// nan is what is unknown.
var nan = math.NaN()

// leastBars is a top that keeps noise from looking like a mountain, USD.
const leastBars = 0.005

// Lines draw the columns in w by h cells; nil: there is too little room.
func (b Bars) Lines(p Pen, w, h int) []string {
	highest := 0.0
	for _, v := range b.Values {
		if v > highest {
			highest = v
		}
	}
	pl, ok := newPlot(b.Axis, highest, leastBars, w, h)
	if !ok || len(b.Values) == 0 {
		return nil
	}
	cols, n := pl.axis.Cols, len(b.Values)
	for x, v := range Columns(b.Values, cols) {
		if math.IsNaN(v) {
			pl.blank(x)
			continue
		}
		if p.Style == Columned {
			pl.column(x, v, func(row int) Ink { return Heat((float64(row) + 0.5) / float64(pl.rows)) })
		}
	}
	if p.Style != Columned {
		pl.dots(Columns(b.Values, 2*cols), p.Style == Dotted, p.ASCII)
	}
	if len(b.Usual) == n && known(b.Usual) {
		pl.line(p, Columns(b.Usual, 2*cols), false)
	}
	ticks := b.Marks
	if b.Cursor >= 0 {
		x := ColumnOf(b.Cursor, n, cols)
		for row := range pl.rows {
			if c := pl.cell(x, row); c.sign == ' ' || c.front == inkGrid {
				*c = cell{sign: '┊', front: Label}
			}
		}
		ticks = []Tick{{Col: x, Mark: '▲', Ink: Label, MarkInk: Accent}}
		for _, t := range b.Marks {
			if t.Mark != '▲' || t.Col < x || t.Col >= ColumnOf(b.Cursor+1, n, cols) { // two would look like two of them
				ticks = append(ticks, t)
			}
		}
	}
	pl.times(append(ticks, pl.axis.ticks()...))
	return pl.lines(p)
}

func known(values []float64) bool {
	for _, v := range values {
		if !math.IsNaN(v) {
			return true
		}
	}
	return false
}
