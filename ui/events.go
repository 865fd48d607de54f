package ui

import (
	"context"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/ui/draw"
	"ortop/ui/panel"
)

// eventLog is how what happened is looked at.
type eventLog struct {
	span    int
	filter  filter
	list    draw.List
	open    bool
	found   []account.Event // that pass the filter
	request request[int, []account.Event]
}

// eventSpan is the range that events are first shown of; mostEvents how many
// of it.
const (
	eventSpan     = 4
	mostEvents    = 2000
	eventsTimeout = 10 * time.Second
)

// loadEvents requests the events.
func (m *Model) loadEvents() tea.Cmd {
	feed, now, span := m.feed, m.now, m.log.span
	return m.log.request.send(span, now, eventsTimeout, func(ctx context.Context) ([]account.Event, error) {
		from := time.Unix(0, 0)
		if back := panel.Spans[span].Back; back > 0 {
			from = now.Add(-back)
		}
		return feed.Events(ctx, from, now.Add(time.Minute), mostEvents)
	}, func(a answer[int, []account.Event]) tea.Msg { return eventsMsg{source{feed}, a} })
}

// eventsReceived takes the events.
func (m Model) eventsReceived(msg eventsMsg) (tea.Model, tea.Cmd) {
	r := &m.log.request
	if !r.receive(msg.answer) {
		return m, nil
	}
	m.findEvents()
	if r.again {
		cmd := m.loadEvents()
		return m, cmd
	}
	return m, nil
}

func acknowledgeCmd(feed Feed, event int64) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), eventsTimeout)
		defer cancel()
		return acknowledgedMsg{source{feed}, feed.Acknowledge(ctx, event)}
	}
}

// acknowledged reads the events again.
func (m Model) acknowledged(msg acknowledgedMsg) (tea.Model, tea.Cmd) {
	if msg.err != nil {
		return m.notify("not acknowledged: " + msg.err.Error())
	}
	cmd := m.loadEvents()
	return m, cmd
}

// findEvents searches the events, and leaves the same one chosen where it is
// still there.
func (m *Model) findEvents() {
	v := &m.log
	old, chosen := m.events().Chosen()
	words := v.filter.words()
	v.found = make([]account.Event, 0, len(v.request.value))
	for _, e := range v.request.value {
		rule := ""
		if e.Alert != nil {
			rule = string(e.Alert.Rule)
		}
		if matches(words, string(e.Kind), string(e.Level), e.Text, rule) {
			v.found = append(v.found, e)
		}
	}
	if chosen && v.list.At > 0 { // at the head one stays with what is new
		if i := slices.IndexFunc(v.found, func(e account.Event) bool { return e.ID == old.ID && e.At.Equal(old.At) && e.Kind == old.Kind }); i >= 0 {
			v.list.At = i
		}
	}
	v.list = v.list.Within(len(v.found), m.seenEvents(m.layout()))
	if len(v.found) == 0 {
		v.open = false
	}
}

// seenEvents is how many of them are seen.
func (m Model) seenEvents(l layout) int {
	_, h := m.listSize(l)
	return max(1, h)
}

// events are the list as it is drawn.
func (m Model) events() panel.Events {
	v := m.log
	return panel.Events{
		Span: v.span, Find: v.filter.find(m.pen()), List: v.list, Open: v.open,
		All: len(v.request.value), Found: v.found, Loaded: v.request.loaded, Err: v.request.err,
	}
}

// eventsView is what happened: alerts, top-ups, refunds, gaps and faults.
type eventsView struct{ plain }

func (eventsView) name() string               { return "events" }
func (eventsView) span(m Model) int           { return m.log.span }
func (eventsView) setSpan(m *Model, span int) { m.log.span = span }

func (eventsView) load(m *Model, l layout) tea.Cmd {
	m.log.list = m.log.list.Within(len(m.log.found), m.seenEvents(l))
	return m.loadEvents()
}

func (eventsView) keys(m Model, _ layout, k keyMap) keyMap {
	v := m.log
	if v.filter.typing {
		return v.filter.keys(k)
	}
	k = k.forList(len(v.found), v.open, false)
	e, ok := m.events().Chosen()
	k.acknowledge.SetEnabled(ok && panel.CanAcknowledge(e))
	return k
}

func (eventsView) update(m Model, msg tea.Msg, k keyMap) (Model, tea.Cmd, bool) {
	v := &m.log
	press, pressed := msg.(tea.KeyPressMsg)
	if pressed && v.open && key.Matches(press, k.back) {
		v.open = false
		return m, nil, true
	}
	if f, ok := v.filter.update(msg, k); ok {
		again := f.text() != v.filter.text()
		if v.filter = f; again {
			m.findEvents()
		}
		return m, nil, true
	}
	seen := m.seenEvents(m.layout())
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		m, cmd := m.clickEvents(tea.Mouse(msg))
		return m, cmd, true
	case tea.MouseWheelMsg:
		v.list = scrolled(v.list, tea.Mouse(msg), len(v.found), seen)
		return m, nil, true
	}
	if !pressed {
		return m, nil, false
	}
	l, ok := moved(v.list, press, k, len(v.found), seen)
	switch {
	case ok:
		v.list = l
	case key.Matches(press, k.open):
		v.open = !v.open
	case key.Matches(press, k.acknowledge):
		e, _ := m.events().Chosen()
		return m, acknowledgeCmd(m.feed, e.ID), true
	default:
		return m, nil, false
	}
	return m, nil, true
}

// clickEvents chooses the event under the mouse, and opens it where it is the
// chosen one; in the border it chooses a range.
func (m Model) clickEvents(at tea.Mouse) (Model, tea.Cmd) {
	v, body := &m.log, m.layout().body
	y := at.Y - body.y
	i := v.list.Top + y - 1
	switch {
	case !body.holds(at.X, at.Y) || v.open:
	case y == 0:
		menu, ends := panel.SpanMenu(m.pen(), v.span, m.events().MenuRoom(m.pen(), body.w))
		if s := segment(ends, at.X-(body.w-3-draw.Width(menu))); s >= 0 {
			next, cmd := m.choose(s)
			return next.(Model), cmd
		}
	case v.request.err == nil && i < len(v.found) && y <= m.seenEvents(m.layout()):
		v.open, v.list.At = v.list.At == i, i
	}
	return m, nil
}

func (eventsView) place(_ Model, l *layout, y int) { l.table(y, 0) }

func (eventsView) body(d screen, l layout) []string {
	return d.m.events().Render(d.Pen, l.body.w, l.body.h)
}

func (v eventsView) card(d screen, w, h int) []string {
	if h < leastList {
		return v.plain.card(d, w, h)
	}
	return d.list(v, d.m.events().Card, w, h)
}
