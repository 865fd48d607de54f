package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/spenders"
	"ortop/ui/panel"
)

// Looks are how a person last looked at the screen, by names; "" is the default.
type Looks struct{ View, Range, Theme, Plot, By, Sort string }

// looks are those of now.
func (m *Model) looks() Looks {
	return Looks{
		View: views[m.view].name(), Range: panel.Spans[m.span].Name, Theme: m.themes()[m.themeID],
		Plot: plotNames[m.mode], By: string(spenders.Bys[m.who.by]), Sort: sorts[m.who.sort].name,
	}
}

// looking takes how one looked. What is not known changes nothing.
func (m *Model) looking(l Looks) {
	choose := func(to *int, n int, is func(int) bool) {
		for i := range n {
			if is(i) {
				*to = i
			}
		}
	}
	choose(&m.view, len(views), func(i int) bool { return views[i].name() == l.View })
	choose(&m.span, len(panel.Spans), func(i int) bool { return panel.Spans[i].Name == l.Range })
	choose(&m.mode, len(plotNames), func(i int) bool { return plotNames[i] == l.Plot })
	choose(&m.who.sort, len(sorts), func(i int) bool { return sorts[i].name == l.Sort })
	if i := slices.Index(spenders.Bys, spenders.By(l.By)); i >= 0 {
		m.who.by = i
	}
}

// lookedMsg is that nothing was changed for a while since.
type lookedMsg struct{ gen int }

func lookedOf(n int) tea.Msg { return lookedMsg{n} }

// rememberAfter is how long how one looks must stay the same to be remembered.
const rememberAfter = 2 * time.Second

// remembering notes how the screen is looked at, once that stays the same.
func (m *Model) remembering(cmd tea.Cmd) tea.Cmd {
	if m.o.Remember == nil || m.looks() == m.looked {
		return cmd
	}
	m.looked = m.looks()
	return batch(cmd, m.lookLull.come(rememberAfter, lookedOf))
}

// rememberCmd stores how the screen is looked at.
func (m *Model) rememberCmd() tea.Cmd {
	looks, remember := m.looks(), m.o.Remember
	return func() tea.Msg {
		remember(looks)
		return nil
	}
}

// quit ends, and first remembers what was not yet.
func (m *Model) quit() tea.Cmd {
	if !m.lookLull.waiting {
		return tea.Quit
	}
	return tea.Sequence(m.rememberCmd(), tea.Quit)
}
