package ui

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/history"
	"ortop/internal/fault"
	"ortop/internal/monitor"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// breakdownView is the state of the view of who spent it.
type breakdownView struct {
	by, sort int // into monitor.Bys and sorts
	find     filter
	byok     bool
	list     list
	id       string                 // of the row chosen
	rows     []monitor.BreakdownRow // that are found, in order
	open     bool                   // the chosen row's details
	plot     rowPlot
}

func (v breakdownView) question(span int) question { return question{monitor.Bys[v.by], span} }

// row is the chosen row.
func (v breakdownView) row() (r monitor.BreakdownRow, ok bool) {
	if v.list.at >= len(v.rows) {
		return r, false
	}
	return v.rows[v.list.at], true
}

// sorts are the orders of rows: the largest first, what is not known last.
var sorts = []struct {
	name string
	of   func(monitor.BreakdownRow) *float64 // nil: by name
}{
	{"spend", func(r monitor.BreakdownRow) *float64 { return r.SpendUSD }},
	{"vs before", func(r monitor.BreakdownRow) *float64 {
		if r.New {
			most := math.MaxFloat64
			return &most
		}
		return r.ChangeRatio
	}},
	{"requests", func(r monitor.BreakdownRow) *float64 { return float(r.Requests) }},
	{"tokens", func(r monitor.BreakdownRow) *float64 { return float(r.Tokens) }},
	{"$/Mtok", func(r monitor.BreakdownRow) *float64 { return r.USDPerMtok }},
	{"name", nil},
}

func float(n *int64) *float64 {
	if n == nil {
		return nil
	}
	v := float64(*n)
	return &v
}

// arranged is the model with the rows of the view found and put in order anew,
// and the same row chosen where it is still there.
func (m Model) arranged() Model {
	v := &m.who
	rows, words := m.told[v.question(m.span)].b.Rows, v.find.words()
	v.rows = make([]monitor.BreakdownRow, 0, len(rows))
	for _, r := range rows {
		if matches(words, r.Name, r.Label, r.Workspace) {
			v.rows = append(v.rows, r)
		}
	}
	of := sorts[v.sort].of
	slices.SortStableFunc(v.rows, func(x, y monitor.BreakdownRow) int {
		if of == nil {
			return strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name))
		}
		a, b := of(x), of(y)
		switch {
		case a == nil && b == nil:
			return 0
		case a == nil:
			return 1
		case b == nil:
			return -1
		}
		return cmp.Compare(*b, *a)
	})
	if i := slices.IndexFunc(v.rows, func(r monitor.BreakdownRow) bool { return r.ID == v.id }); i >= 0 {
		v.list.at = i
	} else if m.told[v.question(m.span)].known && v.find.text == "" {
		v.open = false
	}
	v.list = v.list.within(len(v.rows), m.seenRows())
	if r, ok := v.row(); ok {
		v.id = r.ID
	}
	return m
}

// breakdownKey takes a key of the view.
func (m Model) breakdownKey(msg tea.KeyPressMsg, k keyMap) (tea.Model, tea.Cmd, bool) {
	v := &m.who
	if moved, ok := v.list.moved(msg, k, len(v.rows), m.seenRows()); ok {
		next, cmd := m.chooseRow(moved)
		return next, cmd, true
	}
	switch {
	case key.Matches(msg, k.open):
		v.open = !v.open
		next, cmd := m.reload(nil)
		return next, cmd, true
	case key.Matches(msg, k.group):
		next, cmd := m.group((v.by + 1) % len(monitor.Bys))
		return next, cmd, true
	case key.Matches(msg, k.sort):
		v.sort = (v.sort + 1) % len(sorts)
		if v.list.at == 0 && !v.open { // nobody chose it: the first is what is looked for
			v.id, v.list = "", list{}
		}
		return m.arranged(), nil, true
	case key.Matches(msg, k.byok):
		v.byok = !v.byok
		return m, nil, true
	}
	return m, nil, false
}

// chooseRow takes a place in the rows.
func (m Model) chooseRow(l list) (tea.Model, tea.Cmd) {
	m.who.list = l
	if r, ok := m.who.row(); ok {
		m.who.id = r.ID
	}
	if m.who.open {
		return m.reload(nil)
	}
	return m, nil
}

// group breaks spend down by something else.
func (m Model) group(by int) (tea.Model, tea.Cmd) {
	m.who.by, m.who.list, m.who.id, m.who.open = by, list{}, "", false
	m.who.find = filter{}
	return m.arranged().reload(nil)
}

// breakdownPanel is what the view is drawn from.
type breakdownPanel struct {
	breakdownView
	told
	span    int
	waiting bool // for a first reading
}

// seenRows is how many rows of the list on the screen are seen.
func (m Model) seenRows() int {
	l := m.layout()
	w, h := l.body.w-4, l.body.h-2
	if l.tier < tierFull {
		w, h = m.w-2, m.h-3
	}
	switch m.view {
	case viewBreakdown:
		return m.breakdownPanel().seen(m.pen(), w, h)
	case viewEvents:
		return max(1, h)
	}
	return 1
}

func (m Model) breakdownPanel() breakdownPanel {
	return breakdownPanel{m.who, m.told[m.who.question(m.span)], m.span, m.snap.Key == nil}
}

func (d breakdownPanel) by() monitor.By { return monitor.Bys[d.breakdownView.by] }

// title says what is broken down, and over which span.
func (d breakdownPanel) title(p draw.Pen) string {
	of := ""
	if n := len(d.rows); d.find.text != "" {
		of = p.Dim(text.Count(int64(n)) + " of " + text.Count(int64(len(d.b.Rows))))
	} else if n > 9 {
		of = p.Dim(text.Count(int64(d.list.at+1)) + " of " + text.Count(int64(n)))
	}
	return draw.JoinAll("  ", p.Title("by "+string(d.by())+", "+lastOf(d.span)), of, d.find.render(p))
}

