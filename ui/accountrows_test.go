package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/ui/draw"
)

// manyAccounts are n of which each says something else.
func manyAccounts(n int) (*fakeAccounts, []account.Snapshot) {
	f, said := newFakeAccounts(), threeAccounts()
	for i := len(f.list); i < n; i++ {
		f.list = append(f.list, Account{Name: fmt.Sprintf("team-%02d", i), Feed: newFakeFeed()})
		s := healthy()
		s.Balance.CreditsUSD += float64(i)
		said = append(said, s)
	}
	return f, said
}

func TestAccountFrames(t *testing.T) {
	for _, size := range [][2]int{{20, 1}, {40, 12}, {80, 24}, {100, 30}, {140, 40}} {
		compare(t, "accounts", crewOf(newFakeAccounts(), size[0], size[1], viewOverview, threeAccounts()...))
		f, said := manyAccounts(20)
		f.list[0].Feed = filledFeed()
		m := crewOf(f, size[0], size[1], viewOverview, said...)
		compare(t, "accounts-many", m)
	}
}

// A small pane names another account that soon runs out, and no other.
func TestSmallPaneNamesWhoRunsOutFirst(t *testing.T) {
	soon := scenes["stale"]()
	soon.Forecast.P10, soon.Forecast.P50, soon.Forecast.P90 = 3600, 7200, 9000
	for _, c := range []struct {
		name string
		said []account.Snapshot
		view int
		want bool
	}{
		{"another", []account.Snapshot{healthy(), soon}, viewOverview, true},
		{"the one on the screen", []account.Snapshot{soon, healthy()}, viewOverview, false},
		{"none soon", []account.Snapshot{healthy(), healthy()}, viewOverview, false},
		{"beside the chances", []account.Snapshot{healthy(), soon}, viewForecast, false},
	} {
		for _, size := range [][2]int{{40, 12}, {60, 18}} {
			frame := stripped(crewOf(newFakeAccounts(), size[0], size[1], c.view, c.said...))
			if got := strings.Contains(frame, " work  ▲ stale 12 min "); got != c.want {
				t.Errorf("%s at %v: named %t, want %t:\n%s", c.name, size, got, c.want, frame)
			}
		}
	}
}

// Where some accounts have no room, the first to run out has.
func TestPanelShowsWhoRunsOutFirst(t *testing.T) {
	d := accounts{make([]accountRow, 20), 3}
	d.all[15].snap.Forecast = forecast.Forecast{State: forecast.OK, At: testNow, P50: 3600}
	for n, want := range map[int][]int{1: {3}, 3: {3, 15}, 5: {0, 1, 3, 15}} {
		if got, _ := d.places(n); !slices.Equal(got, want) {
			t.Errorf("in %d lines stand %v, want %v", n, got, want)
		}
	}
}

func TestAccountsPanelIsBounded(t *testing.T) {
	for _, n := range []int{2, 3, 5, 20, 100} {
		for _, shown := range []int{0, 1, n / 2, n - 1} {
			for lines := 1; lines < 30; lines++ {
				d := accounts{make([]accountRow, n), shown}
				places, more := d.places(lines)
				seen := map[int]bool{}
				for _, i := range places {
					seen[i] = true
				}
				if len(places) > max(1, lines) || !seen[shown] || len(seen) != len(places) || len(places)+more != n || more > 0 && lines > 1 && len(places)+1 > lines {
					t.Fatalf("%d accounts, %d shown, in %d lines: places %v and %d more", n, shown, lines, places, more)
				}
			}
		}
	}
	f, said := manyAccounts(20)
	m := crewOf(f, 80, 24, viewOverview, said...)
	for range 7 {
		m, _ = step(m, press("a"))
	}
	if frame := stripped(m); !strings.Contains(frame, "▸ team-07") || !strings.Contains(frame, "and 18 more") || !strings.Contains(frame, "19 of 20 known") {
		t.Errorf("20 accounts are\n%s", frame)
	}
}

