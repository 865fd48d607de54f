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
	"ortop/ui/panel/fleet"
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
	list draw.List
	name field.Input // of a new account
	err  string

	account string // that a key is for, or that is to be removed
	like    string // the account whose key goes where that key will
	host    string // where that is, if not OpenRouter

	fate, removal load.Request[string, string]  // what removing an account would do, and what it did
	opening       load.Request[string, adopted] // of one that is not listed
}

// fateMsg brings what removing an account would do, removedMsg what it did.
type (
	fateMsg    struct{ answer load.Answer[string, string] }
	removedMsg struct{ answer load.Answer[string, string] }
)

const removeTimeout = 10 * time.Second

func (m *Model) openDialog() tea.Cmd {
	m.listed() // which adds none: whatever does calls it
	m.dialog = m.dialog.rows()
	m.entry = m.entry.cancelled()
	m.relisted()
	if i := m.shown(); i >= 0 {
		m.chooseID(m.peers[i].id())
	}
	return m.loadFleet()
}

// relisted shows the accounts as they were read, or those that are listed where none
// was, or others.
func (m *Model) relisted() {
	ids := map[string]bool{}
	for i := range m.table.fleet.Rows {
		ids[m.table.fleet.Rows[i].ID] = true
	}
	known := m.table.read.Loaded
	for i := range m.peers {
		known = known && ids[m.peers[i].id()]
	}
	if known {
		m.findFleet()
	} else {
		m.table.read.Loaded = false
		m.setFleet(m.names())
	}
	m.table.read.Cancel() // it is due at once
}

// busy reports whether a request to the accounts is in flight.
func (d *dialog) busy() bool { return d.fate.Loading || d.removal.Loading || d.opening.Loading }

// rows is the dialog back at its first step, and closed the one that is gone.
// Requests in flight are cancelled.
//
//go:noinline
func (d *dialog) rows() dialog {
	next := d.closed()
	next.open, next.list = true, d.list
	return next
}

func (d dialog) closed() dialog {
	d.fate.Cancel()
	d.removal.Cancel()
	d.opening.Cancel()
	return dialog{fate: d.fate, removal: d.removal, opening: d.opening}
}

// dialogKeys are the keys that do something in the dialog.
func (m *Model) dialogKeys(k *keyMap) *keyMap {
	always := &keyMap{interrupt: k.interrupt, suspend: k.suspend}
	switch m.dialog.step {
	case stepName, stepKey:
		always.take, always.drop = on(k.take), on(k.drop)
	case stepConfirm:
		always.yes, always.no = k.yes, k.no
	default:
		if m.table.filter.typing {
			return m.table.filter.keys(k)
		}
		always.back, always.accounts, always.quit = k.back, k.accounts, k.quit
		always.back.SetEnabled(true)
		if len(m.peers) > 1 {
			always.rowUp, always.rowDown, always.pageUp, always.pageDown = on(k.rowUp), on(k.rowDown), on(k.pageUp), on(k.pageDown)
			always.find, always.sort, always.first, always.latest = on(k.find), on(k.sort), on(k.first), on(k.latest)
			always.sort.SetHelp(k.sort.Help().Key, "sort: "+fleet.Sorts[m.table.sort])
		}
		_, at, ok := m.chosenRow()
		if at >= 0 && m.peers[at].Feed == nil {
			always.give = k.give
		} else if ok {
			always.show = k.show
		}
		if always.add = k.add; at >= 0 {
			always.remove = k.remove
		}
	}
	return always
}

// dialogKey takes a key press of the dialog.
func (m *Model) dialogKey(msg tea.KeyPressMsg, k *keyMap) tea.Cmd {
	d := &m.dialog
	switch {
	case d.step == stepName:
		m.nameKey(msg, k)
		return nil
	case d.step == stepKey:
		value, left := m.entry.press(msg)
		if left {
			d.step = stepRows
		}
		if value == "" {
			return nil
		}
		name, like, accounts := d.account, d.like, m.o.Accounts
		return m.adopt(name, value, func(ctx context.Context) (adopted, error) {
			note, err := accounts.Add(ctx, name, like, value)
			return adopted{note: note}, err
		})
	case d.busy():
		if hit(msg, &k.back) || hit(msg, &k.no) {
			*d = d.rows()
		}
	case hit(msg, &k.yes):
		d.err = ""
		name, accounts := d.account, m.o.Accounts
		cmd := d.removal.Send(name, m.now, removeTimeout, func(ctx context.Context) (string, error) {
			return accounts.Remove(ctx, name)
		}, func(a load.Answer[string, string]) tea.Msg { return removedMsg{a} })
		return cmd
	case hit(msg, &k.no):
		*d = d.rows()
	default:
		if f, ok := m.table.filter.update(msg, k); ok && m.tabled() {
			chosen, _, known := m.chosenRow()
			again := f.Text() != m.table.filter.Text()
			if m.table.filter = f; again {
				if m.findFleet(); known {
					m.chooseID(chosen.ID)
				}
			}
			return nil
		}
		switch {
		case hit(msg, &k.quit):
			return tea.Quit
		case hit(msg, &k.back), hit(msg, &k.accounts):
			m.table.from = false
			*d = d.closed()
			return nil
		case hit(msg, &k.show):
			return m.openRow()
		}
		return m.rowKey(msg, k)
	}
	return nil
}

