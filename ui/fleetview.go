package ui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"ortop/internal/fault"
	"ortop/ui/draw"
	"ortop/ui/panel/fleet"
)

// fleetRest is what the table's rows leave of the height: its frame, its keys, and a row
// for why an account has nothing to show, whether or not the chosen one says so, lest the
// rows move under a mouse that clicks twice.
func (m *Model) fleetRest() int {
	switch {
	case m.h < 5:
		return 2
	case m.fleetBare():
		return 3
	}
	return 4
}

// fleetWhy is how many rows there are for that.
func (m *Model) fleetWhy() int { return min(1, max(0, m.h-4)) }

func (m *Model) fleetBare() bool { return m.w < 60 || m.h < 14 }

// fleetLined reports whether there is room for one row alone.
func (m *Model) fleetLined() bool { return m.h < 4 || m.w < 24 }

// seenFleet is how many rows are seen.
func (m *Model) seenFleet() int { return fleet.Seen(m.h - m.fleetRest()) }

// fleetScreen is the table as it is drawn: at in by rows cells from left and the second
// row of the screen on, said below it, and the keys below that.
type fleetScreen struct {
	fleet.Table
	left, in, rows int
	notes          []string
	hints          []hint
}

func (m *Model) fleetScreen(p draw.Pen, keys *keyMap) fleetScreen {
	s := fleetScreen{left: 2, in: m.w - 4, rows: m.h - m.fleetRest()}
	if m.fleetBare() {
		s.left, s.in = 1, m.w-2
	}
	s.Table = fleet.Table{
		Fleet: &m.table.fleet, Widths: m.table.widths, Found: m.table.found, List: m.dialog.list, Find: m.table.filter.find(p),
		Sort: fleet.Sorts[m.table.sort], Read: m.table.read.Loaded,
	}
	if i := m.shown(); i >= 0 {
		s.Shown = m.peers[i].id()
	}
	s.notes = m.dialog.outcome(p, m.notice, s.in)
	if err := m.table.read.Err; err != nil {
		s.Err = draw.Clean(fault.Message(err))
	}
	if why := s.Why(); why != "" && len(s.notes) == 0 {
		if s.notes = signed(p.Low("▲ "), why, s.in); len(s.notes) > 1+max(0, fleet.Seen(s.rows)-len(s.Found)) {
			s.notes = []string{p.Low("▲ ") + draw.Cut(why, s.in-2)}
		}
	}
	why := m.fleetWhy()
	s.notes = s.notes[:min(len(s.notes), max(0, s.rows-1)+why)]
	s.rows -= max(0, len(s.notes)-why)
	s.notes = draw.Fill(s.notes, s.in, max(len(s.notes), why))
	s.hints = fleetHints(p, m.hinted(keys), s.in)
	return s
}

// hinted are the keys of the dialog that a hint is worth: where accounts cannot be added or
// removed, the others. Those say why, if somebody knows them.
func (m *Model) hinted(k *keyMap) *keyMap {
	if m.o.Accounts.Fixed() == "" {
		return k
	}
	some := *k
	some.add, some.remove, some.give = key.Binding{}, key.Binding{}, key.Binding{}
	return &some
}

// fleetHints are the keys of the table, as many as fit, the most wanted first.
func fleetHints(p draw.Pen, k *keyMap, in int) (shown []hint) {
	for _, b := range []*key.Binding{&k.find, &k.keepFilter, &k.dropFilter, &k.show, &k.give, &k.back, &k.add, &k.remove, &k.sort} {
		does, _, _ := strings.Cut(b.Help().Desc, " the ") // as in: apply the filter
		h := hint{does, []*key.Binding{b}}
		if w := draw.Width(h.word(p)); w > 0 && w <= in {
			shown, in = append(shown, h), in-w-2
		}
	}
	return shown
}

// renderFleet draws the table on the whole screen.
func (m *Model) renderFleet(p draw.Pen, keys *keyMap) []string {
	if m.fleetLined() {
		return []string{draw.Fit(m.fleetLine(p, keys), m.w)}
	}
	s := m.fleetScreen(p, keys)
	body := append(draw.Fill(s.Lines(p, s.in, s.rows), s.in, s.rows), s.notes...)
	var words []string
	for _, h := range s.hints {
		words = append(words, h.word(p))
	}
	body = append(body, draw.JoinAll("  ", words...))
	head, right := s.Head(p), ""
	if name := s.Name(s.in); name != "" {
		room := s.in - draw.Width(head) - 4
		if m.fleetBare() {
			room += 2
		}
		right = draw.CutName(name, max(0, room))
		if draw.Width(right) == draw.Width(name) {
			right = draw.Pick(room, "chosen: "+name, name)
		}
	} else if i := m.shown(); i >= 0 {
		right = "showing: " + draw.CutName(draw.Clean(m.peers[i].Name), m.w/3)
	}
	if right = p.Dim(right); !m.fleetBare() {
		return draw.Frame{Title: head, Right: right, Lit: true}.Render(p, body, m.w, m.h)
	}
	body = append([]string{draw.Spread(head, right, s.in)}, body...)
	for i := range body {
		body[i] = " " + draw.Fit(body[i], s.in) + " "
	}
	return body
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

// clickedFleet chooses the row under the mouse, and opens it where it is the chosen one;
// a heading sorts, and a hint does what its key does.
func (m *Model) clickedFleet(at tea.Mouse) tea.Cmd {
	if m.fleetLined() || m.dialog.busy() {
		return nil
	}
	p, k := m.pen(), m.enabledKeys(m.layout())
	s := m.fleetScreen(p, k)
	x, y := at.X-s.left, at.Y-1
	i, head := s.At(y, s.rows)
	switch {
	case x < 0 || x >= s.in || y < 0:
	case y == s.rows+len(s.notes):
		if b := hintUnder(p, s.hints, x, s.in); b != nil {
			return m.pressed(actOf(b))
		}
	case head:
		if by := slices.Index(fleet.Sorts, s.HeadAt(x, s.in)); by >= 0 {
			m.sortFleet(by)
		}
	case i >= 0:
		m.table.filter.typing = false
		open := i == m.dialog.list.At
		m.dialog.list.Top = s.List.Within(len(s.Found), fleet.Seen(s.rows)).Top
		m.dialog.list.At, m.dialog.err = i, ""
		if !open {
			return nil
		}
		if k = m.enabledKeys(m.layout()); k.show.Enabled() {
			return m.openRow()
		}
		return m.pressed(actOf(&k.give))
	}
	return nil
}
