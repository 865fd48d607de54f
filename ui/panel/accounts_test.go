package panel

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/ui/draw"
	"ortop/ui/scenes"
)

// plainPen draws without colours.
var plainPen = draw.Pen{Kit: &draw.Kit{Theme: draw.NewTheme(draw.Look{Dark: true, Depth: draw.Mono}), Now: scenes.Now, Focused: true}}

// pencil is one like it, to be changed.
func pencil() draw.Pen {
	kit := *plainPen.Kit
	return draw.Pen{Kit: &kit}
}

// threeAccounts are one that is live, one stale and one not known.
func threeAccounts() Accounts {
	stale := scenes.All["stale"]()
	stale.Balance = &credit.Balance{CreditsUSD: 5000, UsageUSD: 3765.5}
	stale.Burn.USDPerHour, stale.Burn.USDPerDay = scenes.USD(0.0042), scenes.USD(120)
	stale.Forecast.P50 /= 2
	return Accounts{All: []Account{{Name: "personal", Watched: true, Snap: scenes.Healthy()}, {Name: "work", Watched: true, Snap: stale}, {Name: "lab", Watched: true, Snap: scenes.All["unreachable"]()}}}
}

// Where some accounts have no room, the first to run out has.
func TestPanelShowsWhoRunsOutFirst(t *testing.T) {
	d := Accounts{All: make([]Account, 20), Shown: 3}
	d.All[15].Snap.Forecast = forecast.Forecast{State: forecast.OK, At: scenes.Now, P50: 3600}
	for n, want := range map[int][]int{1: {3}, 3: {3, 15}, 5: {0, 1, 3, 15}} {
		if got, _ := d.places(n); !slices.Equal(got, want) {
			t.Errorf("in %d lines stand %v, want %v", n, got, want)
		}
	}
}

// Where one line alone has room, an account that runs out soon is named in the next.
func TestPanelNamesWhoRunsOutBesideTheRest(t *testing.T) {
	d := threeAccounts()
	d.All[1].Snap = scenes.All["critical"]()
	lines := ansi.Strip(strings.Join(d.Render(plainPen, 80, 5), "\n"))
	if !strings.Contains(lines, "and 2 more · work  ▲ critical") {
		t.Errorf("who runs out first is not named:\n%s", lines)
	}
	d.Shown = 1
	if lines = ansi.Strip(strings.Join(d.Render(plainPen, 80, 5), "\n")); !strings.Contains(lines, "and 2 more  ") {
		t.Errorf("the account on the screen is named twice:\n%s", lines)
	}
}

func TestAccountsPanelIsBounded(t *testing.T) {
	for _, n := range []int{2, 3, 5, 20, 100} {
		for _, shown := range []int{0, 1, n / 2, n - 1} {
			for lines := 1; lines < 30; lines++ {
				d := Accounts{All: make([]Account, n), Shown: shown}
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
}

// A sum never stands alone: of how many accounts it is, and that a part of it
// is old, is said beside it, at every size.
func TestTotalSaysOfHowManyAndHowOld(t *testing.T) {
	for w := 24; w < 200; w += 3 {
		d := threeAccounts()
		_, total := d.Lines(plainPen, 0, w-4)
		if draw.Width(total) != w-4 {
			t.Errorf("in %d cells the sum takes %d", w-4, draw.Width(total))
		}
		total = ansi.Strip(total)
		if !strings.Contains(total, "2 of 3") && !strings.Contains(total, "2/3") || !strings.HasPrefix(total, "▲") {
			t.Errorf("in %d cells the sum is %q", w-4, total)
		}
		if (w >= 60 || strings.Contains(total, "oldest")) && !strings.Contains(total, "12 min") {
			t.Errorf("in %d cells the sum is %q: how old is it?", w-4, total)
		}
		if tot := d.total(plainPen.Now); tot.Known != 2 {
			t.Fatalf("the total is %+v", tot)
		}
	}
	for _, c := range []struct {
		name string
		say  func([]Account)
		want string
	}{
		{"all known and young", func(s []Account) { s[1].Snap, s[2].Snap = scenes.Healthy(), scenes.Healthy() }, "all 3 accounts  all known  $190.56"},
		{"as of the oldest", func(s []Account) {
			s[1].Snap, s[2].Snap = scenes.Healthy(), scenes.Healthy()
			s[1].Snap.At = scenes.Now.Add(-50e9)
		}, "as of 10:41:10 · first: personal"},
		{"none known", func(s []Account) { s[0].Snap, s[1].Snap = scenes.All["unreachable"](), scenes.All["unreachable"]() }, "0 of 3 known  —  —  —  —"},
		{"two names of one", func(s []Account) {
			s[1].Snap, s[2].Snap = scenes.Healthy(), scenes.Healthy()
			for i := range s {
				s[i].Snap.Key.Creator = "user_1"
			}
			s[2].Snap.Balance.CreditsUSD++
		}, "$128.04  $1.02/h  $24.60/day  as of 10:41:56 · 1 is a duplicate, counted once"},
	} {
		d := threeAccounts()
		c.say(d.All)
		_, total := d.Lines(plainPen, 0, 120)
		if total = ansi.Strip(total); !strings.Contains(total, c.want) {
			t.Errorf("%s: the sum is %q, want %q", c.name, total, c.want)
		}
	}
}

func TestAccountEnds(t *testing.T) {
	p := pencil()
	for _, c := range []struct {
		scene string
		w     int
		want  string
	}{
		{"healthy", 60, "Thu 26 Nov  80 %: Tue 24 to Sun 29"},
		{"healthy", 30, "Thu 26 Nov (Tue 24 to Sun 29)"},
		{"healthy", 20, "Thu 26 Nov"},
		{"healthy", 10, "Thu 26 Nov"},
		{"critical", 60, "Sat 21 Nov, 15:00  80 %: Sat 21, 12:00 to 21:00"},
		{"critical", 20, "Sat 21 Nov, 15:00"},
		{"capped", 30, "key cap Thu 26 Nov"},
		{"cap-spent", 30, "key cap spent"},
		{"depleted", 60, "credits ran out Sat 21 Nov, 10:31"},
		{"idle", 40, "idle: no spend for 3 h"},
		{"idle", 10, "idle"},
		{"cold", 40, "not enough history: 2 min"},
		{"cold", 10, "too early"},
		{"early", 40, "between tomorrow and Thu 3 Dec"},
		{"unreachable", 40, "—"},
	} {
		if got := ansi.Strip(endOf(p, new(scenes.All[c.scene]()), c.w)); got != c.want {
			t.Errorf("endOf(%s) in %d cells = %q, want %q", c.scene, c.w, got, c.want)
		}
	}
}

// A date in the column of those who run out is never one of a charge.
func TestEndOfWhatIsRefilled(t *testing.T) {
	p := pencil()
	for _, c := range []struct {
		scene string
		w     int
		want  string
	}{
		{"auto-top-up", 60, "charge Sun 22 Nov, 15:00  80 %: Sun 22 to Mon 23"}, {"auto-top-up", 25, "charge Sun 22 Nov, 15:00"},
		{"auto-top-up", 17, "charge Sun 22 Nov"}, {"auto-top-up", 10, "charge"}, {"top-up-due", 20, "charge due now"},
		{"top-up-missing", 25, "Sun 22 Nov, 06:00"},
	} {
		if got := ansi.Strip(endOf(p, new(scenes.All[c.scene]()), c.w)); got != c.want {
			t.Errorf("endOf(%s, %d) = %q, want %q", c.scene, c.w, got, c.want)
		}
	}
}