// A sum never stands alone: of how many accounts it is, and that a part of it
// is old, is said beside it, at every size.
func TestTotalSaysOfHowManyAndHowOld(t *testing.T) {
	f := newFakeAccounts()
	for w := 24; w < 200; w += 3 {
		m := crewOf(f, w, 30, viewOverview, threeAccounts()...)
		m, _ = step(m, press("A"))
		_, total := m.accounts().lines(m.pen(), 0, w-4)
		d := m.accounts()
		if draw.Width(total) != w-4 {
			t.Errorf("in %d cells the sum takes %d", w-4, draw.Width(total))
		}
		total = stripANSI(total)
		if !strings.Contains(total, "2 of 3") && !strings.Contains(total, "2/3") || !strings.HasPrefix(total, "▲") {
			t.Errorf("in %d cells the sum is %q", w-4, total)
		}
		if (w >= 60 || strings.Contains(total, "oldest")) && !strings.Contains(total, "12 min") {
			t.Errorf("in %d cells the sum is %q: how old is it?", w-4, total)
		}
		if tot := d.total(m.pen()); tot.Known != 2 {
			t.Fatalf("the total is %+v", tot)
		}
	}
	for _, c := range []struct {
		name string
		say  func([]account.Snapshot)
		want string
	}{
		{"all known and young", func(s []account.Snapshot) { s[1], s[2] = healthy(), healthy() }, "all 3 accounts  all known  $190.56"},
		{"as of the oldest", func(s []account.Snapshot) { s[1], s[2] = healthy(), healthy(); s[1].At = testNow.Add(-50e9) }, "as of 10:41:10 · first: personal"},
		{"none known", func(s []account.Snapshot) { s[0], s[1] = scenes["unreachable"](), scenes["unreachable"]() }, "0 of 3 known  —  —  —  —"},
		{"two names of one", func(s []account.Snapshot) {
			s[1], s[2] = healthy(), healthy()
			for i := range s {
				s[i].Key.Creator = "user_1"
			}
			s[2].Balance.CreditsUSD++
		}, "$128.04  $1.02/h  $24.60/day  as of 10:41:56 · 1 is a second name, summed once"},
	} {
		said := threeAccounts()
		c.say(said)
		m := crewOf(newFakeAccounts(), 140, 30, viewOverview, said...)
		_, total := m.accounts().lines(m.pen(), 0, 120)
		if total = stripANSI(total); !strings.Contains(total, c.want) {
			t.Errorf("%s: the sum is %q, want %q", c.name, total, c.want)
		}
	}
}

func TestAccountEnds(t *testing.T) {
	p := modelOf(Options{}, healthy(), 80, 24, 0).pen()
	for _, c := range []struct {
		scene string
		w     int
		want  string
	}{
		{"healthy", 60, "Thu 26 Nov, 14:17  80 %: Tue 24 to Sun 29"},
		{"healthy", 30, "Thu 26 Nov (Tue 24 to Sun 29)"},
		{"healthy", 20, "Thu 26 Nov, 14:17"},
		{"healthy", 10, "Thu 26 Nov"},
		{"critical", 60, "Sat 21 Nov, 15:05  80 %: Sat 21, 12:47 to 20:23"},
		{"critical", 20, "Sat 21 Nov, 15:05"},
		{"capped", 30, "key cap Thu 26 Nov, 14:17"},
		{"cap-spent", 30, "key cap spent"},
		{"depleted", 60, "credits ran out Sat 21 Nov, 10:31"},
		{"idle", 40, "idle: no spend for 3 h"},
		{"idle", 10, "idle"},
		{"cold", 40, "not enough history: 2 min"},
		{"cold", 10, "too early"},
		{"early", 40, "between tomorrow and Thu 3 Dec"},
		{"unreachable", 40, "—"},
	} {
		if got := stripANSI(endOf(p, scenes[c.scene](), c.w)); got != c.want {
			t.Errorf("endOf(%s) in %d cells = %q, want %q", c.scene, c.w, got, c.want)
		}
	}
}

func TestClickShowsAnAccount(t *testing.T) {
	f := newFakeAccounts()
	f.list[2].Feed = nil
	m := crewOf(f, 100, 30, viewOverview, healthy(), scenes["stale"]())
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
	s.Account, s.Phase, s.Now = "work", account.Asking, testNow.Add(1)
	m, cmd := step(m, snapshotMsg{f.list[1].Feed, s})
	if m.View().Content != before || cmd == nil || m.turning {
		t.Error("a poll of another account changes the screen, or it is not heard again")
	}
	plots := m.spend.gen
	s = healthy()
	s.Account, s.Balance.CreditsUSD = "work", 200
	if m, _ = step(m, snapshotMsg{f.list[1].Feed, s}); m.spend.gen != plots {
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
		for _, w := range []int{80, 100, 140} {
			for h := 14; h < 70; h += 3 {
				f, said := manyAccounts(n)
				f.list = f.list[:n]
				if h%2 == 0 {
					f.list[0].Feed = filledFeed()
				}
				m := crewOf(f, w, h, viewOverview, said[:n]...)
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

// A date in the column of those who run out is never one of a charge.
func TestEndOfWhatIsRefilled(t *testing.T) {
	p := plainPen
	for _, c := range []struct {
		scene string
		w     int
		want  string
	}{
		{"auto-top-up", 60, "charge Sun 22 Nov, 15:59  80 %: Sun 22 to Mon 23"}, {"auto-top-up", 25, "charge Sun 22 Nov, 15:59"},
		{"auto-top-up", 17, "charge Sun 22 Nov"}, {"auto-top-up", 10, "charge"}, {"top-up-due", 20, "charge due now"},
		{"top-up-missing", 25, "Sun 22 Nov, 06:59"},
	} {
		if got := ansi.Strip(endOf(p, scenes[c.scene](), c.w)); got != c.want {
			t.Errorf("endOf(%s, %d) = %q, want %q", c.scene, c.w, got, c.want)
		}
	}
}
