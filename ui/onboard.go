package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"
)

// The ways to begin, in the order of the menu.
const (
	beginManagement = iota
	beginOrdinary
	beginDemo
)

var beginnings = []struct{ does, brief, note string }{
	{"paste a management key", "management key", "openrouter.ai/settings/management-keys"},
	{"paste an ordinary key", "ordinary key", "its own cap only"},
	{"look at the demo", "the demo", "no key, nothing leaves here"},
}

// onboarding is the first run: a choice, then a key.
type onboarding struct {
	at     int // into beginnings
	typing bool
}

// onboardKey takes a key press of the first run.
func (m Model) onboardKey(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	o := &m.onboard
	switch name := msg.String(); {
	case o.typing || m.entry.checking:
		value, left := m.entry.press(msg)
		o.typing = o.typing && !left
		if value != "" {
			return m.begin(value, func(ctx context.Context) adoptedMsg {
				feed, note, err := m.o.Onboarding.Adopt(ctx, value)
				return adoptedMsg{feed: feed, note: note, err: err}
			})
		}
	case name == "up" || name == "k" || name == "shift+tab":
		o.at = (o.at + len(beginnings) - 1) % len(beginnings)
	case name == "down" || name == "j" || name == "tab":
		o.at = (o.at + 1) % len(beginnings)
	case name == "q" || name == "esc":
		return m, tea.Quit
	case name == "enter" && o.at == beginDemo:
		return m.begin("", func(ctx context.Context) adoptedMsg {
			feed, err := m.o.Onboarding.Demo(ctx)
			return adoptedMsg{feed: feed, err: err}
		})
	case name == "enter":
		o.typing, m.entry.err = true, ""
	}
	return m, nil
}

// pasted puts a paste into the field that is typed in, and nowhere else.
func (m Model) pasted(msg tea.PasteMsg) (tea.Model, tea.Cmd) {
	switch f := m.filter(); {
	case m.feed == nil && !m.onboard.typing:
	case m.feed == nil, m.dialog.step == stepKey:
		m.entry.paste(msg.Content)
	case m.dialog.step == stepName:
		m.dialog.paste(msg.Content)
	case m.dialog.open:
	case m.plan.editing:
		m.plan.input.add(msg.Content)
		m.plan.err = ""
	case f != nil && f.typing:
		f.add(msg.Content)
		return m.filtered(), nil
	}
	return m, nil
}
