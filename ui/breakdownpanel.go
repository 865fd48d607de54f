package ui

import (
	"math"

	"ortop/internal/fault"
	"ortop/internal/spenders"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// breakdown is the table of who spent it, or one of its rows in full.
type breakdown struct {
	by     spenders.By
	sort   string // the column that rows are in order of
	span   int    // into spans
	find   find
	byok   bool
	list   draw.List
	open   bool           // the chosen row is shown in full
	rows   []spenders.Row // that are found, in order
	data   spenders.Breakdown
	loaded bool // there is data
	asking bool
	err    error     // of the newest answer
	plot   spendPlot // of the chosen row
	early  bool      // nothing was read yet
}

// row is the chosen row.
func (d breakdown) row() (r spenders.Row, ok bool) {
	if d.list.At >= len(d.rows) {
		return r, false
	}
	return d.rows[d.list.At], true
}

// detailed reports whether a row's details are shown.
func (d breakdown) detailed() bool {
	_, ok := d.row()
	return d.open && ok
}

// title says what is broken down, and over which span.
func (d breakdown) title(p draw.Pen) string {
	of := d.find.of(p, d.list.At, len(d.rows), len(d.data.Rows))
	return draw.JoinAll("  ", p.Title("by "+string(d.by)+", "+lastOf(d.span)), of, d.find.shown)
}

// byMenu is the choice of what to break down by, as drawn in the border of w
// cells, and the cells at which each ends.
func (d breakdown) byMenu(p draw.Pen, w int) (menu string, ends []int) {
	for _, by := range spenders.Bys {
		if by == d.by {
			menu += p.Chosen("[" + string(by) + "]")
		} else {
			menu += p.Dim(" " + string(by) + " ")
		}
		ends = append(ends, draw.Width(menu))
	}
	if draw.Width(menu) > w-draw.Width(d.title(p))-9 {
		return p.Chosen("[" + string(d.by) + "]"), nil
	}
	return menu, ends
}

// renderBreakdown draws the table of who spent it: w by h cells, border
// included.
func renderBreakdown(p draw.Pen, d breakdown, w, h int) []string {
	menu, _ := d.byMenu(p, w)
	return draw.Panel(p, d.title(p), menu, d.lines(p, w-4, h-2), w, h)
}

// card is the title and the lines of the table, or of a row, without borders.
func (d breakdown) card(p draw.Pen, w, h int) (title string, lines []string) {
	if d.detailed() {
		r, _ := d.row()
		return p.Bright(draw.Cut(nameOf(r), w)), factLines(p, factsOf(p, d.by, r), w)
	}
	return d.title(p), d.lines(p, w, h)
}

// lines are the table in w by h cells: the rows that are seen, their sums, and
// the notes.
func (d breakdown) lines(p draw.Pen, w, h int) []string {
	if why := d.empty(p, w); why != nil {
		return why
	}
	sums, notes := d.sums(h), d.notes(p, w, h)
	n := d.seen(p, w, h)
	end := min(len(d.rows), d.list.Top+n)
	seen := d.rows[min(d.list.Top, end):end]
	t := newTable(d, seen, w)
	lines := []string{t.head(p, d.sort)}
	for i, r := range seen {
		lines = append(lines, t.row(p, r, d.list.Top+i == d.list.At))
	}
	if len(d.rows) == 0 {
		lines = append(lines, p.Dim(draw.Pick(w, "nothing has "+draw.Clean(d.find.text)+" in its name", "nothing found")))
	}
	if h-len(lines) > len(sums)+len(notes) {
		lines = append(lines, "")
	}
	for _, s := range sums {
		lines = append(lines, t.sum(p, s, w))
	}
	return append(lines, notes...)
}

// seen is how many rows are seen in w by h cells.
func (d breakdown) seen(p draw.Pen, w, h int) int {
	return max(1, h-1-len(d.sums(h))-len(d.notes(p, w, h)))
}

// needs is how high the panel is in which nothing is left out, w cells wide
// inside; 0: it takes what there is.
func (d breakdown) needs(p draw.Pen, w int) int {
	if d.detailed() {
		return 0
	}
	if why := d.empty(p, w); why != nil {
		return 2 + len(why)
	}
	return 2 + 1 + len(d.data.Rows) + 1 + len(d.sums(math.MaxInt)) + len(d.notes(p, w, math.MaxInt))
}

// empty is what stands in place of a table.
func (d breakdown) empty(p draw.Pen, w int) []string {
	dim := func(s string) []string { return []string{p.Dim(s)} }
	switch {
	case d.early:
		return dim("nothing read yet")
	case !d.loaded && d.err != nil:
		return []string{p.Low("▲ ") + draw.CutWords(draw.Clean(fault.Message(d.err)), w-2)}
	case !d.loaded:
		return dim("asking who spent it…")
	case d.data.Rows == nil:
		return d.notes(p, w, math.MaxInt)
	case len(d.data.Rows) == 0:
		return append(dim(draw.Pick(w, "nobody spent anything in this range", "nothing spent")), d.notes(p, w, math.MaxInt)...)
	}
	return nil
}

// notes are what the numbers do not show, in lines of w cells, as many as a
// panel of h lines has room for.
func (d breakdown) notes(p draw.Pen, w, h int) []string {
	var notes []string
	if d.err != nil {
		notes = append(notes, p.Low("▲ ")+draw.CutWords(draw.Clean(fault.Message(d.err)), w-2))
	}
	for _, n := range d.data.Notes {
		for i, line := range draw.Wrap(draw.Clean(n), w-2) {
			notes = append(notes, p.Dim([]string{"· ", "  "}[min(i, 1)]+line))
		}
	}
	room := max(h/4, h-2-len(d.data.Rows)-len(d.sums(h)))
	if len(notes) > room && room > 0 {
		notes[room-1] = draw.Cut(notes[room-1], w-2) + p.Dim(" …")
	}
	return notes[:min(len(notes), room)]
}

// age says how old the numbers are.
func (d breakdown) age(p draw.Pen, w int) string {
	switch {
	case !d.loaded && d.asking:
		return p.Dim(draw.Pick(w, "asking", ""))
	case !d.loaded:
		return ""
	}
	ago := text.Ago(p.Now.Sub(d.data.ReadAt))
	if !p.Focused {
		ago = d.data.ReadAt.In(p.Now.Location()).Format("15:04:05")
	}
	if d.err != nil {
		return p.Low(draw.Pick(w, "▲ "+string(d.by)+"s "+ago, ago, ""))
	}
	return p.Dim(draw.Pick(w, string(d.by)+"s "+ago, ago, ""))
}
