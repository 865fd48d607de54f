package ui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/internal/monitor"
	"ortop/ui/draw"
)

// What the views of a list, breakdown and events, have in common.

// filter is that of the view on the screen; nil where it has none.
func (m *Model) filter() *filter {
	switch m.view {
	case viewBreakdown:
		return &m.who.find
	case viewEvents:
		return &m.log.find
	}
	return nil
}

// filtered is the model with the rows of its view found anew.
func (m Model) filtered() Model {
	if m.view == viewEvents {
		return m.found()
	}
	return m.arranged()
}

// filterKey takes a key while a filter is typed.
func (m Model) filterKey(msg tea.KeyPressMsg, k keyMap) Model {
	f := m.filter()
	switch {
	case key.Matches(msg, k.keepFilter):
		f.typing = false
	case key.Matches(msg, k.dropFilter):
		*f = filter{}
	default:
		f.press(msg)
	}
	return m.filtered()
}

// listKeys enables the keys that do something in the view of a list.
func (m Model) listKeys(k *keyMap) {
	rows, open := 0, false
	switch m.view {
	case viewBreakdown:
		rows, open = len(m.who.rows), m.who.open
	case viewEvents:
		rows, open = len(m.log.found), m.log.open
	}
	k.keepFilter.SetEnabled(false)
	k.dropFilter.SetEnabled(false)
	who := m.view == viewBreakdown && !open
	for b, on := range map[*key.Binding]bool{
		&k.rowUp: rows > 1, &k.rowDown: rows > 1, &k.pageUp: rows > 1, &k.pageDown: rows > 1, &k.open: rows > 0 && !open,
		&k.find: m.filter() != nil && !open, &k.group: who, &k.sort: who, &k.byok: who,
	} {
		b.SetEnabled(on)
	}
	e, ok := m.log.event()
	k.acknowledge.SetEnabled(m.view == viewEvents && ok && e.standing())
	k.sort.SetHelp("s", "sort: "+sorts[m.who.sort].name)
}

// listKey takes a key of the view of a list; ok is false where it is none.
func (m Model) listKey(msg tea.KeyPressMsg, k keyMap) (tea.Model, tea.Cmd, bool) {
	if key.Matches(msg, k.find) {
		m.filter().typing = true
		return m, nil, true
	}
	switch m.view {
	case viewBreakdown:
		return m.breakdownKey(msg, k)
	case viewEvents:
		return m.eventsKey(msg, k)
	}
	return m, nil, false
}

// closable reports whether there is something to leave before the view.
func (m Model) closable() bool {
	f := m.filter()
	return f != nil && (f.text != "" || m.view == viewBreakdown && m.who.open || m.view == viewEvents && m.log.open)
}

// closed leaves the details, and else the filter.
func (m Model) closed() Model {
	switch {
	case m.view == viewBreakdown && m.who.open:
		m.who.open = false
	case m.view == viewEvents && m.log.open:
		m.log.open = false
	default:
		*m.filter() = filter{}
		return m.filtered()
	}
	return m
}

// listBody draws the view of a list at full size.
func (d screen) listBody(l layout) []string {
	switch {
	case d.view == viewEvents:
		return renderEvents(d.Pen, d.log, l.body.w, l.body.h)
	case d.who.detailed():
		return renderDetail(d.Pen, d.who, l.body.w, l.body.h)
	}
	out := renderBreakdown(d.Pen, d.who, l.body.w, l.body.h)
	if l.spend.h > 0 {
		all := d.spend
		all.all = true
		out = append(out, renderSpend(d.Pen, all, l.spend.w, l.spend.h)...)
	}
	return out
}

// detailed reports whether a row's details are shown.
func (d breakdownPanel) detailed() bool {
	_, ok := d.row()
	return d.open && ok
}

// leastList is the height from which a list is shown and not the account.
const leastList = 5

// settled is the model with its lists over as many rows as are seen now.
func (m Model) settled() Model {
	switch m.view {
	case viewBreakdown:
		m.who.list = m.who.list.within(len(m.who.rows), m.seenRows())
	case viewEvents:
		m.log.list = m.log.list.within(len(m.log.found), m.seenRows())
	}
	return m
}

