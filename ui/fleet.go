package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/fault"
	"ortop/internal/sorted"
	"ortop/internal/text"
	"ortop/ui/draw"
	"ortop/ui/load"
	"ortop/ui/panel/fleet"
)

// fleetTable is how all accounts are looked at.
type fleetTable struct {
	read   load.Request[string, Fleet]
	fleet  Fleet
	widths fleet.Widths
	filter filter
	sort   int   // into fleet.Sorts
	found  []int // places of the rows that pass the filter, in order
	from   bool  // the account on the screen was opened in it
}

type (
	fleetMsg  struct{ answer load.Answer[string, Fleet] }
	openedMsg struct{ answer load.Answer[string, adopted] }
)

// fleetEvery is how often the table is read while it is open.
const (
	fleetEvery   = 5 * time.Second
	fleetTimeout = 20 * time.Second
)

// tabled reports whether the table of all accounts is on the screen: one alone is none.
func (m *Model) tabled() bool {
	return m.dialog.open && m.dialog.step == stepRows && len(m.peers) > 1
}

// id is that of the account's row.
func (a Account) id() string {
	if a.ID == "" {
		return a.Name
	}
	return a.ID
}

// names are the rows before any was read: those that are listed.
func (m *Model) names() Fleet {
	var f Fleet
	for _, p := range m.peers {
		f.Rows = append(f.Rows, FleetRow{
			ID: p.id(), Account: p.Name, State: text.Unknown, Left: text.Unknown, End: text.Unknown, Day: text.Unknown, Collector: text.Unknown, Read: text.Unknown,
		})
	}
	return f
}

// loadFleet requests the table where it is open and old.
func (m *Model) loadFleet() tea.Cmd {
	r := &m.table.read
	if !m.tabled() || m.unfocused || !r.Due("", m.now, fleetEvery) {
		return nil
	}
	return r.Send("", m.now, fleetTimeout, m.o.Accounts.All, func(a load.Answer[string, Fleet]) tea.Msg { return fleetMsg{a} })
}

// setFleet shows rows, with the same one chosen.
func (m *Model) setFleet(f Fleet) {
	chosen, _, ok := m.chosenRow()
	m.table.widths = f.Clean()
	m.table.fleet = f
	m.findFleet()
	if ok {
		m.chooseID(chosen.ID)
	}
}

// findFleet searches the rows.
func (m *Model) findFleet() {
	t := &m.table
	words := t.filter.words()
	t.found = make([]int, 0, len(t.fleet.Rows))
	for i := range t.fleet.Rows {
		if r := &t.fleet.Rows[i]; matches(words, r.Account, r.State, r.Collector) {
			t.found = append(t.found, i)
		}
	}
	if t.sort > 0 {
		sorted.By(t.found, func(a, b int) int { return t.fleet.Rows[a].Compare(&t.fleet.Rows[b], fleet.Sorts[t.sort]) })
	}
	m.dialog.list = m.dialog.list.Within(len(t.found), m.seenFleet())
}

// sortFleet puts the rows in another order; who is chosen stays, unless that is the first.
func (m *Model) sortFleet(by int) {
	chosen, _, ok := m.chosenRow()
	ok = ok && m.dialog.list.At > 0
	m.table.sort, m.dialog.list = by, draw.List{}
	if m.findFleet(); ok {
		m.chooseID(chosen.ID)
	}
}

// chooseID chooses the row of an account, if it is found.
func (m *Model) chooseID(id string) {
	for n, i := range m.table.found {
		if m.table.fleet.Rows[i].ID == id {
			m.dialog.list.At = n
		}
	}
	m.dialog.list = m.dialog.list.Within(len(m.table.found), m.seenFleet())
}

// chosenRow is the chosen row, and its place among the peers; -1: it is not listed.
//
//go:noinline
func (m *Model) chosenRow() (r *FleetRow, at int, ok bool) {
	t := &m.table
	if m.dialog.list.At >= len(t.found) {
		return nil, -1, false
	}
	r = &t.fleet.Rows[t.found[m.dialog.list.At]]
	for i := range m.peers {
		if m.peers[i].id() == r.ID {
			return r, i, true
		}
	}
	return r, -1, true
}

// fleetReceived takes the table; after an error the one before stays.
func (m *Model) fleetReceived(msg fleetMsg) {
	if m.table.read.Receive(msg.answer) && msg.answer.Err == nil && m.dialog.open {
		m.setFleet(msg.answer.Value)
	}
}

// openRow shows the chosen account, which is watched from then on.
func (m *Model) openRow() tea.Cmd {
	r, at, ok := m.chosenRow()
	if !ok {
		return nil
	}
	if at >= 0 {
		m.table.from = len(m.peers) > 1
		m.dialog = m.dialog.closed()
		if at == m.shown() {
			return nil
		}
		return m.showAccount(at)
	}
	id, accounts := r.ID, m.o.Accounts
	m.dialog.err = ""
	return m.dialog.opening.Send(id, m.now, fleetTimeout, func(ctx context.Context) (a adopted, err error) {
		a.feed, err = accounts.Open(ctx, id)
		return a, err
	}, func(a load.Answer[string, adopted]) tea.Msg { return openedMsg{a} })
}

// opened shows the account that is watched now.
func (m *Model) opened(msg openedMsg) tea.Cmd {
	cmd := m.listed() // one that was given up may be there all the same
	if !m.dialog.opening.Receive(msg.answer) {
		return cmd
	}
	if err := msg.answer.Err; err != nil {
		m.dialog.err = draw.Clean(fault.Message(err))
		return cmd
	}
	for i := range m.peers {
		if m.peers[i].Feed == msg.answer.Value.feed {
			m.table.from = true
			m.dialog = m.dialog.closed()
			return batch(cmd, m.showAccount(i))
		}
	}
	return cmd
}
