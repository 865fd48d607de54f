package panel

import (
	"math"
	"slices"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/fault"
	"ortop/internal/spenders"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// Breakdown is the table of who spent it, or one of its rows in full.
type Breakdown struct {
	By     spenders.By
	Sort   string // the column that rows are in order of
	Span   int    // into spans
	Find   Find
	BYOK   bool
	List   draw.List
	Open   bool            // the chosen row is shown in full
	Rows   []*spenders.Row // that are found, in order
	Data   spenders.Breakdown
	Loaded bool // there is data
	Asking bool
	Err    error     // of the newest answer
	Plot   SpendPlot // of the chosen row
	Early  bool      // no reading yet
	// Balance is what is left of the account by the newest reading; nil: unknown.
	Balance *float64
}

// row is the chosen row.
func (d *Breakdown) row() (r spenders.Row, ok bool) {
	if d.List.At >= len(d.Rows) {
		return r, false
	}
	return *d.Rows[d.List.At], true
}

// Detailed reports whether a row's details are shown.
func (d *Breakdown) Detailed() bool {
	_, ok := d.row()
	return d.Open && ok
}

// title is what is broken down, and over which span.
func (d *Breakdown) title(p draw.Pen) string {
	of := d.Find.Of(p, d.List.At, len(d.Rows), len(d.Data.Rows))
	return draw.JoinAll("  ", p.Title("by "+string(d.By)+", "+lastOf(d.Span)), of, d.Find.Shown)
}

// ByMenu is the choice of what to break down by, as drawn in the border of w
// cells, and the cells at which each ends.
func (d *Breakdown) ByMenu(p draw.Pen, w int) (menu string, ends []int) {
	return Menu(p, len(spenders.Bys), func(i int) string { return string(spenders.Bys[i]) }, slices.Index(spenders.Bys, d.By), w-draw.Width(d.title(p))-9)
}

// Render draws the table, or a row in full: w by h cells, border included.
func (d *Breakdown) Render(p draw.Pen, w, h int) []string {
	if d.Detailed() {
		return d.renderRow(p, w, h)
	}
	menu, _ := d.ByMenu(p, w)
	return draw.Panel(p, d.title(p), menu, d.lines(p, w-4, h-2), w, h)
}

// Card is the title and the lines of the table, or of a row, without borders.
func (d *Breakdown) Card(p draw.Pen, w, h int) (title string, lines []string) {
	if d.Detailed() {
		r, _ := d.row()
		return p.Bright(draw.CutName(nameOf(&r), w)), factLines(p, d.factsOf(p, &r), w)
	}
	return d.title(p), d.lines(p, w, h)
}

// lines are the table in w by h cells: the rows that are seen, their sums, and
// the notes.
func (d *Breakdown) lines(p draw.Pen, w, h int) []string {
	if why := d.Empty(p, w); why != nil {
		return why
	}
	sums, notes := d.sums(h), d.notes(p, w, h)
	n := d.Seen(p, w, h)
	end := min(len(d.Rows), d.List.Top+n)
	seen := d.Rows[min(d.List.Top, end):end]
	t := newTable(d, seen, w)
	lines := []string{t.head(p, d.Sort)}
	names := make([]string, len(seen))
	for i, r := range seen {
		names[i] = nameOf(r)
	}
	names = draw.CutNames(names, func(i int) int { return t.name - 2 - draw.Width(offOf(seen[i])) })
	for i, r := range seen {
		lines = append(lines, t.row(p, r, names[i], d.List.Top+i == d.List.At))
	}
	if len(d.Rows) == 0 {
		lines = append(lines, p.Dim(draw.Pick(w, "no name contains "+draw.Clean(d.Find.Text), "nothing found")))
	}
	if h-len(lines) > len(sums)+len(notes) {
		lines = append(lines, "")
	}
	for _, s := range sums {
		lines = append(lines, t.sum(p, s, w))
	}
	return append(lines, notes...)
}

// Seen is how many rows are seen in w by h cells.
func (d *Breakdown) Seen(p draw.Pen, w, h int) int {
	return max(1, h-1-len(d.sums(h))-len(d.notes(p, w, h)))
}

// Needs is how high the panel is in which nothing is left out, w cells wide
// inside; 0: it takes what there is.
func (d *Breakdown) Needs(p draw.Pen, w int) int {
	if d.Detailed() {
		return 0
	}
	if why := d.Empty(p, w); why != nil {
		return 2 + len(why)
	}
	return 2 + 1 + len(d.Data.Rows) + 1 + len(d.sums(math.MaxInt)) + len(d.notes(p, w, math.MaxInt))
}

// Empty is what stands in place of a table.
func (d *Breakdown) Empty(p draw.Pen, w int) []string {
	dim := func(s string) []string { return []string{p.Dim(s)} }
	switch {
	case d.Early:
		return dim("no reading yet")
	case !d.Loaded && d.Err != nil:
		return []string{p.Low("▲ ") + draw.CutWords(draw.Clean(fault.Message(d.Err)), w-2)}
	case !d.Loaded:
		return dim("loading who spent it…")
	case d.Data.Rows == nil:
		return d.notes(p, w, math.MaxInt)
	case len(d.Data.Rows) == 0:
		return append(dim(d.nobody(w)), d.notes(p, w, math.MaxInt)...)
	}
	return nil
}

// nobody says that there are no rows: that nothing was spent, that none of what was
// spent is attributed, or that it is not known whether anything was.
func (d *Breakdown) nobody(w int) string {
	switch usd := d.Data.TotalUSD; {
	case usd == nil:
		return draw.Pick(w, "nothing is attributed; what was spent in this range is not known", "nothing attributed, spend unknown", "nothing attributed")
	case text.USD(*usd) != text.USD(0):
		return draw.Pick(w, "nothing is attributed of "+text.USD(*usd)+" in this range", "nothing attributed of "+text.USD(*usd), "nothing attributed")
	}
	return draw.Pick(w, "nobody spent anything in this range", "nothing spent")
}

// notes are what the numbers do not show, in lines of w cells, as many as a
// panel of h lines has room for.
func (d *Breakdown) notes(p draw.Pen, w, h int) []string {
	var notes []string
	if d.Err != nil {
		notes = append(notes, p.Low("▲ ")+draw.CutWords(draw.Clean(fault.Message(d.Err)), w-2))
	}
	for _, n := range d.Data.Notes {
		for i, line := range draw.Wrap(draw.Clean(n), w-2) {
			notes = append(notes, p.Dim([]string{"· ", "  "}[min(i, 1)]+line))
		}
	}
	room := max(h/4, h-2-len(d.Data.Rows)-len(d.sums(h)))
	if len(notes) > room && room > 0 {
		notes[room-1] = draw.Cut(notes[room-1], w-2) + p.Dim(" …")
	}
	return notes[:min(len(notes), room)]
}

// Age is how old the numbers are.
func (d *Breakdown) Age(p draw.Pen, w int) string {
	switch {
	case !d.Loaded && d.Asking:
		return p.Dim(draw.Pick(w, "loading", ""))
	case !d.Loaded:
		return ""
	}
	ago := stepped(p.Now.Sub(d.Data.ReadAt))
	if !p.Focused {
		ago = text.Format(d.Data.ReadAt.In(p.Now.Location()), "15:04:05")
	}
	if d.Err != nil {
		return p.Low(draw.Pick(w, "▲ "+string(d.By)+"s "+ago, ago, ""))
	}
	return p.Dim(draw.Pick(w, string(d.By)+"s "+ago, ago, ""))
}

// RowPlot is the chosen row's spend over the span of the table, by the parts that its
// trend has; ok is false where that is not known.
func (d *Breakdown) RowPlot(p draw.Pen) (plot SpendPlot, ok bool) {
	if d.List.At >= len(d.Rows) {
		return plot, false
	}
	r := d.Rows[d.List.At]
	n := len(r.Trend)
	step := d.Data.To.Sub(d.Data.From) / time.Duration(max(1, n))
	if known(r.Trend) < 2 || step <= 0 {
		return plot, false
	}
	plot = SpendPlot{Loaded: true, Span: d.Span, Chosen: d.Span, Row: true, Of: nameOf(r)}
	for i, usd := range r.Trend {
		from := d.Data.From.Add(time.Duration(i) * step)
		b := history.Bucket{Span: credit.Span{From: from, To: from.Add(step)}, Observed: 1}
		if b.Known = !math.IsNaN(usd); b.Known {
			b.SpendUSD = usd
		}
		plot.Plot.Buckets = append(plot.Plot.Buckets, b)
	}
	if r.SpendUSD != nil {
		plot.Pace = []string{p.Bright(text.USD(*r.SpendUSD)) + p.Dim(" in "+lastTrend(d.Span))}
	}
	created, cap := "", ""
	if !r.CreatedAt.IsZero() {
		created = "created " + text.Moment(r.CreatedAt, p.Now)
	}
	if r.Cap.LimitUSD != nil {
		cap = "cap " + capOf(*r)
	}
	plot.Note = draw.JoinAll(" · ", created, cap)
	return plot, true
}