// lastOf says a span that ends now.
func lastOf(span int) string {
	if spans[span].back == 0 {
		return "all"
	}
	return "last " + spanWords(span)
}

// spanWords is a span's name in words: "24 h".
func spanWords(span int) string {
	name := spans[span].name
	return name[:len(name)-1] + " " + name[len(name)-1:]
}

// byMenu is the choice of what to break down by, as drawn in a border, and the
// cells at which each ends.
func byMenu(p draw.Pen, chosen, w int) (menu string, ends []int) {
	for i, by := range monitor.Bys {
		word := " " + string(by) + " "
		if i == chosen {
			word = "[" + string(by) + "]"
			menu += p.Chosen(word)
		} else {
			menu += p.Dim(word)
		}
		ends = append(ends, draw.Width(menu))
	}
	if draw.Width(menu) > w {
		return p.Chosen("[" + string(monitor.Bys[chosen]) + "]"), nil
	}
	return menu, ends
}

// byMenuRoom is what the title and the corners leave the menu.
func (d breakdownPanel) byMenuRoom(p draw.Pen, w int) int { return w - draw.Width(d.title(p)) - 9 }

// renderBreakdown draws the table of who spent it: w by h cells, border
// included.
func renderBreakdown(p draw.Pen, d breakdownPanel, w, h int) []string {
	menu, _ := byMenu(p, d.breakdownView.by, d.byMenuRoom(p, w))
	return draw.Panel(p, d.title(p), menu, d.lines(p, w-4, h-2), w, h)
}

// lines are the table in w by h cells: the rows that are seen, their sums, and
// what is to be said.
func (d breakdownPanel) lines(p draw.Pen, w, h int) []string {
	if why := d.empty(p, w); why != nil {
		return why
	}
	sums, notes := d.sums(h), d.notes(p, w, h)
	n := d.seen(p, w, h)
	end := min(len(d.rows), d.list.top+n)
	seen := d.rows[min(d.list.top, end):end]
	t := newTable(d, seen, w)
	lines := []string{t.head(p, sorts[d.sort].name)}
	for i, r := range seen {
		lines = append(lines, t.row(p, r, d.list.top+i == d.list.at))
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
func (d breakdownPanel) seen(p draw.Pen, w, h int) int {
	return max(1, h-1-len(d.sums(h))-len(d.notes(p, w, h)))
}

// needs is how high the panel is in which nothing is left out, w cells wide
// inside; 0: it takes what there is.
func (d breakdownPanel) needs(p draw.Pen, w int) int {
	if d.detailed() {
		return 0
	}
	if why := d.empty(p, w); why != nil {
		return 2 + len(why)
	}
	return 2 + 1 + len(d.b.Rows) + 1 + len(d.sums(math.MaxInt)) + len(d.notes(p, w, math.MaxInt))
}

// empty is what stands in place of a table.
func (d breakdownPanel) empty(p draw.Pen, w int) []string {
	dim := func(s string) []string { return []string{p.Dim(s)} }
	switch {
	case d.waiting:
		return dim("nothing read yet")
	case !d.known && d.err != nil:
		return []string{p.Low("▲ ") + draw.CutWords(draw.Clean(fault.Message(d.err)), w-2)}
	case !d.known:
		return dim("asking who spent it…")
	case d.b.Rows == nil:
		return d.notes(p, w, math.MaxInt)
	case len(d.b.Rows) == 0:
		return append(dim(draw.Pick(w, "nobody spent anything in this range", "nothing spent")), d.notes(p, w, math.MaxInt)...)
	}
	return nil
}

// notes are what the numbers do not say, in lines of w cells, as many as a
// panel of h lines has room for.
func (d breakdownPanel) notes(p draw.Pen, w, h int) []string {
	var notes []string
	if d.err != nil {
		notes = append(notes, p.Low("▲ ")+draw.CutWords(draw.Clean(fault.Message(d.err)), w-2))
	}
	for _, n := range d.b.Notes {
		for i, line := range draw.Wrap(draw.Clean(n), w-2) {
			notes = append(notes, p.Dim([]string{"· ", "  "}[min(i, 1)]+line))
		}
	}
	room := max(h/4, h-2-len(d.b.Rows)-len(d.sums(h)))
	if len(notes) > room && room > 0 {
		notes[room-1] = draw.Cut(notes[room-1], w-2) + p.Dim(" …")
	}
	return notes[:min(len(notes), room)]
}

// age says how old the numbers are.
func (d breakdownPanel) age(p draw.Pen, w int) string {
	switch {
	case !d.known && d.asking:
		return p.Dim(draw.Pick(w, "asking", ""))
	case !d.known:
		return ""
	}
	ago := text.Ago(p.Now.Sub(d.b.ReadAt))
	if !p.Focused {
		ago = d.b.ReadAt.In(p.Now.Location()).Format("15:04:05")
	}
	if d.err != nil {
		return p.Low(draw.Pick(w, "▲ "+string(d.by())+"s "+ago, ago, ""))
	}
	return p.Dim(draw.Pick(w, string(d.by())+"s "+ago, ago, ""))
}

// rowPlot is the spend of one row.
type rowPlot struct {
	of   question
	id   string
	cols int
	slot
	asked time.Time
}

// rowPlottedMsg answers a request for a row's spend.
type rowPlottedMsg struct {
	gen  int
	plot history.Plot
	err  error
}
