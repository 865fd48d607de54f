package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/ui/draw"
	"ortop/ui/load"
	"ortop/ui/scenes"
)

// manyAccounts are n of which each says something else.
func manyAccounts(n int) (*fakeAccounts, []account.Snapshot) {
	f, said := newFakeAccounts(), threeAccounts()
	for i := len(f.list); i < n; i++ {
		f.list = append(f.list, Account{Name: fmt.Sprintf("team-%02d", i), Feed: newFakeFeed()})
		s := scenes.Healthy()
		s.Balance.CreditsUSD += float64(i)
		said = append(said, s)
	}
	return f, said
}

func TestAccountFrames(t *testing.T) {
	for _, size := range sevenSizes {
		compare(t, "accounts", crewOf(newFakeAccounts(), size[0], size[1], viewOverview, threeAccounts()...))
		f, said := manyAccounts(20)
		f.list[0].Feed = filledFeed()
		m := crewOf(f, size[0], size[1], viewOverview, said...)
		compare(t, "accounts-many", m)
	}
}

// A small pane names another account that soon runs out, and no other.
func TestSmallPaneNamesWhoRunsOutFirst(t *testing.T) {
	soon := scenes.All["stale"]()
	soon.Forecast.P10, soon.Forecast.P50, soon.Forecast.P90 = 3600, 7200, 9000
	for _, c := range []struct {
		name string
		said []account.Snapshot
		view int
		want bool
	}{
		{"another", []account.Snapshot{scenes.Healthy(), soon}, viewOverview, true},
		{"the one on the screen", []account.Snapshot{soon, scenes.Healthy()}, viewOverview, false},
		{"none soon", []account.Snapshot{scenes.Healthy(), scenes.Healthy()}, viewOverview, false},
		{"beside the chances", []account.Snapshot{scenes.Healthy(), soon}, viewForecast, false},
	} {
		for _, size := range [][2]int{{40, 12}, {60, 18}} {
			frame := stripped(crewOf(newFakeAccounts(), size[0], size[1], c.view, c.said...))
			if got := strings.Contains(frame, " work  ▲ stale 12 min "); got != c.want {
				t.Errorf("%s at %v: named %t, want %t:\n%s", c.name, size, got, c.want, frame)
			}
		}
	}
}

// Three rows say what is left and when it runs out; what fills a bar comes after that.
func TestThreeRowsSayWhenItRunsOut(t *testing.T) {
	for _, c := range []struct {
		state, left, out string
	}{
		{"healthy", " left", "runs out Thu 26 Nov"},
		{"ordinary", "not visible to this key", "cap $14.87 left of $20"},
	} {
		frame := stripped(modelOf(Options{}, scenes.All[c.state](), 40, 3, viewOverview))
		if !strings.Contains(frame, c.left) || !strings.Contains(frame, c.out) {
			t.Errorf("%s: no %q and %q in\n%s", c.state, c.left, c.out, frame)
		}
	}
	s := scenes.Healthy()
	s.Alerts = []alert.Event{{Rule: alert.Leak, Level: alert.Warning, Text: "spend has risen for 5 weeks"}}
	for h, want := range map[int][]string{3: {"▲ 1", "10:42", " left", "runs out Thu 26 Nov"}, 4: {"▲ warning", " left", "runs out Thu 26 Nov"}} {
		for _, word := range want {
			if frame := stripped(modelOf(Options{}, s, 40, h, viewOverview)); !strings.Contains(frame, word) {
				t.Errorf("%d rows with an alert: no %q in\n%s", h, word, frame)
			}
		}
	}
}

func TestClickShowsAnAccount(t *testing.T) {
	f := newFakeAccounts()
	f.list[2].Feed = nil
	m := crewOf(f, 100, 30, viewOverview, scenes.Healthy(), scenes.All["stale"]())
	line := func(word string) int {
		for y, line := range strings.Split(stripped(m), "\n") {
			if strings.Contains(line, word) {
				return y
			}
		}
		t.Fatalf("no %q on the screen", word)
		return 0
	}
	click := func(y int) Model {
		next, _ := step(m, tea.MouseClickMsg{X: 20, Y: y, Button: tea.MouseLeft})
		return next
	}
	if got := click(line("○ no key")); got.feed != m.feed {
		t.Error("a click shows an account that is not watched")
	}
	if got := click(line("all 3 accounts")); got.feed != m.feed {
		t.Error("a click on the sum shows an account")
	}
	if got := click(line("▲ stale 12 min")); got.feed != f.list[1].Feed || f.on != "work" {
		t.Error("a click on a row does not show its account")
	}
}

