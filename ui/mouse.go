package ui

import (
	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
	"ortop/ui/panel"
)

// clicked turns to the tab, the account or the range under the mouse, or sets
// the cursor on the plot; the rest is the view's.
func (m *Model) clicked(msg tea.MouseClickMsg) tea.Cmd {
	l, at := m.layout(), tea.Mouse(msg)
	if m.palette.open && at.Button == tea.MouseLeft {
		return m.clickedPalette(at)
	}
	if m.settings.Open && at.Button == tea.MouseLeft {
		return m.changed(new(m.settings.Choose(m.settings.Under(at.X, at.Y, m.w, m.h))))
	}
	if m.tabled() && at.Button == tea.MouseLeft {
		return m.clickedFleet(at)
	}
	if m.feed == nil || m.help || m.dialog.open || m.palette.open || m.stating.open || at.Button != tea.MouseLeft || l.tier < tierStack {
		return nil
	}
	switch {
	case l.tabs.holds(at.X, at.Y):
		_, ends := m.tabs(l)
		if i := segment(ends, at.X); i >= 0 {
			return m.show(i)
		}
	case l.accounts.holds(at.X, at.Y):
		if i := m.accounts().Under(at.Y-l.accounts.y-1, l.accounts.h-2); i >= 0 && i != m.shown() && m.peers[i].Feed != nil {
			return m.showAccount(i)
		}
	case l.spend.h > 0 && at.Y == l.spend.y:
		menu, ends := panel.SpanMenu(m.pen(), m.spendSpan(), l.spend.w-panel.SpanMenuRoom)
		left := l.spend.x + l.spend.w - 3 - draw.Width(menu)
		if i := segment(ends, at.X-left); i >= 0 {
			return m.choose(i)
		}
	case l.spend.holds(at.X, at.Y):
		if from := m.bucketAt(l, at); !from.IsZero() {
			m.cursor = from
			m.drag = drag{true, at.X, m.plotEnd()}
		}
	case l.footer.holds(at.X, at.Y):
		return m.pressedHint(l, at.X)
	case l.cards.holds(at.X, at.Y):
		return m.clickedCards(l, at)
	case l.banners.holds(at.X, at.Y) && len(m.snap.Alerts) > 0:
		m.log.filter = filter{} // nor is the alert left out by its kind
		return batch(m.onlyEvents(0), m.show(viewOf("events")))
	default:
		return m.viewed(msg, m.enabledKeys(l))
	}
	return nil
}

// wheeled zooms the plot around the mouse, or moves its cursor; else it is the
// view's.
func (m *Model) wheeled(msg tea.MouseWheelMsg) tea.Cmd {
	l, at := m.layout(), tea.Mouse(msg)
	if m.settings.Open {
		m.settings = m.settings.Move(map[tea.MouseButton]int{tea.MouseWheelUp: -1, tea.MouseWheelDown: 1}[at.Button])
		return nil
	}
	if m.help {
		m.scrollHelp(map[tea.MouseButton]int{tea.MouseWheelUp: -1, tea.MouseWheelDown: 1}[at.Button])
		return nil
	}
	if m.tabled() && !m.dialog.busy() {
		m.dialog.list = scrolled(m.dialog.list, at, len(m.table.found), m.seenFleet())
		return nil
	}
	if m.feed == nil || m.dialog.open || m.palette.open || m.stating.open {
		return nil
	}
	if !l.spend.holds(at.X, at.Y) {
		return m.viewed(msg, m.enabledKeys(l))
	}
	switch at.Button {
	case tea.MouseWheelUp:
		return m.zoomedAt(l, at, -1)
	case tea.MouseWheelDown:
		return m.zoomedAt(l, at, 1)
	case tea.MouseWheelLeft:
		m.move(-1)
		return nil
	case tea.MouseWheelRight:
		m.move(1)
		return nil
	}
	return nil
}

// segment is the index of the stretch, given by ascending ends, that x is in;
// -1 for none.
func segment(ends []int, x int) int {
	for i, end := range ends {
		if x >= 0 && x < end {
			return i
		}
	}
	return -1
}
