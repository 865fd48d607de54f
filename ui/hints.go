package ui

import (
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/internal/spenders"
	"ortop/ui/draw"
	"ortop/ui/panel"
)

// hint is a reminder of one key or two in the footer, which is a button too.
type hint struct {
	does string
	keys []*key.Binding
}

// hints are the keys worth a reminder, the most wanted first.
func (k *keyMap) hints() []hint {
	of := func(does string, keys ...*key.Binding) hint { return hint{does, keys} }
	return []hint{
		of("help", &k.help), of("field", &k.up, &k.down), of("change", &k.more, &k.less), of("edit", &k.edit), of("accept", &k.take), of("cancel", &k.drop),
		of("apply", &k.keepFilter), of("clear", &k.dropFilter), of("row", &k.rowUp, &k.rowDown), of("details", &k.open),
		of("seen", &k.acknowledge), of("filter", &k.find), of("by", &k.group), of("kind", &k.kinds),
		of(k.sort.Help().Desc, &k.sort), of("BYOK", &k.byok), of("refresh", &k.refresh), of("view", &k.next), of("range", &k.shorter, &k.longer),
		of("plot", &k.mode), of("balance", &k.state), of("command", &k.command), of("quit", &k.quit), of("settings", &k.settings),
	}
}

// parts are the keys of a hint that do something now.
//
//go:noinline
func (h hint) parts() (keys []*key.Binding) {
	for _, b := range h.keys {
		if b.Enabled() && b.Help().Key != "" {
			keys = append(keys, b)
		}
	}
	return keys
}

// word is the hint as it is drawn, or nothing.
func (h hint) word(p draw.Pen) string {
	shown := ""
	for _, b := range h.parts() {
		shown += b.Help().Key + " "
	}
	if shown == "" {
		return ""
	}
	return p.Accent(shown[:len(shown)-1]) + p.Dim(" "+h.does)
}

// footer are the hints as they are drawn.
func (k *keyMap) footer(p draw.Pen) []string {
	var words []string
	for _, h := range k.hints() {
		words = append(words, h.word(p))
	}
	return words
}

// hintUnder is the key under cell x of hints side by side in w cells: of a hint of two
// the first is at its own sign, and the second at the rest; nil: there is none.
func hintUnder(p draw.Pen, hints []hint, x, w int) *key.Binding {
	at := 0
	for _, h := range hints {
		n := draw.Width(h.word(p))
		switch {
		case n == 0:
			continue
		case at+n > w:
			return nil
		case x >= at && x < at+n:
			parts := h.parts()
			if x >= at+draw.Width(parts[0].Help().Key) {
				return parts[len(parts)-1]
			}
			return parts[0]
		}
		at += n + 2
	}
	return nil
}

// hintAt is the key under a column of the footer of w cells.
func (d screen) hintAt(v view, x, w int) *key.Binding {
	shown, _ := d.footerParts(v, w-2)
	return hintUnder(d.Pen, d.keys.hints(), x-1, draw.Width(shown))
}

// pressedHint does what the hint under the mouse says.
func (m *Model) pressedHint(l layout, x int) tea.Cmd {
	b := m.screen(l).hintAt(views[m.view], x-l.footer.x, l.footer.w)
	if b == nil || m.notice != "" {
		return nil
	}
	return m.pressed(actOf(b))
}

// clickedCards turns to the breakdown that a card of the overview is of, at the row
// under the mouse.
func (m *Model) clickedCards(l layout, at tea.Mouse) tea.Cmd {
	c, top := m.cards(), l.cards.y+1
	second := at.X >= l.cards.x+(l.cards.w+1)/2
	if l.tier == tierStack { // below each other
		if second = at.Y >= l.cards.y+l.cards.h/2; second && len(c.Models.Rows) > 0 {
			top += l.cards.h / 2
		}
	}
	q, data := cardQuestions[0], c.Models
	if len(data.Rows) == 0 || len(c.Keys.Rows) > 0 && second {
		q, data = cardQuestions[1], c.Keys
	}
	m.who.by = max(0, slices.Index(spenders.Bys, q.by))
	m.span = q.span
	m.who.list, m.who.open, m.who.filter, m.who.id = draw.List{}, false, filter{}, ""
	if i := at.Y - top; i >= 0 && i < len(data.Rows) {
		m.who.id = data.Rows[i].ID
	}
	m.arrange()
	return m.show(viewOf("breakdown"))
}

// viewOf is the place of a view by its name.
func viewOf(name string) int {
	for i, v := range views {
		if v.name() == name {
			return i
		}
	}
	return 0
}

// drag is the plot that the mouse holds: from which column on, and where the plot
// ended then.
type drag struct {
	on  bool
	x   int
	end time.Time
}

// dragged moves the plot along with the mouse that holds it, as far as there are
// readings.
func (m *Model) dragged(at tea.Mouse) tea.Cmd {
	l, first, back := m.layout(), m.snap.HistorySince, panel.Spans[m.spendSpan()].Back
	if !m.drag.on || l.spend.h == 0 || back == 0 || first.IsZero() || m.view == 0 && m.mode != plotSpend {
		return nil
	}
	column := back / time.Duration(max(1, panel.SpendColumns(l.spend.w)))
	end := m.drag.end.Add(-time.Duration(at.X-m.drag.x) * column)
	if least := first.Add(back); end.Before(least) {
		end = least
	}
	if end.Equal(m.plotEnd()) || !end.Before(m.now) && m.until.IsZero() {
		return nil
	}
	return m.through(end)
}

// zoomedAt takes a shorter or a longer range around the column under the mouse.
func (m *Model) zoomedAt(l layout, at tea.Mouse, by int) tea.Cmd {
	if b := m.bucketAt(l, at); !b.IsZero() {
		m.cursor = b
	}
	return m.zoom(by)
}

// bucketAt is when the bucket of the plot of spend under the mouse begins; zero: there is
// none.
func (m *Model) bucketAt(l layout, at tea.Mouse) (from time.Time) {
	plot := m.rangePlot()
	if i := plot.BucketAt(at.X-l.spend.x-2-draw.AxisWidth, l.spend.w, m.now); i >= 0 {
		from = plot.Plot.Buckets[i].From
	}
	return from
}
