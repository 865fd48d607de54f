package ui

import (
	"context"
	"strings"
	"time"
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/internal/fault"
	"ortop/ui/draw"
)

// The steps of the dialog of accounts.
const (
	stepRows    = iota // choose one
	stepName           // name a new one
	stepKey            // give its key
	stepConfirm        // remove one?
)

// dialog is where accounts are shown, added and removed.
type dialog struct {
	open bool
	step int
	list list
	name filter // what is typed
	of   string // the account that a key is for, or that is to be removed
	like string // the account whose key goes where that key will
	host string // where that is, if not OpenRouter
	fate string // what removing it would do
	busy bool   // something was asked
	gen  int    // of what was asked
	err  string
}

// fatedMsg says what removing an account would do, removedMsg what it did.
type (
	fatedMsg struct {
		gen        int
		name, fate string
		err        error
	}
	removedMsg struct {
		gen  int
		name string
		note string
		err  error
	}
)

const removeTimeout = 10 * time.Second

func (m Model) openDialog() Model {
	m, _ = m.listed() // which adds none: whatever does is heard of
	m.dialog = dialog{open: true, gen: m.dialog.gen}
	m.dialog.list.at = max(0, m.shown())
	m.entry = entry{gen: m.entry.gen}
	return m
}

// dialogKeys are the keys that do something in the dialog.
func (m Model) dialogKeys(k keyMap) keyMap {
	always := keyMap{interrupt: k.interrupt, suspend: k.suspend}
	switch m.dialog.step {
	case stepName, stepKey:
		always.take, always.drop = k.take, k.drop
	case stepConfirm:
		always.yes, always.no = k.yes, k.no
	default:
		always.back, always.accounts, always.quit = k.back, k.accounts, k.quit
		always.back.SetEnabled(true)
		if len(m.peers) > 1 {
			always.rowUp, always.rowDown, always.pageUp, always.pageDown = k.rowUp, k.rowDown, k.pageUp, k.pageDown
		}
		if at := m.dialog.list.at; at < len(m.peers) && m.peers[at].Feed == nil {
			always.give = k.give
		} else {
			always.show = k.show
		}
		always.add, always.remove = k.add, k.remove
	}
	return always
}

// dialogKey takes a key press of the dialog.
func (m Model) dialogKey(msg tea.KeyPressMsg, k keyMap) (tea.Model, tea.Cmd) {
	d := &m.dialog
	switch {
	case d.step == stepName:
		return m.nameKey(msg, k), nil
	case d.step == stepKey:
		value, left := m.entry.press(msg)
		if left {
			d.step = stepRows
		}
		if value == "" {
			return m, nil
		}
		name, like, accounts := d.of, d.like, m.o.Accounts
		return m.begin(value, func(ctx context.Context) adoptedMsg {
			note, err := accounts.Add(ctx, name, like, value)
			return adoptedMsg{name: name, note: note, err: err}
		})
	case d.busy:
		if key.Matches(msg, k.back) || key.Matches(msg, k.no) {
			*d = dialog{open: true, gen: d.gen + 1, list: d.list}
		}
	case key.Matches(msg, k.yes):
		d.busy, d.err = true, ""
		d.gen++
		return m, removeCmd(m.o.Accounts, d.of, d.gen)
	case key.Matches(msg, k.no):
		*d = dialog{open: true, gen: d.gen, list: d.list}
	case key.Matches(msg, k.quit):
		return m, tea.Quit
	case key.Matches(msg, k.back), key.Matches(msg, k.accounts):
		m.dialog = dialog{gen: d.gen}
	case key.Matches(msg, k.show):
		at := d.list.at
		gen := d.gen
		m.dialog = dialog{gen: gen}
		if at == m.shown() || at >= len(m.peers) {
			return m, nil
		}
		return m.showAccount(at)
	default:
		return m.rowKey(msg, k)
	}
	return m, nil
}

