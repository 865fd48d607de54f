package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/fault"
	"ortop/internal/text"
	"ortop/ui/draw"
	"ortop/ui/load"
	"ortop/ui/panel"
)

// fleetTable is how all accounts are looked at.
type fleetTable struct {
	read   load.Request[string, Fleet]
	fleet  Fleet
	widths panel.FleetWidths
	filter filter
	found  []int // places of the rows that pass it
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
	m.dialog.list = m.dialog.list.Within(len(t.found), m.seenFleet())
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

// fleetRest is what the table's rows leave of the height: its frame and its keys.
func (m *Model) fleetRest() int {
	if m.fleetBare() {
		return 2
	}
	return 3
}

func (m *Model) fleetBare() bool { return m.w < 60 || m.h < 14 }

// seenFleet is how many rows are seen.
func (m *Model) seenFleet() int { return panel.FleetSeen(m.h - m.fleetRest()) }

// renderFleet draws the table on the whole screen.
func (m *Model) renderFleet(p draw.Pen, keys *keyMap) []string {
	d, w, h := &m.dialog, m.w, m.h
	shown, id := "", ""
	if i := m.shown(); i >= 0 {
		shown, id = "showing: "+draw.CutName(draw.Clean(m.peers[i].Name), w/3), m.peers[i].id()
	}
	t := panel.FleetTable{Fleet: &m.table.fleet, Widths: m.table.widths, Found: m.table.found, List: d.list, Find: m.table.filter.find(p), Shown: id, Read: m.table.read.Loaded}
	if h < 4 || w < 24 {
		return []string{draw.Fit(m.fleetLine(p, keys), w)}
	}
	in := w - 4
	if m.fleetBare() {
		in = w - 2
	}
	said := d.outcome(p, m.notice, in)
	if err := m.table.read.Err; err != nil {
		t.Err = draw.Clean(fault.Message(err))
	}
	if why := t.Why(); why != "" && len(said) == 0 {
		said = []string{p.Low("▲ ") + draw.Cut(why, in-2)}
	}
	room := h - m.fleetRest()
	said = said[:min(len(said), max(0, room-1))]
	body := draw.Fill(t.Lines(p, in, room-len(said)), in, room-len(said))
	hints := "enter apply  esc clear"
	if !m.table.filter.typing {
		find := keys.find.Help().Key + " " + keys.find.Help().Desc
		words := append([]string{find}, d.hintWords(keys)...)
		hints = draw.Pick(in, draw.JoinAll("  ", words...), draw.Join(in, "  ", find, words[1], words[len(words)-1]))
	}
	body = append(append(body, said...), p.Dim(hints))
	if m.fleetBare() {
		body = append([]string{draw.Spread(t.Head(p), p.Dim(shown), in)}, body...)
		for i := range body {
			body[i] = " " + draw.Fit(body[i], in) + " "
		}
		return body
	}
	return draw.Frame{Title: t.Head(p), Right: p.Dim(shown), Lit: true}.Render(p, body, w, h)
}

// fleetLine is the whole table in one row.
func (m *Model) fleetLine(p draw.Pen, keys *keyMap) string {
	r, _, ok := m.chosenRow()
	switch {
	case m.dialog.err != "":
		return "✗ " + m.dialog.err
	case m.table.filter.typing:
		return m.table.filter.find(p).Shown
	case !ok:
		return "no account matches"
	}
	return draw.Join(m.w, "  ", "› "+draw.CutName(r.Account, max(4, m.w-4-draw.Width(r.Left)))+"  "+r.Left, r.End, r.State, p.Dim(m.dialog.hints(keys, m.w/2)))
}
