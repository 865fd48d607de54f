package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/spenders"
	"ortop/ui/draw"
	"ortop/ui/panel"
)

// breakdownView is who spent it, by key, model, provider, workspace or member.
type breakdownView struct{ plain }

func (breakdownView) name() string { return "breakdown" }

func (v breakdownView) load(m *Model, l layout) tea.Cmd {
	var spend tea.Cmd
	if l.spend.h == 0 && l.tier >= tierCompact { // where a plot of it has room below few rows
		spend = m.loadSpend()
	}
	if m.who.of != m.question() {
		m.cancelBreakdowns()
		m.arrange()
	}
	m.who.list = m.who.list.Within(len(m.who.rows), m.seenRows(l))
	return batch(spend, v.refresh(m, l))
}

func (breakdownView) refresh(m *Model, l layout) tea.Cmd {
	if l.tier < tierCompact {
		return nil
	}
	return batch(m.loadBreakdowns(m.question()), m.loadRow(l))
}

func (breakdownView) keys(m *Model, _ layout, k *keyMap) *keyMap {
	v := m.who
	if v.filter.typing {
		return v.filter.keys(k)
	}
	k.sort.SetHelp(k.sort.Help().Key, "sort: "+sorts[v.sort].name)
	return k.forList(len(v.rows), v.open, !v.open)
}

func (breakdownView) update(m *Model, msg tea.Msg, k *keyMap) (tea.Cmd, bool) {
	v := &m.who
	press, pressed := msg.(tea.KeyPressMsg)
	if pressed && v.open && hit(press, &k.back) {
		v.open = false
		return nil, true
	}
	if f, ok := v.filter.update(msg, k); ok {
		again := f.Text() != v.filter.Text()
		if v.filter = f; again {
			m.arrange()
		}
		return nil, true
	}
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		return m.clickBreakdown(tea.Mouse(msg)), true
	case tea.MouseWheelMsg:
		return m.chooseRow(scrolled(v.list, tea.Mouse(msg), len(v.rows), m.seenRows(m.layout()))), true
	}
	if !pressed {
		return nil, false
	}
	if l, ok := moved(v.list, press, k, len(v.rows), m.seenRows(m.layout())); ok {
		return m.chooseRow(l), true
	}
	switch {
	case hit(press, &k.open):
		v.open = !v.open
		return m.reload(nil), true
	case hit(press, &k.group):
		return m.group((v.by + 1) % len(spenders.Bys)), true
	case hit(press, &k.sort):
		m.sorted((v.sort + 1) % len(sorts))
	case hit(press, &k.byok):
		v.byok = !v.byok
	default:
		return nil, false
	}
	return nil, true
}

// sorted puts the rows in another order.
func (m *Model) sorted(by int) {
	v := &m.who
	v.sort = by
	if v.list.At == 0 && !v.open { // nobody chose it: the first is what is looked for
		v.id, v.list = "", draw.List{}
	}
	m.arrange()
}

// chooseRow takes a place in the rows.
func (m *Model) chooseRow(l draw.List) tea.Cmd {
	m.who.list = l
	if r, ok := m.who.row(); ok {
		m.who.id = r.ID
	}
	if m.who.open {
		return m.reload(nil)
	}
	return nil
}

// group breaks spend down by something else.
func (m *Model) group(by int) tea.Cmd {
	v := &m.who
	v.by, v.list, v.id, v.open, v.filter = by, draw.List{}, "", false, filter{}
	m.arrange()
	return m.reload(nil)
}

// clickBreakdown chooses the row under the mouse, and opens it where it is the
// chosen one; in the border it chooses what that offers.
func (m *Model) clickBreakdown(at tea.Mouse) tea.Cmd {
	p, d, l := m.pen(), m.breakdown(), m.layout()
	body := l.body
	y := at.Y - body.y
	i := d.List.Top + y - 2
	right := func(menu string) int { return at.X - (body.w - 3 - draw.Width(menu)) }
	switch {
	case !body.holds(at.X, at.Y), l.bare && (y == 0 || d.Detailed()): // where no menus stand
	case d.Detailed():
		if n := panel.DetailRows(p, d, body.w); y == n && n < body.h {
			menu, ends := panel.SpanMenu(p, m.span, body.w-panel.SpanMenuRoom)
			if s := segment(ends, right(menu)); s >= 0 {
				return m.choose(s)
			}
		}
	case y == 0:
		menu, ends := d.ByMenu(p, body.w)
		if by := segment(ends, right(menu)); by >= 0 {
			return m.group(by)
		}
	case y == 1 && d.Empty(p, body.w) == nil:
		name := d.HeadAt(at.X-body.x-2, body.w-4, body.h-2)
		if l.bare {
			name = d.HeadAt(at.X-1, body.w-2, body.h-1)
		}
		if by := slices.IndexFunc(sorts, func(s sortOrder) bool { return s.name == name }); by >= 0 {
			m.sorted(by)
		}
	case y >= 2 && y-2 < m.seenRows(m.layout()) && i < len(d.Rows) && d.Empty(p, body.w) == nil:
		if i == d.List.At {
			m.who.open = true
		}
		return m.chooseRow(draw.List{At: i, Top: d.List.Top})
	}
	return nil
}

// place leaves the plot of the chosen row, or of all spend, a place below few rows.
func (breakdownView) place(m *Model, l *layout, y int) {
	l.bare = l.borderless(24)
	border := 2
	if l.bare {
		border = 1
	}
	least := leastBelow
	if m.h < leastStack { // in all of a small pane, or not at all
		least = leastSpend
	}
	l.table(y, m.breakdown().Needs(m.pen(), m.w-2*border)+border-2, least)
}

func (breakdownView) body(d screen, l layout) []string {
	var out []string
	if l.bare {
		out = d.bareList(l, d.m.breakdown().Card)
	} else {
		out = d.m.breakdown().Render(d.Pen, l.body.w, l.body.h)
	}
	if l.spend.h > 0 {
		plot := d.m.rangePlot()
		out = append(out, d.spend(l, &plot)...)
	}
	return out
}

func (v breakdownView) card(d screen, w, h int) []string {
	if h < leastList {
		return v.plain.card(d, w, h)
	}
	return d.list(v, d.m.breakdown().Card, w, h)
}

// age is that of the breakdown. A small pane leaves it more room.
func (breakdownView) age(d screen, w int) string {
	if tierFor(d.m.w, d.m.h) < tierStack {
		return d.m.breakdown().Age(d.Pen, w+8)
	}
	return d.m.breakdown().Age(d.Pen, max(w, 20))
}