// compactList draws the view of a list without borders: whose it is, what it
// is of, and its rows.
func (d screen) compactList(w, h int) []string {
	in, rows := max(1, w-2), h-3
	header, _ := renderHeader(d.Pen, d.snap, in)
	title, lines := d.who.title(d.Pen), []string(nil)
	switch {
	case d.view == viewEvents:
		title, lines = d.log.title(d.Pen), d.log.lines(d.Pen, in, rows)
		if e, ok := d.log.event(); ok && d.log.open {
			lines = e.full(d.Pen, in)
		}
	case d.who.detailed():
		r, _ := d.who.row()
		title, lines = d.Bright(draw.Cut(nameOf(r), in)), factLines(d.Pen, factsOf(d.Pen, d.who.by(), r), in)
	default:
		lines = d.who.lines(d.Pen, in, rows)
	}
	out := append([]string{header, title}, draw.Fill(lines, in, rows)...)
	out = append(out, d.listFooter(in))
	for i := range out {
		if w > 2 {
			out[i] = " " + draw.Fit(out[i], in)
		}
	}
	return out
}

func (d screen) listFooter(w int) string {
	if d.notice != "" {
		return draw.Fit(d.Bright(d.notice), w)
	}
	age := ageLine(d.Pen, d.snap, w/2-8)
	if d.view == viewBreakdown {
		age = d.who.age(d.Pen, w/2)
	}
	return draw.Spread(d.Dim("? help"), age, w)
}

// clickedList chooses the row under the mouse, and opens it where it is the
// chosen one; in the border it chooses what that offers.
func (m Model) clickedList(at tea.Mouse, body rect) (tea.Model, tea.Cmd) {
	p, y := m.pen(), at.Y-body.y
	if m.view == viewEvents {
		v := &m.log
		i := v.list.top + y - 1
		switch {
		case v.open:
		case y == 0:
			menu, ends := spanMenu(p, v.span, v.menuRoom(p, body.w))
			if s := segment(ends, at.X-(body.w-3-draw.Width(menu))); s >= 0 {
				return m.choose(s)
			}
		case v.err == nil && i < len(v.found) && y <= m.seenRows():
			v.open, v.list.at = v.list.at == i, i
		}
		return m, nil
	}
	d := m.breakdownPanel()
	i := d.list.top + y - 2
	switch {
	case d.detailed():
		n := min(body.h, detailRows(p, d, body.w))
		if y == n && n < body.h {
			menu, ends := spanMenu(p, m.span, body.w-spanMenuRoom)
			if s := segment(ends, at.X-(body.w-3-draw.Width(menu))); s >= 0 {
				return m.choose(s)
			}
		}
	case y == 0:
		menu, ends := byMenu(p, d.breakdownView.by, d.byMenuRoom(p, body.w))
		if by := segment(ends, at.X-(body.w-3-draw.Width(menu))); by >= 0 && by < len(monitor.Bys) {
			return m.group(by)
		}
	case y >= 2 && y-2 < m.seenRows() && i < len(d.rows) && d.empty(p, body.w) == nil:
		if i == d.list.at {
			m.who.open = true
		}
		return m.chooseRow(list{at: i, top: d.list.top})
	}
	return m, nil
}

// wheelRows is how far one notch of the wheel scrolls.
const wheelRows = 3

// wheeledList scrolls.
func (m Model) wheeledList(at tea.Mouse) (tea.Model, tea.Cmd) {
	by := map[tea.MouseButton]int{tea.MouseWheelUp: -wheelRows, tea.MouseWheelDown: wheelRows}[at.Button]
	if m.view == viewEvents {
		m.log.list.at += by
		m.log.list = m.log.list.within(len(m.log.found), m.seenRows())
		return m, nil
	}
	l := m.who.list
	l.at += by
	return m.chooseRow(l.within(len(m.who.rows), m.seenRows()))
}
