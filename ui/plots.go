package ui

import (
	tea "charm.land/bubbletea/v2"

	"ortop/internal/forecast"
	"ortop/ui/draw"
)

// autoSpan is a range that goes by the forecast.
const autoSpan = -1

// back is the range of the balance plot: what was chosen, else the shortest
// that leaves a fan of the forecast's length its place, and that is no longer
// than the history.
func (m Model) back() int {
	if m.fanSpan != autoSpan {
		return m.fanSpan
	}
	const week, year = 3, 5
	f, _ := next(m.snap)
	if f.State != forecast.OK {
		return week
	}
	for i := 1; i < year; i++ {
		if spans[i].back.Seconds()*1.5 >= f.P90 || spans[i+1].back > f.History {
			return i
		}
	}
	return year
}

// reload asks for the plots that are on the screen, each at most once at a
// time.
func (m Model) reload(also tea.Cmd) (tea.Model, tea.Cmd) {
	if m.feed == nil || m.w <= 0 || m.h <= 0 {
		return m, also
	}
	m = m.settled()
	cmds := []tea.Cmd{also, m.askWho(), m.askRow(), m.askEvents()}
	l := m.layout()
	if cols := m.spendCols(l); cols > 0 {
		if cmd := m.ask(&m.spend, false, m.span, cols); cmd != nil {
			cmds = append(cmds, cmd)
		}
	}
	if l.fan.h > 0 {
		if cmd := m.ask(&m.fan, true, m.back(), max(2, l.fan.w-4-draw.AxisWidth)); cmd != nil {
			cmds = append(cmds, cmd)
		}
	}
	m, plan := m.replan()
	return m, tea.Batch(append(cmds, plan)...)
}

// spendCols is how many columns of spend the frame shows.
func (m Model) spendCols(l layout) int {
	switch {
	case l.spend.h > 0:
		return spendColumns(l.spend.w)
	case l.tier == tierLine:
		return lineColumns(l.w)
	case l.tier == tierCompact && m.view == viewOverview:
		if m.h < compactChart {
			return max(1, m.w-2)
		}
		return max(1, m.w-2-draw.AxisWidth)
	}
	return 0
}

func (m Model) ask(s *slot, fan bool, chosen, cols int) tea.Cmd {
	if s.asking {
		s.again = true
		return nil
	}
	s.asking, s.again = true, false
	s.gen++
	return plotCmd(m.feed, fan, s.gen, chosen, cols, m.now)
}

// plotted takes a plot that was asked for. One of a range that is no longer
// wanted is not shown, and after an error the old plot stays if it is of the
// same range.
func (m Model) plotted(msg plottedMsg) (tea.Model, tea.Cmd) {
	s, chosen := &m.spend, m.span
	if msg.fan {
		s, chosen = &m.fan, m.back()
	}
	if msg.gen != s.gen {
		return m, nil
	}
	s.asking = false
	m.plan.seen(msg.plot.TopUps)
	if msg.span == chosen {
		s.err = msg.err
		if msg.err == nil {
			s.plot, s.loaded = msg.plot, true
		} else if s.span == msg.span && s.loaded {
			s.err = nil
		}
		s.span = msg.span
	}
	if s.again || msg.span != chosen {
		return m.reload(nil)
	}
	return m.replan()
}
