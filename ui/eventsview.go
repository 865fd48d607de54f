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
	k.acknowledge.SetEnabled(ok && panel.CanAcknowledge(e))
	return k
}

func (eventsView) update(m *Model, msg tea.Msg, k *keyMap) (tea.Cmd, bool) {
	v := &m.log
	press, pressed := msg.(tea.KeyPressMsg)
	if pressed && v.open && hit(press, &k.back) {
		v.open = false
		return nil, true
	}
	if f, ok := v.filter.update(msg, k); ok {
		again := f.Text() != v.filter.Text()
		if v.filter = f; again {
			m.findEvents()
		}
		return nil, true
	}
	seen := m.seenEvents(m.layout())
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		return m.clickEvents(tea.Mouse(msg)), true
	case tea.MouseWheelMsg:
		v.list = scrolled(v.list, tea.Mouse(msg), len(v.found), seen)
		return nil, true
	}
	if !pressed {
		return nil, false
	}
	l, ok := moved(v.list, press, k, len(v.found), seen)
	switch {
	case ok:
		v.list = l
	case hit(press, &k.open):
		v.open = !v.open
	case hit(press, &k.acknowledge):
		e, _ := m.events().Chosen()
		return acknowledgeCmd(m.feed, e.ID), true
	default:
		return nil, false
	}
	return nil, true
}

// clickEvents chooses the event under the mouse, and opens it where it is the
// chosen one; in the border it chooses a range.
func (m *Model) clickEvents(at tea.Mouse) tea.Cmd {
	v, body := &m.log, m.layout().body
	y := at.Y - body.y
	i := v.list.Top + y - 1
	switch {
	case !body.holds(at.X, at.Y) || v.open:
	case y == 0 && m.layout().bare: // where no ranges stand
	case y == 0:
		menu, ends := panel.SpanMenu(m.pen(), v.span, m.events().MenuRoom(m.pen(), body.w))
		if s := segment(ends, at.X-(body.w-3-draw.Width(menu))); s >= 0 {
			return m.choose(s)
		}
	case v.request.Err == nil && i < len(v.found) && y <= m.seenEvents(m.layout()):
		v.open, v.list.At = v.list.At == i, i
	}
	return nil
}

// leastEvents and leastDetail are the heights from which the list and the chosen
// event stand below each other.
const leastEvents, leastDetail = 8, 9

// place leaves the chosen event a place below the list.
func (eventsView) place(m *Model, l *layout, y int) {
	l.table(y, 0, 0)
	if l.bare = l.borderless(leastStack); l.bare {
		return
	}
	if spare := l.body.h - leastEvents; spare >= leastDetail && !m.log.open && len(m.log.found) > 0 {
		l.body.h = min(max(leastEvents, len(m.log.found)+2), l.body.h-max(leastDetail, l.body.h*2/5))
		l.detail = rect{0, y + l.body.h, l.w, l.end - y - l.body.h}
	}
}

func (eventsView) body(d screen, l layout) []string {
	if l.bare {
		return d.bareList(l, d.m.events().Card)
	}
	out := d.m.events().Render(d.Pen, l.body.w, l.body.h)
	if l.detail.h > 0 {
		out = append(out, d.m.events().Detail(d.Pen, l.detail.w, l.detail.h)...)
	}
	return out
}

func (v eventsView) card(d screen, w, h int) []string {
	if h < leastList {
		return v.plain.card(d, w, h)
	}
	return d.list(v, d.m.events().Card, w, h)
}
