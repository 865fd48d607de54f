package ui

import (
	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
)

// clicked turns to the tab, the range or the row under the mouse, sets the
// cursor on the plot, or chooses a field of the plan and then edits it.
func (m Model) clicked(at tea.Mouse) (tea.Model, tea.Cmd) {
	l := m.layout()
	if m.feed == nil || m.help || m.dialog.open || at.Button != tea.MouseLeft || l.tier < tierFull {
		return m, nil
	}
	switch {
	case l.tabs.holds(at.X, at.Y):
		_, ends := renderTabs(m.pen(), m.view, "", l.w)
		if i := segment(ends, at.X); i >= 0 {
			return m.show(i)
		}
	case l.body.holds(at.X, at.Y):
		return m.clickedList(at, l.body)
	case l.accounts.holds(at.X, at.Y):
		if i := (accountRows{m.peers, m.shown()}).under(at.Y-l.accounts.y-1, l.accounts.h-2); i >= 0 && i != m.shown() && m.peers[i].Feed != nil {
			return m.showAccount(i)
		}
	case l.spend.h > 0 && at.Y == l.spend.y:
		menu, ends := spanMenu(m.pen(), m.span, l.spend.w-spanMenuRoom)
		left := l.spend.x + l.spend.w - 3 - draw.Width(menu)
		if i := segment(ends, at.X-left); i >= 0 {
			return m.choose(i)
		}
	case l.plan.holds(at.X, at.Y):
		if i := at.Y - l.plan.y - 1; i >= 0 && i < planFields && !m.plan.editing {
			if m.plan.at == i {
				return m.edit(), nil
			}
			m.plan.at = i
		}
	case l.spend.holds(at.X, at.Y):
		x := at.X - l.spend.x - 2 - draw.AxisWidth
		if b := m.spend.plot.Buckets; x >= 0 && x < len(b) {
			m.cursor = b[x].From
		}
	}
	return m, nil
}

// wheeled moves the cursor of the plot under the mouse, or scrolls a list.
func (m Model) wheeled(at tea.Mouse) (tea.Model, tea.Cmd) {
	l := m.layout()
	if m.feed == nil || m.help || m.dialog.open {
		return m, nil
	}
	if !l.spend.holds(at.X, at.Y) {
		if m.view == viewBreakdown || m.view == viewEvents {
			return m.wheeledList(at)
		}
		return m, nil
	}
	switch at.Button {
	case tea.MouseWheelUp, tea.MouseWheelLeft:
		return m.move(-1), nil
	case tea.MouseWheelDown, tea.MouseWheelRight:
		return m.move(1), nil
	}
	return m, nil
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