// rowKey takes a key press that is about the chosen row, or moves to another.
func (m *Model) rowKey(msg tea.KeyPressMsg, k *keyMap) tea.Cmd {
	d := &m.dialog
	if l, ok := moved(d.list, msg, k, len(m.table.found), m.seenFleet()); ok {
		d.list, d.err = l, ""
		return nil
	}
	add, remove, give := hit(msg, &k.add), hit(msg, &k.remove), hit(msg, &k.give)
	_, at, _ := m.chosenRow()
	if !add && !remove && !give {
		if hit(msg, &k.sort) {
			m.sortFleet((m.table.sort + 1) % len(fleet.Sorts))
		}
		return nil
	}
	if why := m.o.Accounts.Fixed(); why != "" {
		d.err = draw.Clean(why)
		return nil
	}
	d.err = ""
	switch {
	case at < 0 && !add:
	case add:
		like := max(0, m.shown())
		d.step, d.name, d.like, d.host = stepName, field.New(), m.peers[like].Name, m.peers[like].Host
	case give:
		a := m.peers[at]
		d.step, d.account, d.like, d.host = stepKey, a.Name, a.Name, a.Host
		m.entry = m.entry.begun()
	case remove:
		name, accounts := m.peers[at].Name, m.o.Accounts
		d.account = name
		cmd := d.fate.Send(name, m.now, removeTimeout, func(ctx context.Context) (string, error) {
			return accounts.Fate(ctx, name)
		}, func(a load.Answer[string, string]) tea.Msg { return fateMsg{a} })
		return cmd
	}
	return nil
}

// nameKey takes a key press while a name is typed.
func (m *Model) nameKey(msg tea.KeyPressMsg, k *keyMap) {
	d := &m.dialog
	switch {
	case hit(msg, &k.drop):
		*d = d.rows()
	case hit(msg, &k.take):
		name := strings.TrimSpace(d.name.Text())
		if err := m.o.Accounts.CheckName(name); err != nil {
			d.err = draw.Clean(err.Error())
			return
		}
		d.step, d.account, d.err = stepKey, name, ""
		m.entry = m.entry.begun()
	default:
		d.name, d.err = d.name.Update(msg), ""
	}
}

// pasted is the dialog after a paste, which may be a name.
func (d dialog) pasted(msg tea.PasteMsg) dialog {
	if d.step == stepName {
		d.name, d.err = d.name.Update(msg), ""
	}
	return d
}

// fateReceived asks for confirmation, now that it is known what removing the
// account does.
func (m *Model) fateReceived(msg fateMsg) tea.Cmd {
	d := &m.dialog
	if !d.fate.Receive(msg.answer) {
		return nil
	}
	if err := msg.answer.Err; err != nil {
		d.err = draw.Clean(fault.Message(err))
		return nil
	}
	d.step = stepConfirm
	return nil
}

// removed shows the accounts that are left, and the next one where that on the
// screen is gone.
func (m *Model) removed(msg removedMsg) tea.Cmd {
	was, err := m.shown(), msg.answer.Err
	watch := m.listed()
	if d := &m.dialog; d.removal.Receive(msg.answer) {
		if *d = d.rows(); err != nil {
			d.err = draw.Clean(fault.Message(err))
		}
	}
	m.table.read.Loaded = m.table.read.Loaded && err != nil
	m.relisted()
	var cmd tea.Cmd
	if i := m.after(max(0, was)); was >= 0 && m.shown() < 0 && i >= 0 {
		cmd = m.showAccount(i)
		m.chooseID(m.peers[i].id())
	}
	if err == nil {
		cmd = batch(cmd, m.notify(msg.answer.Value))
	}
	return batch(watch, cmd, m.loadFleet())
}
