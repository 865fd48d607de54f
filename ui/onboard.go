package ui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// adoptTimeout bounds the live check of a key.
const adoptTimeout = 30 * time.Second

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
	at       int // into beginnings
	typing   bool
	input    secret
	checking bool
	gen      int
	cancel   context.CancelFunc
	err      string
}

// adoptedMsg is the feed that a first run ends with, or why it does not.
type adoptedMsg struct {
	gen  int
	feed Feed
	note string
	err  error
}

// onboardKey takes a key press of the first run.
func (m Model) onboardKey(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	o := &m.onboard
	switch name := msg.String(); {
	case o.checking:
		if name == "esc" {
			o.cancel()
			o.checking = false
			o.gen++
		}
	case o.typing && name == "esc":
		o.typing, o.err = false, ""
		o.input = secret{}
	case o.typing && name == "enter":
		if value := o.input.value; value != "" {
			return m.begin(func(ctx context.Context) (Feed, string, error) { return m.o.Onboarding.Adopt(ctx, value) }, value)
		}
	case o.typing:
		o.input.press(msg)
		o.err = ""
	case name == "up" || name == "k" || name == "shift+tab":
		o.at = (o.at + len(beginnings) - 1) % len(beginnings)
	case name == "down" || name == "j" || name == "tab":
		o.at = (o.at + 1) % len(beginnings)
	case name == "q" || name == "esc":
		return m, tea.Quit
	case name == "enter" && o.at == beginDemo:
		return m.begin(func(ctx context.Context) (Feed, string, error) {
			feed, err := m.o.Onboarding.Demo(ctx)
			return feed, "", err
		}, "")
	case name == "enter":
		o.typing, o.err = true, ""
	}
	return m, nil
}

// pasted puts a paste into the key field, and nowhere else.
func (m Model) pasted(msg tea.PasteMsg) (tea.Model, tea.Cmd) {
	o := &m.onboard
	if !o.typing || o.checking {
		return m, nil
	}
	o.input.add(msg.Content)
	o.err = ""
	return m, nil
}

// begin starts a feed beside the screen. secret is what no error may repeat.
func (m Model) begin(start func(context.Context) (Feed, string, error), secret string) (tea.Model, tea.Cmd) {
	ctx, cancel := context.WithTimeout(context.Background(), adoptTimeout)
	o := &m.onboard
	o.gen++
	o.checking, o.cancel, o.err = true, cancel, ""
	gen := o.gen
	return m.spun(func() tea.Msg {
		defer cancel()
		feed, note, err := start(ctx)
		if err != nil && secret != "" {
			err = redacted{strings.ReplaceAll(err.Error(), secret, "…")}
		}
		return adoptedMsg{gen, feed, note, err}
	})
}

// redacted is an error without the key.
type redacted struct{ text string }

func (e redacted) Error() string { return e.text }

// adopted ends the first run, or says why it goes on.
func (m Model) adopted(msg adoptedMsg) (tea.Model, tea.Cmd) {
	o := &m.onboard
	if msg.gen != o.gen || m.feed != nil {
		return m, nil
	}
	o.checking = false
	if msg.err != nil {
		o.err = clean(msg.err.Error())
		return m, nil
	}
	o.input = secret{}
	m.feed = msg.feed
	next, cmd := m.reload(waitCmd(m.feed))
	if msg.note == "" {
		return next, cmd
	}
	next, said := next.(Model).say(msg.note)
	return next, tea.Batch(cmd, said)
}