// rowKey takes a key press that is about the chosen row, or moves to another.
func (m Model) rowKey(msg tea.KeyPressMsg, k keyMap) (tea.Model, tea.Cmd) {
	d := &m.dialog
	if moved, ok := d.list.moved(msg, k, len(m.peers), max(1, m.h-dialogRest)); ok {
		d.list, d.err = moved, ""
		return m, nil
	}
	add, remove, give := key.Matches(msg, k.add), key.Matches(msg, k.remove), key.Matches(msg, k.give)
	if !add && !remove && !give || d.list.at >= len(m.peers) && !add {
		return m, nil
	}
	if why := m.o.Accounts.Fixed(); why != "" {
		d.err = draw.Clean(why)
		return m, nil
	}
	d.err = ""
	switch {
	case add:
		like := max(0, m.shown())
		d.step, d.name, d.like, d.host = stepName, filter{}, m.peers[like].Name, m.peers[like].Host
	case give:
		a := m.peers[d.list.at]
		d.step, d.of, d.like, d.host = stepKey, a.Name, a.Name, a.Host
		m.entry = entry{gen: m.entry.gen}
	case remove:
		d.busy, d.of = true, m.peers[d.list.at].Name
		d.gen++
		return m, fateCmd(m.o.Accounts, d.of, d.gen)
	}
	return m, nil
}

// nameKey takes a key press while a name is typed.
func (m Model) nameKey(msg tea.KeyPressMsg, k keyMap) Model {
	d := &m.dialog
	switch {
	case key.Matches(msg, k.drop):
		*d = dialog{open: true, gen: d.gen, list: d.list}
	case key.Matches(msg, k.take):
		name := strings.TrimSpace(d.name.text)
		if err := m.o.Accounts.CheckName(name); err != nil {
			d.err = draw.Clean(err.Error())
			return m
		}
		d.step, d.of, d.err = stepKey, name, ""
		m.entry = entry{gen: m.entry.gen}
	default:
		d.name.press(msg)
		d.err = ""
	}
	return m
}

// paste takes a pasted name.
func (d *dialog) paste(text string) {
	text = strings.TrimRight(text[:min(len(text), 4*maxFilter)], "\r\n")
	if d.err = ""; strings.ContainsFunc(text, unicode.IsControl) {
		d.err = "a name has no control characters"
		return
	}
	d.name.add(text)
}

func fateCmd(accounts Accounts, name string, gen int) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
		defer cancel()
		fate, err := accounts.Fate(ctx, name)
		return fatedMsg{gen, name, fate, err}
	}
}

func removeCmd(accounts Accounts, name string, gen int) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
		defer cancel()
		note, err := accounts.Remove(ctx, name)
		return removedMsg{gen, name, note, err}
	}
}

// fated asks whether the account is to be removed, now that it is known what
// that does.
func (m Model) fated(msg fatedMsg) (tea.Model, tea.Cmd) {
	d := &m.dialog
	if !d.open || msg.gen != d.gen {
		return m, nil
	}
	d.busy = false
	if msg.err != nil {
		d.err = draw.Clean(fault.Message(msg.err))
		return m, nil
	}
	d.step, d.fate = stepConfirm, draw.Clean(msg.fate)
	return m, nil
}

// removed shows the accounts that are left, and the next one where that on the
// screen is gone.
func (m Model) removed(msg removedMsg) (tea.Model, tea.Cmd) {
	was := m.shown()
	m, watch := m.listed()
	if d := &m.dialog; d.open && msg.gen == d.gen {
		*d = dialog{open: true, gen: d.gen, list: d.list}
		if msg.err != nil {
			d.err = draw.Clean(fault.Message(msg.err))
		}
	}
	next, cmd := tea.Model(m), tea.Cmd(nil)
	if i := m.after(max(0, was)); was >= 0 && m.shown() < 0 && i >= 0 {
		next, cmd = m.showAccount(i)
		m = next.(Model)
		m.dialog.list.at = i
		next = m
	}
	if msg.err != nil {
		return next, tea.Batch(watch, cmd)
	}
	next, said := next.(Model).say(msg.note)
	return next, tea.Batch(watch, cmd, said)
}
