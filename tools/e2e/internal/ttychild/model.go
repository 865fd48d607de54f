//go:build unix

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/tty"
)

type model struct {
	resource  resource
	cancel    func()
	crash     chan error
	clock     bool
	ticks     int
	flood     bool
	panicView bool
	notice    string
}

type tickMsg struct{}

func tick(d time.Duration) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return tickMsg{} })
}

func (m model) Resource() tty.Resource { return m.resource }

func (m model) Init() tea.Cmd {
	if m.clock {
		return tick(time.Second)
	}
	return nil
}

const key = "sk-or-v1-0123456789abcdef"

func boom() tea.Msg { panic("boom " + key) }

func nothing() tea.Msg { return nil }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tickMsg:
		m.ticks++
		if m.flood {
			return m, tick(5 * time.Millisecond)
		}
		return m, tick(time.Second)
	case tty.OrphanMsg:
		m.notice = "cannot suspend"
	case tea.ResumeMsg:
		m.notice = "resumed"
	case tea.KeyPressMsg:
		switch msg.String() {
		case "q":
			return m, tea.Quit
		case "ctrl+c":
			return m, tea.Interrupt
		case "ctrl+z":
			return m, tea.Suspend
		case "u":
			boom()
		case "v":
			m.panicView = true
		case "c":
			return m, boom
		case "b":
			return m, tea.Batch(nothing, tea.Sequence(nothing, boom))
		case "x":
			m.crash <- errors.New("the other goroutine failed")
		case "d":
			m.cancel()
		case "h":
			select {}
		case "f":
			m.flood = true
			return m, tick(0)
		}
	}
	return m, nil
}

func (m model) View() tea.View {
	if m.panicView {
		boom()
	}
	var v tea.View
	v.AltScreen = true
	v.ReportFocus = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = "ortop child"
	v.SetContent(fmt.Sprintf("the first frame %d\n%s\n", m.ticks, m.notice))
	if m.flood {
		v.SetContent(noise())
	}
	return v
}

func noise() string {
	var b strings.Builder
	for range 40 {
		for range 120 {
			b.WriteByte(byte('!' + rand.IntN(90)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
