package ui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/fault"
	"ortop/ui/draw"
	"ortop/ui/field"
	"ortop/ui/load"
)

// adoptTimeout bounds the live check of a key.
const adoptTimeout = 30 * time.Second

// entry is a key that is being given, and its live check.
type entry struct {
	input field.Input
	err   string
	check load.Request[string, adopted] // by the account's name
}

// adopted is what a key led to: the feed of a first run, or an account that is
// watched from now on.
type adopted struct {
	feed Feed
	note string
}

// adoptedMsg follows the check of a key.
type adoptedMsg struct{ answer load.Answer[string, adopted] }

// begun is an entry into which a key can be typed.
func (e entry) begun() entry { return entry{input: field.NewSecret(), check: e.check} }

// cancelled is an entry that is given up.
func (e entry) cancelled() entry {
	e.check.Cancel()
	return entry{check: e.check}
}

// press takes a key press. value is the key, where it is to be checked and is
// here no more; left is true where it was given up.
func (e *entry) press(msg tea.KeyPressMsg) (value string, left bool) {
	switch name := msg.String(); {
	case e.check.Loading:
		if name == "esc" {
			e.check.Cancel()
		}
	case name == "esc":
		*e = e.cancelled()
		return "", true
	case name == "enter":
		value = e.input.Text()
		e.input = field.NewSecret()
		return value, false
	default:
		*e = e.update(msg)
	}
	return "", false
}

// update is the entry after what is typed or pasted.
func (e entry) update(msg tea.Msg) entry {
	if !e.check.Loading {
		e.input, e.err = e.input.Update(msg), ""
	}
	return e
}

// adopt starts what a key is for, beside the screen. No error repeats the
// secret.
func (m *Model) adopt(name, secret string, start func(context.Context) (adopted, error)) tea.Cmd {
	m.entry.err = ""
	cmd := m.entry.check.Send(name, m.now, adoptTimeout, func(ctx context.Context) (adopted, error) {
		a, err := start(ctx)
		if err != nil && secret != "" {
			err = redacted{strings.ReplaceAll(fault.Message(err), secret, "…")}
		}
		return a, err
	}, func(a load.Answer[string, adopted]) tea.Msg { return adoptedMsg{a} })
	return m.spun(cmd)
}

// redacted is an error without the key.
type redacted struct{ text string }

func (e redacted) Error() string { return e.text }

// adopted shows what a key led to, or why it led to nothing.
func (m *Model) adopted(msg adoptedMsg) tea.Cmd {
	if !m.entry.check.Receive(msg.answer) {
		return m.listed() // one that was given up may have come in all the same
	}
	if err := msg.answer.Err; err != nil {
		m.entry.err = draw.Clean(err.Error())
		return nil
	}
	m.wantsBalance = true
	cmd := m.listed()
	got := msg.answer.Value
	switch i := m.place(msg.answer.Of); {
	case got.feed != nil && m.feed == nil: // a first run
		m.feed = got.feed
		if m.shown() < 0 { // else it is waited for already
			cmd = batch(cmd, waitCmd(m.feed))
		}
		cmd = m.reload(cmd)
	case i >= 0 && m.peers[i].Feed != nil:
		m.dialog = dialog{}
		cmd = batch(cmd, m.showAccount(i))
	default:
		return cmd
	}
	if got.note != "" {
		cmd = batch(cmd, m.notify(got.note))
	}
	return cmd
}
