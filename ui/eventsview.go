package ui

import (
	"context"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/monitor"
	"ortop/internal/text"
	"ortop/ui/draw"
)

// eventsView is the state of the view of what happened.
type eventsView struct {
	span   int
	find   filter
	list   list
	open   bool
	all    []happened
	found  []happened // that pass the filter
	loaded bool
	err    error
	gen    int
	asking bool
	again  bool // something changed while asking
}

// happened is an event, with the alert that it tells of.
type happened struct {
	account.Event
	alert alert.Event // zero: none
}

// eventSpan is the range that events are first shown of; mostEvents how many
// of it.
const (
	eventSpan     = 4
	mostEvents    = 2000
	eventsTimeout = 10 * time.Second
)

// eventsMsg answers a request for events, acknowledgedMsg one to acknowledge.
type (
	eventsMsg struct {
		feed   Feed
		gen    int
		events []account.Event
		err    error
	}
	acknowledgedMsg struct {
		feed Feed
		err  error
	}
)

// askEvents asks for the events, where they are shown, at most once at a time.
func (m *Model) askEvents() tea.Cmd {
	v := &m.log
	if m.view != viewEvents || m.feed == nil {
		return nil
	}
	if v.asking {
		v.again = true
		return nil
	}
	v.asking, v.again = true, false
	v.gen++
	return eventsCmd(m.feed, v.gen, v.span, m.now)
}

func eventsCmd(feed Feed, gen, span int, now time.Time) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), eventsTimeout)
		defer cancel()
		from := time.Unix(0, 0)
		if back := spans[span].back; back > 0 {
			from = now.Add(-back)
		}
		events, err := feed.Events(ctx, from, now.Add(time.Minute), mostEvents)
		return eventsMsg{feed, gen, events, err}
	}
}

func acknowledgeCmd(feed Feed, event int64) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), eventsTimeout)
		defer cancel()
		return acknowledgedMsg{feed, feed.Acknowledge(ctx, event)}
	}
}

// eventsRead takes the events; after an error those before stay.
func (m Model) eventsRead(msg eventsMsg) (tea.Model, tea.Cmd) {
	v := &m.log
	if msg.feed != m.feed || msg.gen != v.gen {
		return m, nil
	}
	v.asking, v.err = false, msg.err
	if msg.err == nil {
		v.loaded = true
		v.all = make([]happened, len(msg.events))
		for i, e := range msg.events {
			v.all[i].Event = e
			if e.Alert != nil {
				v.all[i].alert = *e.Alert
			}
		}
		m = m.found()
	}
	if v.again {
		cmd := m.askEvents()
		return m, cmd
	}
	return m, nil
}

// acknowledged reads the events again.
func (m Model) acknowledged(msg acknowledgedMsg) (tea.Model, tea.Cmd) {
	if msg.feed != m.feed {
		return m, nil
	}
	if msg.err != nil {
		return m.say("not acknowledged: " + msg.err.Error())
	}
	cmd := m.askEvents()
	return m, cmd
}

// found is the model with the events that are searched for, and the same one
// chosen where it is still there.
func (m Model) found() Model {
	v := &m.log
	old, chosen := v.event()
	words := v.find.words()
	v.found = make([]happened, 0, len(v.all))
	for _, e := range v.all {
		if matches(words, string(e.Kind), string(e.Level), e.Text, string(e.alert.Rule)) {
			v.found = append(v.found, e)
		}
	}
	if chosen && v.list.at > 0 { // at the head one stays with what is new
		if i := slices.IndexFunc(v.found, func(e happened) bool { return e.ID == old.ID && e.At.Equal(old.At) && e.Kind == old.Kind }); i >= 0 {
			v.list.at = i
		}
	}
	v.list = v.list.within(len(v.found), m.seenRows())
	if len(v.found) == 0 {
		v.open = false
	}
	return m
}

// event is the chosen one.
func (v eventsView) event() (e happened, ok bool) {
	if v.list.at >= len(v.found) {
		return e, false
	}
	return v.found[v.list.at], true
}

// standing reports whether the event can be acknowledged.
func (e happened) standing() bool {
	return e.alert.Rule != "" && e.Kind != monitor.EventCleared && e.ID > 0 && !e.Acknowledged
}

// eventsKey takes a key of the view.
func (m Model) eventsKey(msg tea.KeyPressMsg, k keyMap) (tea.Model, tea.Cmd, bool) {
	v := &m.log
	if moved, ok := v.list.moved(msg, k, len(v.found), m.seenRows()); ok {
		v.list = moved
		return m, nil, true
	}
	switch {
	case key.Matches(msg, k.open):
		v.open = !v.open
		return m, nil, true
	case key.Matches(msg, k.acknowledge):
		e, _ := v.event()
		return m, acknowledgeCmd(m.feed, e.ID), true
	}
	return m, nil, false
}

// renderEvents draws the events, or one in full: w by h cells, border
// included.
func renderEvents(p draw.Pen, v eventsView, w, h int) []string {
	if e, ok := v.event(); ok && v.open {
		return draw.Panel(p, p.Title(e.kind()), p.Dim("esc back"), e.full(p, w-4), w, h)
	}
	menu, _ := spanMenu(p, v.span, v.menuRoom(p, w))
	return draw.Panel(p, v.title(p), menu, v.lines(p, w-4, h-2), w, h)
}

