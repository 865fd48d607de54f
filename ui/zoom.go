package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/panel"
)

// The plot of the overview is of spend, of the balance and its forecast, or of
// this month against the last.
const (
	plotSpend = iota
	plotBalance
	plotMonth
	plotModes
)

var plotNames = [plotModes]string{"spend", "balance and forecast", "this month against the last"}

// plotEnd is the time at which the plot of spend ends.
func (m *Model) plotEnd() time.Time {
	if m.until.IsZero() {
		return m.now
	}
	return m.until
}

// through moves the plot to a time at which it ends; zero: now.
func (m *Model) through(end time.Time) tea.Cmd {
	if !end.Before(m.now) {
		end = time.Time{}
	}
	m.until = end
	m.spend.Cancel()
	return m.reload(nil)
}

// zoom takes a shorter or a longer range around the cursor, or around the end.
func (m *Model) zoom(by int) tea.Cmd {
	v := views[m.view]
	i := v.span(m) + by
	if i < 0 || i >= len(panel.Spans) {
		return nil
	}
	v.setSpan(m, i)
	if back := panel.Spans[i].Back; !m.cursor.IsZero() && back > 0 {
		return m.through(m.cursor.Add(back / 2))
	}
	return m.through(m.until)
}

// earlier moves the plot back by its own length, as far as there are readings.
func (m *Model) earlier() tea.Cmd {
	back := panel.Spans[views[m.view].span(m)].Back
	first := m.snap.HistorySince
	if back == 0 || first.IsZero() {
		return nil
	}
	end := m.plotEnd().Add(-back)
	if least := first.Add(back); end.Before(least) {
		end = least
	}
	m.cursor = time.Time{}
	return m.through(end)
}
