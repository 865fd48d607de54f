package ui

import (
	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
	"ortop/ui/panel"
)

// views are the screens in order; the key of each is its number. The first is
// where esc leads.
var views = []view{overview{}, forecastView{}, breakdownView{}, eventsView{}}

// view is one of the screens: how the account that is watched is drawn there,
// and what keys and the mouse do to it.
type view interface {
	// name is what its tab is called.
	name() string
	// span is the range that the view goes by, into spans, and setSpan chooses
	// another one.
	span(m *Model) int
	setSpan(m *Model, span int)
	// load requests what the view shows, and refresh, once a second, what of it
	// is old. A panel of spend or of the balance is loaded without that.
	load(m *Model, l layout) tea.Cmd
	refresh(m *Model, l layout) tea.Cmd
	// keys are those that do something. Where they do not include quit, every
	// other is a letter of what is typed.
	keys(m *Model, l layout, k *keyMap) *keyMap
	// update takes a key, a paste, a click or the wheel; ok is false where the
	// view does nothing with it.
	update(m *Model, msg tea.Msg, k *keyMap) (cmd tea.Cmd, ok bool)
	// place gives the view's panels their places in a full frame, from row y
	// on, and body draws them.
	place(m *Model, l *layout, y int)
	body(d screen, l layout) []string
	// card draws a pane too small for panels.
	card(d screen, w, h int) []string
	// age is how old the data on the screen is, in w cells.
	age(d screen, w int) string
}

// plain is a view that goes by the range of spend, has no keys of its own and
// shows the account in a small pane.
type plain struct{}

func (plain) span(m *Model) int                                     { return m.span }
func (plain) setSpan(m *Model, span int)                            { m.span = span }
func (plain) load(*Model, layout) tea.Cmd                           { return nil }
func (plain) refresh(*Model, layout) tea.Cmd                        { return nil }
func (plain) keys(_ *Model, _ layout, k *keyMap) *keyMap            { return k }
func (plain) update(_ *Model, _ tea.Msg, _ *keyMap) (tea.Cmd, bool) { return nil, false }
func (plain) card(d screen, w, h int) []string                      { return d.pane().Card(w, h) }
func (plain) age(d screen, w int) string                            { return panel.AgeLine(d.Pen, &d.m.snap, w) }

// screen is what a frame is drawn from.
type screen struct {
	draw.Pen
	m    *Model
	keys *keyMap
}

func (m *Model) screen(l layout) screen { return screen{m.pen(), m, m.enabledKeys(l)} }

// pane is the account for a small pane.
func (d screen) pane() panel.Pane {
	return panel.Pane{Pen: d.Pen, Snap: d.m.snap, Spend: d.m.spendPlot(), Accounts: d.m.accounts(), Notice: d.m.notice}
}

// full draws the panels of a view, with what every view has above and below.
func (d screen) full(l layout) []string {
	v, s := views[d.m.view], d.m.snap
	header, where := panel.Header(d.Pen, &s, l.w-2)
	out := []string{" " + header + " "}
	if l.top.h > 1 {
		out = append(out, " "+draw.Fit(where, l.w-2)+" ")
	}
	tabs := ""
	if l.tabs.h > 0 {
		tabs, _ = d.m.tabs(l)
	}
	if l.tabs.h > 0 && l.tabs.y < l.footer.y {
		out, tabs = append(out, tabs), ""
	}
	out = append(out, v.body(d, l)...)
	for _, b := range d.m.banners(l.banners.h) {
		out = append(out, " "+draw.Fit(draw.CutClause(b, l.w-2), l.w-2)+" ")
	}
	return append(out, tabs+d.footer(v, l.footer.w))
}

// tabs are the tabs as they are drawn, with what is left and when it runs out at the
// right, in a view that does not have it, and at which cells they end.
func (m *Model) tabs(l layout) (line string, ends []int) {
	p, names := m.pen(), viewNames()
	if l.tabs.y == l.footer.y {
		return panel.Tabs(p, names, m.view, &m.snap, "", 0)
	}
	line, ends = panel.Tabs(p, names, m.view, &m.snap, "", l.w)
	if m.view != 0 {
		brief := draw.Pick(l.w-ends[len(ends)-1]-2, panel.Summary(&m.snap, p), panel.Left(&m.snap), "")
		line, _ = panel.Tabs(p, names, m.view, &m.snap, p.Dim(brief), l.w)
	}
	return line, ends
}

// footer is the keys at the left, or a notice, and the age at the right.
func (d screen) footer(v view, w int) string {
	w -= 2
	if d.m.notice != "" {
		return " " + draw.Fit(d.Bright(d.m.notice), w) + " "
	}
	keys, age := d.footerParts(v, w)
	return " " + draw.Spread(keys, age, w) + " "
}

// footerParts are the keys, as many as there is room for, and the age.
func (d screen) footerParts(v view, w int) (keys, age string) {
	words := d.keys.footer(d.Pen)
	must := words[:len(words)-1] // the last is for room to spare
	least := 16
	if w < 50 {
		least = 8 // just now
	}
	age = v.age(d, max(min(w, least), w-2-draw.Width(draw.Join(w, "  ", must...))))
	return draw.Join(w-draw.Width(age)-2, "  ", words...), age
}

// bareList draws the title and the rows of a list in its place, without borders.
func (d screen) bareList(l layout, card func(p draw.Pen, w, h int) (title string, lines []string)) []string {
	in := max(1, l.w-2)
	title, lines := card(d.Pen, in, l.body.h-1)
	out := draw.Fill(append([]string{title}, lines...), in, l.body.h)
	for i := range out {
		out[i] = " " + out[i] + " "
	}
	return out
}

// list draws a list without borders: whose it is, what it is of, and its rows.
func (d screen) list(v view, card func(p draw.Pen, w, h int) (title string, lines []string), w, h int) []string {
	in, rows := max(1, w-2), h-3
	header, _ := panel.Header(d.Pen, &d.m.snap, in)
	title, lines := card(d.Pen, in, rows)
	foot := draw.Fit(d.Bright(d.m.notice), in)
	if d.m.notice == "" {
		foot = draw.Spread(d.Dim(d.Key("help", "?")+" help"), v.age(d, in/2-8), in)
	}
	out := append(append([]string{header, title}, draw.Fill(lines, in, rows)...), foot)
	for i := range out {
		if w > 2 {
			out[i] = " " + draw.Fit(out[i], in)
		}
	}
	return out
}

// leastList is the height from which a list is shown and not the account.
const leastList = 5

// listSize is the cells that a list has on the screen.
func (m *Model) listSize(l layout) (w, h int) {
	switch {
	case l.tier < tierStack:
		return m.w - 2, m.h - 3
	case l.bare:
		return m.w - 2, l.body.h - 1
	}
	return l.body.w - 4, l.body.h - 2
}

func viewNames() []string {
	names := make([]string, len(views))
	for i, v := range views {
		names[i] = v.name()
	}
	return names
}

// viewed gives a message to the view, which may do nothing with it.
func (m *Model) viewed(msg tea.Msg, k *keyMap) tea.Cmd {
	cmd, _ := views[m.view].update(m, msg, k)
	return cmd
}

// show turns to a view.
//
//go:noinline
func (m *Model) show(view int) tea.Cmd {
	m.view = view
	m.plan.editing, m.plan.drawn = false, false
	return m.reload(nil)
}

// choose takes the range at i, if there is one.
func (m *Model) choose(i int) tea.Cmd {
	v := views[m.view]
	if i < 0 || i >= len(panel.Spans) || i == v.span(m) {
		return nil
	}
	v.setSpan(m, i)
	return m.reload(nil)
}