func (v eventsView) menuRoom(p draw.Pen, w int) int { return w - draw.Width(v.title(p)) - 9 }

func (v eventsView) title(p draw.Pen) string {
	of := ""
	if n := len(v.found); v.find.text != "" {
		of = p.Dim(text.Count(int64(n)) + " of " + text.Count(int64(len(v.all))))
	} else if n > 9 {
		of = p.Dim(text.Count(int64(v.list.at+1)) + " of " + text.Count(int64(n)))
	}
	return draw.JoinAll("  ", p.Title("events, "+lastOf(v.span)), of, v.find.render(p))
}

// lines are the events that are seen in w by h cells.
func (v eventsView) lines(p draw.Pen, w, h int) []string {
	var lines []string
	if v.err != nil {
		lines = append(lines, p.Low("▲ ")+draw.CutWords("events cannot be read: "+draw.Clean(v.err.Error()), w-2))
	}
	switch {
	case !v.loaded && v.err == nil:
		return append(lines, p.Dim("reading events…"))
	case len(v.all) == 0 && v.err == nil:
		longer := ""
		if v.span < len(spans)-1 {
			longer = ":  ] for a longer one"
		}
		return append(lines, p.Dim(draw.Pick(w, "nothing happened in this range: no alert, top-up, refund or gap"+longer,
			"nothing happened in this range"+longer, "nothing happened in this range", "nothing happened")))
	case len(v.found) == 0 && v.loaded:
		return append(lines, p.Dim(draw.Pick(w, "nothing says "+draw.Clean(v.find.text), "nothing found")))
	}
	for i := v.list.top; i < len(v.found) && len(lines) < h; i++ {
		lines = append(lines, v.found[i].line(p, i == v.list.at, w))
	}
	return lines
}

// kind is what an event is called: an alert by its level.
func (e happened) kind() string {
	if e.Kind == monitor.EventAlert && e.Level != "" {
		return draw.Clean(string(e.Level))
	}
	return draw.Clean(string(e.Kind))
}

// sign is an event's sign and meaning.
func (e happened) sign() (string, draw.Level) {
	switch {
	case e.Kind == monitor.EventCleared, e.Kind == monitor.EventTopUp:
		return "●", draw.LevelOK
	case e.Kind == monitor.EventRefund:
		return "▼", draw.LevelLow
	case e.Kind == monitor.EventSegment:
		return "◆", draw.LevelNone
	case e.Level == alert.Urgent:
		return "✗", draw.LevelCritical
	case e.Level == alert.Warning:
		return "▲", draw.LevelLow
	}
	return "○", draw.LevelNone
}

// kindWidth is the widest kind.
const kindWidth = 8

// line is an event in w cells: when, what, and in which words.
func (e happened) line(p draw.Pen, chosen bool, w int) string {
	at := e.At.In(p.Now.Location())
	when := draw.Fit(at.Format("Mon 2 Jan 15:04"), 16)
	sign, l := e.sign()
	paint := func(s string) string { return p.Of(l).Render(s) }
	if e.Acknowledged {
		paint = p.Dim
	}
	what := paint(sign + " " + draw.Fit(e.kind(), kindWidth))
	if w < 60 {
		when, what = at.Format("2 Jan"), paint(sign)
		if p.Now.Sub(at) < 20*time.Hour {
			when = at.Format("15:04")
		}
		when = draw.Fit(when, 6)
	}
	line := draw.Mark(p, chosen) + p.Dim(when) + " " + what + " "
	seen := ""
	if e.Acknowledged && w >= 60 {
		seen = "  seen"
	}
	return line + draw.Fit(draw.CutWords(draw.Clean(e.Text), w-draw.Width(line)-draw.Width(seen)), w-draw.Width(line)-draw.Width(seen)) + p.Dim(seen)
}

// full is all of an event in lines of w cells.
func (e happened) full(p draw.Pen, w int) []string {
	sign, l := e.sign()
	at := e.At.In(p.Now.Location())
	lines := []string{p.Of(l).Render(sign+" "+e.kind()) + "  " + at.Format("Mon 2 Jan 2006, 15:04:05 MST"), ""}
	lines = append(append(lines, draw.Wrap(draw.Clean(e.Text), w)...), "")
	facts := []fact{{"rule", draw.Clean(string(e.alert.Rule))}, {"of", draw.Clean(e.alert.Subject)}, {"value", draw.Clean(e.alert.ValueText)}}
	if since := e.alert.Since; !since.IsZero() {
		facts = append(facts, fact{"since", text.Moment(since, p.Now)})
	}
	switch {
	case e.Acknowledged:
		facts = append(facts, fact{"acknowledged", "yes"})
	case e.standing():
		facts = append(facts, fact{"acknowledged", "no:  x  to say that you have seen it"})
	}
	for _, f := range facts {
		if f.says != "" {
			lines = append(lines, p.Dim(draw.Fit(f.label, 14))+f.says)
		}
	}
	return lines
}
