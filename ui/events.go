package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/ui/draw"
	"ortop/ui/load"
	"ortop/ui/panel"
)

// eventLog is how what happened is looked at.
type eventLog struct {
	span    int
	kind    int // into panel.EventKinds
	filter  filter
	list    draw.List
	open    bool
	found   []account.Event // that pass the filter
	request load.Request[int, []account.Event]
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
	return m.log.request.Send(span, now, eventsTimeout, func(ctx context.Context) ([]account.Event, error) {
		from := time.Unix(0, 0)
		if back := panel.Spans[span].Back; back > 0 {
			from = now.Add(-back)
		}
		return feed.Events(ctx, from, now.Add(time.Minute), mostEvents)
	}, func(a load.Answer[int, []account.Event]) tea.Msg { return eventsMsg{source{feed}, a} })
}

// eventsReceived takes the events.
func (m *Model) eventsReceived(msg eventsMsg) tea.Cmd {
	r := &m.log.request
	if !r.Receive(msg.answer) {
		return nil
	}
	m.findEvents()
	cmd := m.loadBelow()
	if r.Again {
		return batch(cmd, m.loadEvents())
	}
	return cmd
}

// loadBelow requests the plot below the events, where these leave it room now.
func (m *Model) loadBelow() tea.Cmd {
	r := &m.spend
	if m.layout().spend.h == 0 || r.Sent.span == m.spendSpan() && (r.Loaded || r.Loading) {
		return nil
	}
	return m.loadSpend()
}

func acknowledgeCmd(feed Feed, event int64) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), eventsTimeout)
		defer cancel()
		return acknowledgedMsg{source{feed}, feed.Acknowledge(ctx, event)}
	}
}

// acknowledged reads the events again.
func (m *Model) acknowledged(msg acknowledgedMsg) tea.Cmd {
	if msg.err != nil {
		return m.notify("not acknowledged: " + msg.err.Error())
	}
	return m.loadEvents()
}

// findEvents searches the events, and leaves the same one chosen where it is
// still there.
func (m *Model) findEvents() {
	v := &m.log
	old, chosen := m.events().Chosen()
	words := v.filter.words()
	v.found = make([]account.Event, 0, len(v.request.Value))
	for _, e := range v.request.Value {
		rule := ""
		if e.Alert != nil {
			rule = string(e.Alert.Rule)
		}
		if (v.kind == 0 || v.kind == panel.KindOf(&e)) && matches(words, string(e.Kind), string(e.Level), e.Text, rule) {
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

// onlyEvents shows those of a kind alone.
func (m *Model) onlyEvents(kind int) tea.Cmd {
	m.log.kind = kind
	m.findEvents()
	return m.loadBelow()
}

// seenEvents is how many of them are seen.
//
//go:noinline
func (m *Model) seenEvents(l layout) int {
	_, h := m.listSize(l)
	return max(1, h)
}

// events are the list as it is drawn.
func (m *Model) events() *panel.Events {
	v := m.log
	return &panel.Events{
		Span: v.span, Kind: v.kind, Find: v.filter.find(m.pen()), List: v.list, Open: v.open,
		All: len(v.request.Value), Found: v.found, Loaded: v.request.Loaded, Err: v.request.Err, Snap: &m.snap,
	}
}
