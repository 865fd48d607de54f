package ui

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	tea "charm.land/bubbletea/v2"

	"ortop/ui/draw"
	"ortop/ui/panel/fleet"
	"ortop/ui/scenes"
)

// chosenName is the name of the row that is chosen.
func chosenName(m Model) string {
	r, _, ok := m.chosenRow()
	if !ok {
		return ""
	}
	return r.Account
}

// clicks clicks on a word on the screen, and answers what that asks for.
func clicks(t *testing.T, m Model, word string) Model {
	t.Helper()
	m, cmd := clickOn(t, m, word, 0)
	for _, msg := range answersOf(cmd) {
		m, _ = step(m, msg)
	}
	return m
}

// A click chooses a row and one on the chosen row opens it, at every size and after any
// scrolling, while what went wrong takes a row below and while a filter is typed.
func TestFleetRowsAreButtons(t *testing.T) {
	click := func(m Model, x, y int) Model {
		m, cmd := step(m, tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
		for _, msg := range answersOf(cmd) {
			m, _ = step(m, msg)
		}
		return m
	}
	for _, size := range [][2]int{{24, 6}, {40, 12}, {59, 13}, {60, 14}, {80, 24}, {140, 40}} {
		for _, keys := range [][]string{{"pgdown", "pgdown", "up"}, {"down", "down", "down", "down", "down"}, append([]string{"/"}, letters("desk")...)} {
			f := wholeFleet(150)
			m := fleetModel(f, size[0], size[1], keys...)
			rows := map[int]FleetRow{}
			for y, line := range strings.Split(stripped(m), "\n") {
				for _, i := range m.table.found {
					if r := f.rows[i]; r.LeftUSD != nil && strings.Contains(line, strings.TrimSpace(r.Left)+"  in ") {
						rows[y] = r
					}
				}
			}
			if len(rows) < size[1]-7 {
				t.Fatalf("%v %v: %d rows are on the screen:\n%s", size, keys, len(rows), stripped(m))
			}
			for y, want := range rows {
				if want.Account == chosenName(m) {
					continue
				}
				once := click(m, size[0]/2, y)
				if got := chosenName(once); got != want.Account || !once.tabled() || once.table.filter.typing {
					t.Errorf("%v %v: a click on row %d, %q, chooses %q", size, keys, y, want.Account, got)
				}
				if y%5 > 0 {
					continue
				}
				if twice := click(once, size[0]/2, y); twice.dialog.open || twice.peers[twice.shown()].id() != want.ID {
					t.Errorf("%v %v: after a second click on %q the table is %t, on the screen is %q", size, keys, want.Account, twice.dialog.open, twice.peers[twice.shown()].id())
				}
			}
		}
	}
}

// Beside the rows nothing happens.
func TestFleetClickedBeside(t *testing.T) {
	m := fleetModel(wholeFleet(3), 100, 30)
	was := chosenName(m)
	for _, at := range [][2]int{{0, 2}, {99, 3}, {50, 0}, {50, 5}, {50, 12}, {50, 27}, {50, 29}, {99, 28}, {90, 28}} {
		got, cmd := step(m, tea.MouseClickMsg{X: at[0], Y: at[1], Button: tea.MouseLeft})
		if cmd != nil || chosenName(got) != was || !got.tabled() || got.table.sort != 0 {
			t.Errorf("a click at %v does something:\n%s", at, stripped(got))
		}
	}
	if got, cmd := step(m, tea.MouseClickMsg{X: 50, Y: 3, Button: tea.MouseRight}); cmd != nil || chosenName(got) != was {
		t.Error("another button of the mouse chooses a row")
	}
	one := fleetModel(wholeFleet(3), 20, 3)
	if got, cmd := step(one, tea.MouseClickMsg{X: 5, Y: 0, Button: tea.MouseLeft}); cmd != nil || !got.tabled() {
		t.Error("a click on the one row does something")
	}
}

// The wheel goes through the rows, and no further than they go.
func TestFleetWheel(t *testing.T) {
	m := fleetModel(wholeFleet(1000), 100, 30)
	wheel := func(m Model, b tea.MouseButton) Model {
		m, _ = step(m, tea.MouseWheelMsg{X: 50, Y: 10, Button: b})
		return m
	}
	if got := wheel(m, tea.MouseWheelDown); got.dialog.list.At != wheelRows {
		t.Errorf("the wheel goes to row %d", got.dialog.list.At)
	}
	if got := wheel(m, tea.MouseWheelUp); got.dialog.list.At != 0 {
		t.Errorf("the wheel goes to row %d, above the first", got.dialog.list.At)
	}
	for range 400 {
		m = wheel(m, tea.MouseWheelDown)
	}
	if at := m.dialog.list.At; at != 999 || !strings.Contains(stripped(m), "team-0999") {
		t.Errorf("the wheel ends at row %d:\n%s", at, stripped(m))
	}
}

// A heading and the key sort the rows; the chosen one stays so, and what is not known is
// last.
func TestFleetIsSorted(t *testing.T) {
	f := wholeFleet(60)
	m := fleetModel(f, 140, 40)
	for _, c := range []struct{ head, first, last string }{
		{"account", "personal", "work"}, {"state", "team-0004-support-desk", "team-0059-ci"}, {"left", "personal", "team-0005-ci"},
		{"a day", "personal", "team-0005-ci"}, {"collector", "personal", "team-0005-ci"}, {"read", "team-0059-ci", "team-0005-ci"}, {"runs out", "personal", "team-0059-ci"},
	} {
		before, _, _ := strings.Cut(strings.Split(stripped(m), "\n")[1], c.head)
		got, _ := step(m, tea.MouseClickMsg{X: draw.Width(before), Y: 1, Button: tea.MouseLeft})
		name := func(i int) string { return got.table.fleet.Rows[got.table.found[i]].Account }
		if fleet.Sorts[got.table.sort] != c.head || len(got.table.found) != 60 || !strings.Contains(stripped(got), "sort: "+c.head) {
			t.Errorf("a click on %q sorts by %q:\n%s", c.head, fleet.Sorts[got.table.sort], stripped(got))
		}
		for i := 1; i < len(got.table.found); i++ {
			a, b := &got.table.fleet.Rows[got.table.found[i-1]], &got.table.fleet.Rows[got.table.found[i]]
			if a.Compare(b, c.head) > 0 {
				t.Errorf("by %s %q stands before %q", c.head, a.Account, b.Account)
			}
		}
		if name(0) != c.first || name(59) != c.last {
			t.Errorf("by %s the rows go from %q to %q, want %q to %q", c.head, name(0), name(59), c.first, c.last)
		}
	}
	down := dialed(m, "down", "down", "down", "down", "s", "s")
	if got := chosenName(down); got != "team-0004-support-desk" || down.table.sort != 2 {
		t.Errorf("sorted by %d, %q is chosen", down.table.sort, got)
	}
	f.rows = slices.Clone(f.rows)
	slices.Reverse(f.rows)
	down.setFleet(Fleet{Rows: f.rows})
	if got := chosenName(down); got != "team-0004-support-desk" || down.table.sort != 2 {
		t.Errorf("read again: sorted by %d, %q is chosen", down.table.sort, got)
	}
	if all := dialed(m, slices.Repeat([]string{"s"}, len(fleet.Sorts))...); all.table.sort != 0 {
		t.Errorf("after all orders it is sorted by %d", all.table.sort)
	}
}

// Every hint of the table is a button.
func TestFleetHintsAreButtons(t *testing.T) {
	m := fleetModel(wholeFleet(100), 100, 30)
	if got := clicks(t, m, "/ filter"); !got.table.filter.typing {
		t.Error("a click on filter types none")
	} else if got = dialed(got, letters("desk")...); len(clicks(t, got, "esc clear").table.found) != 100 || clicks(t, got, "enter apply").table.filter.typing {
		t.Error("a click on clear does not clear, or one on apply does not apply")
	}
	if got := clicks(t, m, "s sort"); got.table.sort != 1 {
		t.Error("a click on sort does not sort")
	}
	if got := clicks(t, dialed(m, "down", "down"), "enter show"); got.dialog.open {
		t.Error("a click on show does not show")
	}
	if got := clicks(t, m, "n new"); got.dialog.step != stepName {
		t.Error("a click on new asks for no name")
	}
	if got := clicks(t, m, "esc back"); got.dialog.open {
		t.Error("a click on back does not lead back")
	}
}

// Of two accounts with one name that one is opened which is chosen.
func TestFleetTwins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // hints fade with time
		f := newFakeAccounts()
		f.list = []Account{{ID: "twin\na", Name: "twin", Feed: newFakeFeed()}, {ID: "twin\nb", Name: "twin", Feed: newFakeFeed()}}
		f.rows = []FleetRow{{ID: "twin\na", Account: "twin at a"}, {ID: "twin\nb", Account: "twin at b"}}
		m := crewOf(f, 100, 30, viewOverview, scenes.Healthy(), scenes.Healthy())
		if m = dialed(m, "A", "down", "enter"); f.on != "twin\nb" || m.feed != f.list[1].Feed {
			t.Errorf("enter on the second shows %q", f.on)
		}
		if m = dialed(m, "A", "up", "enter"); f.on != "twin\na" || m.feed != f.list[0].Feed {
			t.Errorf("enter on the first shows %q", f.on)
		}
	})
}

// Where the column cuts the chosen name it stands in full above.
func TestFleetSaysTheWholeName(t *testing.T) {
	f := wholeFleet(20)
	f.rows[3].Account = "production-eu at eu.example.com"
	m := fleetModel(f, 60, 20, "down", "down", "down")
	if !strings.Contains(strings.Split(stripped(m), "\n")[0], f.rows[3].Account) {
		t.Errorf("the name is cut everywhere:\n%s", stripped(m))
	}
	if m = fleetModel(f, 80, 20, "down", "down", "down"); !strings.Contains(strings.Split(stripped(m), "\n")[0], "chosen: "+f.rows[3].Account) {
		t.Errorf("the name stands there unexplained:\n%s", stripped(m))
	}
	if m = fleetModel(f, 140, 20, "down", "down", "down"); !strings.Contains(stripped(m), "showing: ") || !strings.Contains(stripped(m), f.rows[3].Account) {
		t.Errorf("a name is cut though there is room:\n%s", stripped(m))
	}
}
