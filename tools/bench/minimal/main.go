// Command minimal is the least program of the same kind: the floor that the
// dashboard's first frame and idle costs are measured against. With the argument "frame"
// it fills the screen, and each key moves a mark by one row: the floor of a key's frame.
package main

import (
	"fmt"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
)

type model struct {
	full   bool
	w, h   int
	marked int
}

func (model) Init() tea.Cmd { return nil }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.KeyPressMsg:
		if msg.String() == "q" {
			return m, tea.Quit
		}
		m.marked++
	}
	return m, nil
}

func (m model) View() tea.View {
	text := "ready"
	if m.full && m.w > 0 && m.h > 1 {
		lines := make([]string, m.h-1)
		for i := range lines {
			lines[i] = "\x1b[38;5;245m" + strings.Repeat("▁▂▃▄ ┃ 12.34", m.w/12) + "\x1b[m"
		}
		lines[m.marked%len(lines)] = "\x1b[1m" + strings.Repeat(">", m.w) + "\x1b[m"
		text = strings.Join(append(lines, text), "\n")
	}
	v := tea.NewView(text)
	v.AltScreen = true
	return v
}

func main() {
	if _, err := tea.NewProgram(model{full: len(os.Args) > 1 && os.Args[1] == "frame"}).Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
