package ui

import (
	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
	"ortop/ui/panel"
)

// eventsView is what happened: alerts, top-ups, refunds, gaps and faults.
type eventsView struct{ plain }

func (eventsView) name() string               { return "events" }
func (eventsView) span(m *Model) int          { return m.log.span }
func (eventsView) setSpan(m *Model, span int) { m.log.span = span }

func (eventsView) load(m *Model, l layout) tea.Cmd {
	m.log.list = m.log.list.Within(len(m.log.found), m.seenEvents(l))
	return m.loadEvents()
}

func (eventsView) keys(m *Model, _ layout, k *keyMap) *keyMap {
	v := m.log
	if v.filter.typing {
		return v.filter.keys(k)
	}
	k = k.forList(len(v.found), v.open, false)
	e, ok := m.events().Chosen()
	enable(!v.open, &k.kinds)
	k.acknowledge.SetEnabled(ok && panel.CanAcknowledge(&e))
	return k
}

func (eventsView) update(m *Model, msg tea.Msg, k *keyMap) (tea.Cmd, bool) {
	v := &m.log
	press, pressed := msg.(tea.KeyPressMsg)
	if pressed && v.open && hit(press, &k.back) {
		v.open = false
		return m.loadBelow(), true
	}
	if f, ok := v.filter.update(msg, k); ok {
		again := f.Text() != v.filter.Text()
		if v.filter = f; again {
			m.findEvents()
		}
		return m.loadBelow(), true
	}
	seen := m.seenEvents(m.layout())
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		return m.clickEvents(tea.Mouse(msg)), true
	case tea.MouseWheelMsg:
		v.list = scrolled(v.list, tea.Mouse(msg), len(v.found), seen)
		return m.loadBelow(), true
	}
	if !pressed {
		return nil, false
	}
	l, ok := moved(v.list, press, k, len(v.found), seen)
	switch {
	case ok:
		v.list = l
		return m.loadBelow(), true
	case hit(press, &k.open):
		v.open = !v.open
		return m.loadBelow(), true
	case hit(press, &k.kinds):
		return m.onlyEvents((v.kind + 1) % len(panel.EventKinds)), true
	case hit(press, &k.acknowledge):
		e, _ := m.events().Chosen()
		return acknowledgeCmd(m.feed, e.ID), true
	default:
		return nil, false
	}
}

// clickEvents chooses the event under the mouse, and opens it where it is the
// chosen one; in the border it chooses a range.
func (m *Model) clickEvents(at tea.Mouse) tea.Cmd {
	v, body := &m.log, m.layout().body
	y := at.Y - body.y
	i := v.list.Top + y - 1
	switch {
	case !body.holds(at.X, at.Y) || v.open:
	case y == 0 && m.layout().bare: // where no menus stand
	case y == 0:
		menu, ends := m.events().KindMenu(m.pen(), body.w)
		if s := segment(ends, at.X-(body.w-3-draw.Width(menu))); s >= 0 {
			return m.onlyEvents(s)
		}
	case y == body.h-1 && !m.layout().bare:
		menu, ends := panel.SpanMenu(m.pen(), v.span, body.w-9)
		if s := segment(ends, at.X-(body.w-3-draw.Width(menu))); s >= 0 {
			return m.choose(s)
		}
	case v.request.Err == nil && i < len(v.found) && y <= m.seenEvents(m.layout()):
		v.open, v.list.At = v.list.At == i, i
	}
	return m.loadBelow()
}

// leastEvents is the height from which the list has the chosen event below it, and
// besideDetail the width from which it has it beside it.
const leastEvents, besideDetail = 5, 140

// leastDetail is the least height of the chosen event below the list.
const leastDetail = 9

// leastBelow is the least height of the plot below them.
const leastBelow = 6

// place gives the chosen event as many rows as it takes, below the list or beside it,
// and the spend of the range what is left.
func (eventsView) place(m *Model, l *layout, y int) {
	l.table(y, 0, 0)
	found := len(m.log.found)
	if l.bare = l.borderless(leastStack); l.bare || found == 0 && !m.log.request.Loaded {
		return
	}
	detailW := l.w
	if l.w >= besideDetail && !m.log.open {
		detailW -= l.w * 55 / 100
	}
	rest, list, detail := l.body.h, found+2, m.events().DetailHeight(m.pen(), detailW)
	switch {
	case found == 0:
		list = min(rest, leastEvents)
	case m.log.open:
		list = min(rest, detail)
	case l.w >= besideDetail:
		list = min(max(list, detail), max(detail, rest/2), rest)
		l.body.w = l.w - detailW
		l.detail = rect{l.body.w, y, detailW, list}
	case rest >= leastEvents+detail:
		list = min(max(list, leastEvents), rest-detail)
		l.detail = rect{0, y + list, l.w, detail}
	case rest >= leastEvents+leastDetail: // what is between its lines is left out
		list, detail = leastEvents, rest-leastEvents
		l.detail = rect{0, y + list, l.w, detail}
	default:
		return
	}
	used := max(list, l.detail.y+l.detail.h-y)
	if spare := rest - used; spare >= leastBelow {
		l.spend = rect{0, y + used, l.w, spare}
		l.beside()
	} else {
		list += spare
		if l.detail.y > y {
			l.detail.y += spare
		} else if l.detail.h > 0 {
			l.detail.h += spare
		}
	}
	l.body.h = list
}

func (eventsView) body(d screen, l layout) []string {
	e := d.m.events()
	if l.bare {
		return d.bareList(l, e.Card)
	}
	out := e.Render(d.Pen, l.body.w, l.body.h)
	switch {
	case l.detail.h > 0 && l.detail.y == l.body.y:
		out = draw.Beside(out, e.Detail(d.Pen, l.detail.w, l.detail.h))
	case l.detail.h > 0:
		out = append(out, e.Detail(d.Pen, l.detail.w, l.detail.h)...)
	}
	if l.spend.h > 0 {
		plot := d.m.rangePlot()
		if chosen, ok := e.Chosen(); ok && plot.Cursor.IsZero() { // where it was
			plot.Cursor = chosen.At
		}
		out = append(out, d.spend(l, &plot)...)
	}
	return out
}

func (v eventsView) card(d screen, w, h int) []string {
	if h < leastList {
		return v.plain.card(d, w, h)
	}
	return d.list(v, d.m.events().Card, w, h)
}
