package ui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/fault"
	"ortop/ui/draw"
)

// adoptTimeout bounds the live check of a key.
const adoptTimeout = 30 * time.Second

// entry is a key that is being given, and its live check.
type entry struct {
	input    secret
	checking bool
	gen      int
	cancel   context.CancelFunc
	err      string
}

// adoptedMsg is what a key led to, or why it did not: the feed of a first run,
// or the name of an account that is watched from now on.
type adoptedMsg struct {
	gen  int
	feed Feed
	name string
	note string
	err  error
}

// press takes a key press. value is the key, where it is to be handed over and
// is here no more; left is true where it was given up.
func (e *entry) press(msg tea.KeyPressMsg) (value string, left bool) {
	switch name := msg.String(); {
	case e.checking:
		if name == "esc" {
			e.cancel()
			e.checking = false
			e.gen++
		}
	case name == "esc":
		*e = entry{gen: e.gen}
		return "", true
	case name == "enter":
		value = e.input.value
		e.input = secret{}
		return value, false
	default:
		e.input.press(msg)
		e.err = ""
	}
	return "", false
}

// paste takes a pasted text.
func (e *entry) paste(text string) {
	if !e.checking {
		e.input.add(text)
		e.err = ""
	}
}

// begin starts what a key is for, beside the screen. secret is what no error
// may repeat.
func (m Model) begin(secret string, start func(context.Context) adoptedMsg) (tea.Model, tea.Cmd) {
	ctx, cancel := context.WithTimeout(context.Background(), adoptTimeout)
	e := &m.entry
	e.gen++
	e.checking, e.cancel, e.err = true, cancel, ""
	gen := e.gen
	return m.spun(func() tea.Msg {
		defer cancel()
		msg := start(ctx)
		msg.gen = gen
		if msg.err != nil && secret != "" {
			msg.err = redacted{strings.ReplaceAll(fault.Message(msg.err), secret, "…")}
		}
		return msg
	})
}

// redacted is an error without the key.
type redacted struct{ text string }

func (e redacted) Error() string { return e.text }

// adopted shows what a key led to, or says why it did not.
func (m Model) adopted(msg adoptedMsg) (tea.Model, tea.Cmd) {
	if msg.gen != m.entry.gen {
		return m.listed() // one that was given up may have come in all the same
	}
	m.entry.checking = false
	if msg.err != nil {
		m.entry.err = draw.Clean(msg.err.Error())
		return m, nil
	}
	m, watch := m.listed()
	var next tea.Model
	var cmd tea.Cmd
	switch i := m.place(msg.name); {
	case msg.feed != nil && m.feed == nil: // a first run
		m.feed = msg.feed
		if m.shown() < 0 { // else it is waited for already
			watch = tea.Batch(watch, waitCmd(m.feed))
		}
		next, cmd = m.reload(watch)
	case i >= 0 && m.peers[i].Feed != nil:
		m.dialog = dialog{}
		next, cmd = m.showAccount(i)
		cmd = tea.Batch(watch, cmd)
	default:
		return m, watch
	}
	if msg.note == "" {
		return next, cmd
	}
	next, said := next.(Model).say(msg.note)
	return next, tea.Batch(cmd, said)
}
