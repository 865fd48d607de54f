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
	{"paste an ordinary key", "ordinary key", "its own cap; you may type the balance"},
	{"look at the demo", "the demo", "no key, nothing leaves here"},
}

// onboarding is the first run: a choice, then a key.
type onboarding struct {
	at     int // into beginnings
	typing bool
}

// onboardKey takes a key press of the first run.
func (m *Model) onboardKey(msg tea.KeyPressMsg) tea.Cmd {
	o := &m.onboard
	switch name := msg.String(); {
	case o.typing || m.entry.check.Loading:
		value, left := m.entry.press(msg)
		o.typing = o.typing && !left
		if value != "" {
			return m.adopt("", value, func(ctx context.Context) (adopted, error) {
				feed, note, err := m.o.Onboarding.Adopt(ctx, value)
				return adopted{feed, note}, err
			})
		}
	case name == "up" || name == "k" || name == "shift+tab":
		o.at = (o.at + len(beginnings) - 1) % len(beginnings)
	case name == "down" || name == "j" || name == "tab":
		o.at = (o.at + 1) % len(beginnings)
	case name == "q" || name == "esc":
		return tea.Quit
	case name == "enter" && o.at == beginDemo:
		return m.adopt("", "", func(ctx context.Context) (adopted, error) {
			feed, err := m.o.Onboarding.Demo(ctx)
			return adopted{feed: feed}, err
		})
	case name == "enter":
		o.typing, m.entry = true, m.entry.begun()
	}
	return nil
}
