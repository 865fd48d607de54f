package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/account"
	"ortop/internal/text"
	"ortop/ui/scenes"
)

// wholeFleet is n accounts of a team, of which two are followed.
func wholeFleet(n int) *fakeAccounts {
	f := newFakeAccounts()
	f.list = f.list[:2]
	f.said = []account.Snapshot{scenes.Healthy(), scenes.Healthy()}
	states := []string{"run out", "urgent", "warning", "stale", "network", "not read"}
	var left, day []string
	for i := range n {
		left, day = append(left, text.USD(float64(i)*1.37)), append(day, text.USD(float64(n-i)*.21))
	}
	left, day = text.Align(left), text.Align(day)
	for i := range n {
		r := FleetRow{
			ID: fmt.Sprint("team-", i), Account: fmt.Sprintf("team-%04d-%s", i, []string{"search", "support-desk", "ci"}[i%3]), State: "ok", Left: left[i],
			End: "in " + text.Span(time.Duration(i)*3*time.Hour), Between: text.Span(time.Duration(i)*2*time.Hour) + " and " + text.Span(time.Duration(i)*5*time.Hour),
			Day: day[i], Collector: fmt.Sprint("collector-", i%2), Read: text.Ago(time.Duration(i%60) * time.Second),
			LeftUSD: scenes.USD(float64(i) * 1.37), DayUSD: scenes.USD(float64(n-i) * .21), ReadAt: scenes.Now.Add(-time.Duration(i%60) * time.Second),
		}
		if i < len(states) {
			r.State = states[i]
		}
		if r.State == "not read" {
			r.Left, r.End, r.Between, r.Day, r.Collector, r.Read = text.Unknown, text.Unknown, "", text.Unknown, text.Unknown, "never"
			r.Why, r.LeftUSD, r.DayUSD, r.ReadAt = "the key is not accepted", nil, nil, time.Time{}
		}
		if i < 2 {
			r.ID, r.Account = f.list[i].Name, f.list[i].Name
		}
		f.rows = append(f.rows, r)
	}
	for i := 2; i < n; i++ {
		f.unlisted = append(f.unlisted, Account{Name: f.rows[i].ID, Feed: newFakeFeed()})
	}
	return f
}

func fleetModel(f *fakeAccounts, w, h int, keys ...string) Model {
	m := crewOf(f, w, h, viewOverview, scenes.Healthy(), scenes.Healthy())
	return dialed(m, append([]string{"A"}, keys...)...)
}

func TestFleetFrames(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}, {140, 40}} {
		w, h := size[0], size[1]
		compare(t, "fleet", fleetModel(wholeFleet(1000), w, h, "down", "down", "down"))
		compare(t, "fleet-trouble", fleetModel(wholeFleet(1000), w, h, "down", "down", "down", "down", "down"))
		compare(t, "fleet-filter", fleetModel(wholeFleet(1000), w, h, append([]string{"/"}, letters("desk ok")...)...))
		compare(t, "fleet-none", fleetModel(wholeFleet(1000), w, h, append(append([]string{"/"}, letters("nobody")...), "enter")...))
		unread := crewOf(wholeFleet(1000), w, h, viewOverview, scenes.Healthy(), scenes.Healthy())
		unread, _ = step(unread, press("A"))
		compare(t, "fleet-unread", unread)
		failed := wholeFleet(1000)
		failed.allErr = errors.New("the shared history does not answer")
		compare(t, "fleet-failed", fleetModel(failed, w, h))
	}
}

func TestFleetFits(t *testing.T) {
	for _, w := range []int{1, 20, 24, 30, 40, 59, 60, 80, 100, 140, 200} {
		for _, h := range []int{1, 3, 4, 5, 8, 12, 13, 14, 24, 60} {
			f := wholeFleet(60)
			f.rows[3].Account = scenes.All["hostile"]().Account
			f.rows[4].Collector = strings.Repeat("名", 40)
			m := fleetModel(f, w, h, "pgdown")
			fits(t, m)
			fits(t, dialed(m, "d"))
			fits(t, dialed(m, "/", "x"))
			m.dialog.err = strings.Repeat("no such account ", 20)
			fits(t, m)
		}
	}
}