// What another account says changes its row and the sum alone, and nothing is
// written where nothing of that is seen.
func TestOthersAreHeardQuietly(t *testing.T) {
	f := newFakeAccounts()
	m := crewOf(f, 100, 30, viewOverview, threeAccounts()...)
	before := m.View().Content
	s := threeAccounts()[1]
	s.Account, s.Phase, s.Now = "work", account.Asking, scenes.Now.Add(1)
	m, cmd := step(m, snapshotMsg{f.list[1].Feed, s})
	if m.View().Content != before || cmd == nil || m.turning {
		t.Error("a poll of another account changes the screen, or it is not heard again")
	}
	plots := m.spend.Gen
	s = scenes.Healthy()
	s.Account, s.Balance.CreditsUSD = "work", 200
	if m, _ = step(m, snapshotMsg{f.list[1].Feed, s}); m.spend.Gen != plots {
		t.Error("a reading of another account asks for this one's plot")
	}
	if frame := stripped(m); !strings.Contains(frame, "$163.52") || !strings.Contains(frame, "$227.04") {
		t.Errorf("a reading of another account is not in its row and the sum:\n%s", frame)
	}
}

// The panel never takes the plot's room, and whatever is on the screen fills
// it.
func TestAccountsLeaveThePlotItsRoom(t *testing.T) {
	for _, n := range []int{2, 3, 20} {
		var crews [2]Model
		for i := range crews {
			f, said := manyAccounts(n)
			f.list = f.list[:n]
			if i == 0 {
				f.list[0].Feed = filledFeed()
			}
			crews[i] = crewOf(f, 80, 24, viewOverview, said[:n]...)
		}
		for _, w := range []int{80, 100, 140} {
			for h := 14; h < 70; h += 3 {
				m := sized(crews[h%2], w, h, viewOverview)
				l := m.layout()
				plots := l.spend.h + l.fan.h
				if l.accounts.h > 0 && (plots < besideAccounts || l.accounts.h < leastAccounts || l.accounts.h > n+3 && l.cards.y != l.accounts.y) {
					t.Errorf("%d accounts at %dx%d: %d rows of accounts leave the plots %d", n, w, h, l.accounts.h, plots)
				}
				if h >= 24 && l.accounts.h == 0 {
					t.Errorf("%d accounts at %dx%d are not shown", n, w, h)
				}
				lines := strings.Split(m.View().Content, "\n")
				if len(lines) != h {
					t.Errorf("%d accounts at %dx%d: %d lines", n, w, h, len(lines))
				}
				for i, line := range lines {
					if draw.Width(line) != w {
						t.Errorf("%d accounts at %dx%d: line %d is %d cells", n, w, h, i, draw.Width(line))
					}
				}
				if l.accounts.h > 0 && !strings.Contains(lines[l.accounts.y], "accounts") {
					t.Errorf("%d accounts at %dx%d: the panel is not where the layout says", n, w, h)
				}
			}
		}
	}
}

// Of many accounts the panel shows the one on the screen, and how many more.
func TestPanelOfManyAccounts(t *testing.T) {
	f, said := manyAccounts(20)
	m := crewOf(f, 80, 24, viewOverview, said...)
	for range 7 {
		m, _ = step(m, press("a"))
	}
	if frame := stripped(m); !strings.Contains(frame, "▸ team-07") || !strings.Contains(frame, "and 18 more") || !strings.Contains(frame, "19 of 20 known") {
		t.Errorf("20 accounts are\n%s", frame)
	}
}

// TestAccountsShowTheirDay: each row has its own hours once these are read, on
// one scale, and is blank before and where nothing is stored; nobody is asked
// anew within five minutes, nor while nobody looks.
func TestAccountsShowTheirDay(t *testing.T) {
	f := newFakeAccounts()
	idle := newFakeFeed()
	idle.noRise = true
	f.list[1].Feed, f.list[2].Feed = idle, nil
	m := crewOf(f, 200, 60, viewOverview, threeAccounts()...)
	row := func(m Model, name string) string {
		l := m.layout()
		for _, line := range strings.Split(stripped(m), "\n")[l.accounts.y:] {
			if strings.Contains(line[:min(len(line), 40)], name) {
				return string([]rune(line)[:l.accounts.w])
			}
		}
		t.Fatalf("no row of %s:\n%s", name, stripped(m))
		return ""
	}
	for i := range m.peers {
		m.peers[i].day = load.Request[int, history.Plot]{}
	}
	if got := row(m, "personal"); strings.ContainsAny(got, "▁▂▃▄▅▆▇█") {
		t.Errorf("before its hours are known the row is %q", got)
	}
	plots := idle.plots.Load()
	read := func() {
		cmd := m.loadDays()
		for _, msg := range run(cmd) {
			m, _ = step(m, msg)
		}
	}
	read()
	if got := row(m, "personal"); !strings.Contains(got, "█") {
		t.Errorf("the row does not show its hours: %q", got)
	}
	if got := row(m, "work"); strings.ContainsAny(got, "▂▃▄▅▆▇█") || !strings.Contains(got, "▁▁▁▁▁▁") {
		t.Errorf("the row of an account without spend is %q", got)
	}
	read()
	if got := idle.plots.Load() - plots; got != 1 {
		t.Errorf("the hours were read %d times in five minutes, want once", got)
	}
	m.now = m.now.Add(dayEvery)
	m.unfocused = true
	read()
	if got := idle.plots.Load() - plots; got != 1 {
		t.Error("the hours are read though nobody looks")
	}
	m.unfocused = false
	read()
	if got := idle.plots.Load() - plots; got != 2 {
		t.Errorf("the hours were read %d times in ten minutes, want twice", got)
	}
}