// Whatever is typed after / finds names, states and collectors; enter opens the chosen
// account, listed or not, and esc leads back to the table.
func TestFleetOpens(t *testing.T) {
	f := wholeFleet(100)
	m := fleetModel(f, 100, 30, append([]string{"/"}, letters("STALE")...)...)
	if len(m.table.found) != 1 || !strings.Contains(stripped(m), "team-0003-search") {
		t.Fatalf("%d are stale:\n%s", len(m.table.found), stripped(m))
	}
	m = dialed(m, "enter")
	if !m.tabled() || m.table.filter.typing {
		t.Fatal("enter does not apply the filter")
	}
	m = dialed(m, "enter")
	if m.dialog.open || f.on != "team-3" || m.feed != f.unlisted[1].Feed {
		t.Fatalf("enter shows %q", f.on)
	}
	m = dialed(m, "3", "esc", "esc")
	if !m.tabled() || m.table.filter.Text() != "STALE" {
		t.Fatalf("esc does not lead back to the table as it was:\n%s", stripped(m))
	}
	m = dialed(m, "esc")
	if !m.tabled() || m.table.filter.Text() != "" || len(m.table.found) != 100 {
		t.Fatal("esc does not clear the filter")
	}
	if m = dialed(m, "esc", "esc"); m.dialog.open {
		t.Error("esc does not close the table, or opens it again")
	}
	f.unlisted = nil
	m = dialed(m, "A", "pgdown", "enter")
	if !m.tabled() || !strings.Contains(stripped(m), "✗ the shared history does not have it any more") {
		t.Errorf("one that is gone:\n%s", stripped(m))
	}
	m, _ = step(dialed(m, "/"), tea.PasteMsg{Content: "support"})
	if got := m.table.filter.Text(); got != "support" || len(m.table.found) != 32 {
		t.Errorf("a pasted filter is %q and finds %d", got, len(m.table.found))
	}
}

// The table is read again while it is open and looked at, and the same account stays
// chosen in another order.
func TestFleetIsReadAgain(t *testing.T) {
	f := wholeFleet(20)
	now := scenes.Now
	m := fleetModel(f, 100, 30, "down", "down", "down")
	m.o.Now = func() time.Time { return now }
	chosen, _, _ := m.chosenRow()
	f.rows = append([]FleetRow{}, f.rows...)
	f.rows[0], f.rows[12] = f.rows[12], f.rows[0]
	f.rows[chosenAt(f, chosen.ID)], f.rows[15] = f.rows[15], f.rows[chosenAt(f, chosen.ID)]
	tick := func() {
		m.clockGen++
		now = now.Add(fleetEvery)
		var cmd tea.Cmd
		m.now = m.clock()
		cmd = m.loadFleet()
		for _, msg := range answersOf(cmd) {
			m, _ = step(m, msg)
		}
	}
	before := f.read
	m.unfocused = true
	if tick(); f.read != before {
		t.Error("it is read though nobody looks")
	}
	m.unfocused = false
	if tick(); f.read != before+1 {
		t.Errorf("it was read %d times, want once more than %d", f.read, before)
	}
	if r, _, _ := m.chosenRow(); r.ID != chosen.ID || m.dialog.list.At != 15 {
		t.Errorf("%q is chosen at %d, was %q", r.ID, m.dialog.list.At, chosen.ID)
	}
	m = dialed(m, "esc")
	before = f.read
	if tick(); f.read != before {
		t.Error("it is read though it is closed")
	}
}

func chosenAt(f *fakeAccounts, id string) int {
	for i, r := range f.rows {
		if r.ID == id {
			return i
		}
	}
	return -1
}

func TestOneAccountHasNoTable(t *testing.T) {
	f := newFakeAccounts()
	f.list = f.list[:1]
	m := dialed(crewOf(f, 80, 24, viewOverview, scenes.Healthy()), "A")
	if m.tabled() || !m.dialog.open || f.read != 0 {
		t.Error("a table of one account")
	}
}

// BenchmarkFleet is a key pressed in the table and the frame that follows. With 1,000
// rows that is to take less than 16 ms, and hardly more than with 10.
func BenchmarkFleet(b *testing.B) {
	for _, c := range []struct {
		name string
		keys []string
	}{{"move", []string{"down", "pgdown", "up"}}, {"type", []string{"/", "o", "k", "backspace", "backspace", "esc"}}} {
		b.Run(c.name, func(b *testing.B) {
			pressed := func(n int) time.Duration {
				m := fleetModel(wholeFleet(n), 200, 60)
				from := time.Now()
				for i := range b.N {
					m, _ = step(m, press(c.keys[i%len(c.keys)]))
					if m.View().Content == "" {
						b.Fatal("no frame")
					}
				}
				return time.Since(from)
			}
			few, many := pressed(10), pressed(1000)
			b.ReportMetric(many.Seconds()*1000/float64(b.N), "ms/key")
			b.ReportMetric(many.Seconds()/few.Seconds(), "x10rows")
		})
	}
}
