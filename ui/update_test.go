package ui

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"ortop/history"
	"ortop/internal/account"
	"ortop/ui/draw"
	"ortop/ui/load"
	"ortop/ui/panel"
	"ortop/ui/scenes"
)

func press(k string) tea.KeyPressMsg {
	switch k {
	case "tab":
		return tea.KeyPressMsg{Code: tea.KeyTab}
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	case "enter":
		return tea.KeyPressMsg{Code: tea.KeyEnter}
	case "left":
		return tea.KeyPressMsg{Code: tea.KeyLeft}
	case "right":
		return tea.KeyPressMsg{Code: tea.KeyRight}
	case "up":
		return tea.KeyPressMsg{Code: tea.KeyUp}
	case "down":
		return tea.KeyPressMsg{Code: tea.KeyDown}
	case "delete":
		return tea.KeyPressMsg{Code: tea.KeyDelete}
	case "home":
		return tea.KeyPressMsg{Code: tea.KeyHome}
	case "end":
		return tea.KeyPressMsg{Code: tea.KeyEnd}
	case "backspace":
		return tea.KeyPressMsg{Code: tea.KeyBackspace}
	case "ctrl+c", "ctrl+z", "ctrl+v":
		return tea.KeyPressMsg{Code: rune(k[5]), Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
}

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		ok   func(m Model, f *fakeFeed) bool
		cmd  bool // the last key gives a command
	}{
		{"number shows view", []string{"2"}, func(m Model, _ *fakeFeed) bool { return m.view == viewForecast }, true},
		{"tab goes round", []string{"tab", "tab", "tab", "tab"}, func(m Model, _ *fakeFeed) bool { return m.view == viewOverview }, false}, // its plot is already asked for
		{"longer range", []string{"]"}, func(m Model, _ *fakeFeed) bool { return panel.Spans[m.span].Name == "7d" }, true},
		{"range stops at the longest", []string{"]", "]", "]", "]", "]", "]", "]"}, func(m Model, _ *fakeFeed) bool { return panel.Spans[m.span].Name == "all" }, false},
		{"range stops at the shortest", []string{"[", "[", "[", "["}, func(m Model, _ *fakeFeed) bool { return panel.Spans[m.span].Name == "1h" }, false},
		{"forecast has a range of its own", []string{"2", "]"}, func(m Model, _ *fakeFeed) bool {
			return panel.Spans[m.span].Name == "24h" && panel.Spans[m.back()].Name == "30d"
		}, false},
		{"refresh", []string{"r"}, func(_ Model, f *fakeFeed) bool { return f.refreshed.Load() == 1 }, false},
		{"pause", []string{"p"}, func(_ Model, f *fakeFeed) bool { return f.paused.Load() }, false},
		{"help opens", []string{"?"}, func(m Model, _ *fakeFeed) bool { return m.help }, false},
		{"help swallows other keys", []string{"?", "r", "2"}, func(m Model, f *fakeFeed) bool { return m.help && f.refreshed.Load() == 0 && m.view == 0 }, false},
		{"esc closes help", []string{"?", "esc"}, func(m Model, _ *fakeFeed) bool { return !m.help }, false},
		{"esc leaves the forecast", []string{"2", "esc"}, func(m Model, _ *fakeFeed) bool { return m.view == viewOverview }, false},
		{"left sets the cursor on the last column", []string{"left"}, func(m Model, _ *fakeFeed) bool { return m.spendPlot().CursorBucket() == len(m.spend.Value.Buckets)-1 }, false},
		{"cursor moves back and stops at the end", []string{"left", "left", "right", "right", "right"}, func(m Model, _ *fakeFeed) bool {
			return m.spendPlot().CursorBucket() == len(m.spend.Value.Buckets)-1
		}, false},
		{"esc takes the cursor away", []string{"left", "esc"}, func(m Model, _ *fakeFeed) bool { return m.cursor.IsZero() }, false},
		{"h and l move the cursor", []string{"h", "h", "l"}, func(m Model, _ *fakeFeed) bool {
			return m.spendPlot().CursorBucket() == len(m.spend.Value.Buckets)-1
		}, false},
		{"j and k choose a field of the plan", []string{"2", "j", "j", "k"}, func(m Model, _ *fakeFeed) bool { return m.plan.at == 1 }, false},
		{"theme", []string{"t"}, func(m Model, _ *fakeFeed) bool { return m.themeID == 1 && m.notice != "" }, true},
		{"copy", []string{"y"}, func(m Model, _ *fakeFeed) bool { return strings.Contains(m.notice, "$63.52 left") }, true},
		{"credits page", []string{"o"}, func(m Model, _ *fakeFeed) bool { return strings.Contains(m.notice, panel.CreditsPage) }, true},
		{"quit", []string{"q"}, func(Model, *fakeFeed) bool { return true }, true},
		{"interrupt", []string{"ctrl+c"}, func(Model, *fakeFeed) bool { return true }, true},
		{"suspend is not bound without a hook", []string{"ctrl+z"}, func(Model, *fakeFeed) bool { return true }, false},
		{"unbound", []string{"x"}, func(m Model, _ *fakeFeed) bool { return m.view == 0 && m.notice == "" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFakeFeed()
			m := modelOf(Options{Feed: f}, scenes.Healthy(), 100, 30, viewOverview)
			var cmd tea.Cmd
			for _, k := range c.keys {
				m, cmd = step(m, press(k))
			}
			if !c.ok(m, f) {
				t.Errorf("after %v the state is not as expected: view %d span %d notice %q", c.keys, m.view, m.span, m.notice)
			}
			if (cmd != nil) != c.cmd {
				t.Errorf("after %v command = %t, want %t", c.keys, cmd != nil, c.cmd)
			}
		})
	}
}

func TestQuitAndInterruptAreCommands(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 80, 24, 0)
	_, cmd := step(m, press("q"))
	if _, ok := cmd().(tea.QuitMsg); !ok {
		t.Error("q does not quit")
	}
	_, cmd = step(m, press("ctrl+c"))
	if _, ok := cmd().(tea.InterruptMsg); !ok {
		t.Error("ctrl+c does not interrupt")
	}
	m.suspend = tea.Suspend
	_, cmd = step(m, press("ctrl+z"))
	if _, ok := cmd().(tea.SuspendMsg); !ok {
		t.Error("ctrl+z does not suspend")
	}
}

// U10: a paste reaches no key binding.
func TestPasteDoesNothing(t *testing.T) {
	f := newFakeFeed()
	m := modelOf(Options{Feed: f}, scenes.Healthy(), 100, 30, 0)
	m, cmd := step(m, tea.PasteMsg{Content: "q2pr?" + strings.Repeat("x", 1<<20)})
	if cmd != nil || m.view != 0 || m.help || f.refreshed.Load() != 0 || f.paused.Load() {
		t.Error("a paste did something")
	}
}

func TestPageOnlyOfOpenRouter(t *testing.T) {
	m := modelOf(Options{}, scenes.All["noted"](), 100, 30, 0)
	if m, _ = step(m, press("o")); m.notice != "" {
		t.Errorf("o on another host = %q, want nothing", m.notice)
	}
}

func TestMouse(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 100, 30, 0)
	click := func(m Model, x, y int) Model {
		m, _ = step(m, tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
		return m
	}
	lines := strings.Split(stripped(m), "\n")
	find := func(word string) (x, y int) {
		for y, line := range lines {
			if before, _, ok := strings.Cut(line, word); ok {
				return draw.Width(before), y
			}
		}
		t.Fatalf("no %q on the screen", word)
		return 0, 0
	}
	x, y := find("forecast")
	if got := click(m, x, y); got.view != viewForecast {
		t.Error("a click on a tab does not show it")
	}
	for i, s := range panel.Spans {
		if i == m.span {
			continue
		}
		x, y = find(s.Name + " ")
		if got := click(m, x, y); got.span != i {
			t.Errorf("a click on %q chose %q", s.Name, panel.Spans[got.span].Name)
		}
	}
	x, y = m.layout().spend.x+1+draw.AxisWidth, m.layout().spend.y+3
	clicked := click(m, x+11, y)
	if got, want := clicked.spendPlot().CursorBucket(), m.spendPlot().BucketAt(10, m.layout().spend.w, m.now); got != want || got < 10 {
		t.Errorf("a click on column 10 = bucket %d, want %d", got, want)
	}
	m, _ = step(m, tea.MouseWheelMsg{X: x + 11, Y: y, Button: tea.MouseWheelLeft})
	if got := m.spendPlot().CursorBucket(); got != len(m.spend.Value.Buckets)-1 {
		t.Errorf("the wheel put the cursor on %d", got)
	}
}

func TestPlotIsAskedOnceAtATime(t *testing.T) {
	f := newFakeFeed()
	m := modelOf(Options{Feed: f}, scenes.Healthy(), 100, 30, 0)
	later := scenes.Healthy()
	read := func() snapshotMsg {
		later.Now = later.Now.Add(time.Second)
		return snapshotMsg{f, later}
	}
	m, cmd := step(m, read())
	if cmd == nil || !m.spend.Loading {
		t.Fatal("a snapshot does not ask for the plot")
	}
	gen := m.spend.Gen
	for range 50 {
		m, _ = step(m, read())
		m, _ = step(m, tea.WindowSizeMsg{Width: 90, Height: 30})
	}
	if m.spend.Gen != gen {
		t.Errorf("asked %d more times while one was in flight", m.spend.Gen-gen)
	}
	m, cmd = step(m, spendMsg{source{f}, load.Answer[plotOf, history.Plot]{Gen: gen, Of: m.spend.Sent}})
	if m.spend.Gen != gen+1 || cmd == nil {
		t.Error("what changed meanwhile is not asked for afterwards")
	}
	before := m.spend.Value
	m, _ = step(m, spendMsg{source{f}, load.Answer[plotOf, history.Plot]{Gen: gen, Of: m.spend.Sent, Value: history.Plot{Buckets: make([]history.Bucket, 3)}}})
	if len(m.spend.Value.Buckets) != len(before.Buckets) {
		t.Error("an answer of an older generation is shown")
	}
}

// A plot that is there is not asked for again by a look at something else, before
// anything was read or a minute has passed; one that failed is.
func TestAPlotIsAskedForOnceForAReading(t *testing.T) {
	f, now := newFakeFeed(), scenes.Now
	m := modelOf(Options{Feed: f}, scenes.Healthy(), 100, 30, 0)
	m.o.Now = func() time.Time { return now }
	presses := func(keys ...string) (asked int) {
		for _, k := range keys {
			m, _ = step(m, press(k))
			for _, loading := range []bool{m.spend.Loading, m.fan.Loading} {
				if loading {
					asked++
				}
			}
			m = loaded(m)
		}
		return asked
	}
	presses("v", "v", "v", "2") // each plot was seen once
	for _, c := range []struct {
		name  string
		does  func()
		asked int
		keys  []string
	}{
		{"nothing is new", func() {}, 0, []string{"1", "2", "1"}},
		{"another range, and back", func() {}, 2, []string{"]", "["}},
		{"it cannot be read", func() { f.err = errors.New("disk I/O error") }, 1, []string{"]"}},
		{"it could not be read", func() { f.err = nil }, 1, []string{"3", "1"}},
		{"a minute has passed", func() { now = now.Add(plotEvery) }, 1, []string{"3", "1"}},
	} {
		c.does()
		if asked := presses(c.keys...); asked != c.asked {
			t.Errorf("%s: %v asks %d times, want %d", c.name, c.keys, asked, c.asked)
		}
	}
}

func TestPlotErrors(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 100, 30, 0)
	m, _ = step(m, snapshotMsg{m.feed, scenes.Healthy()})
	m, _ = step(m, spendMsg{source{m.feed}, load.Answer[plotOf, history.Plot]{Gen: m.spend.Gen, Of: m.spend.Sent, Err: errors.New("disk I/O error")}})
	if m.spendPlot().Err != nil || len(m.spend.Value.Buckets) == 0 {
		t.Error("one failure takes the plot of the same range away")
	}
	m, _ = step(m, press("]"))
	m, _ = step(m, spendMsg{source{m.feed}, load.Answer[plotOf, history.Plot]{Gen: m.spend.Gen, Of: m.spend.Sent, Err: errors.New("disk I/O error")}})
	if !strings.Contains(stripped(m), "history cannot be read: disk I/O error") {
		t.Error("a failure of a new range is not said")
	}
}

func TestSnapshotsOfAnotherFeedAreIgnored(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 80, 24, 0)
	other := scenes.Healthy()
	other.Account = "other"
	if m, _ = step(m, snapshotMsg{newFakeFeed(), other}); m.snap.Account != "personal" {
		t.Error("a snapshot of a feed that is gone is shown")
	}
}

func TestClockGenerations(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 80, 24, 0)
	if _, cmd := step(m, clockMsg{m.clockGen}); cmd == nil {
		t.Error("the clock stopped")
	}
	if _, cmd := step(m, clockMsg{m.clockGen - 1}); cmd != nil {
		t.Error("an old tick goes on")
	}
}

// Seen, the clock ticks by ten seconds; unseen or without seconds by the
// minute.
func TestClockRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			name string
			h    int
			blur bool
			want time.Duration
		}{
			{"seen", 24, false, 10 * time.Second},
			{"unseen", 24, true, time.Minute},
			{"one row", 1, false, time.Minute},
		} {
			m := newModel(Options{Feed: newFakeFeed()})
			m.w, m.h, m.unfocused = 80, c.h, c.blur
			start := time.Now()
			m.clockCmd()()
			if got := time.Since(start); got <= 0 || got > c.want || time.Now() != time.Now().Truncate(c.want) {
				t.Errorf("%s: a tick after %v, want at the next %v", c.name, got, c.want)
			}
		}
	})
}

func TestSpinnerTurnsOnlyWhileAsking(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 80, 24, 0)
	if m.turning {
		t.Fatal("the spinner turns while waiting")
	}
	asking := scenes.Healthy()
	asking.Phase = account.Asking
	m, _ = step(m, snapshotMsg{m.feed, asking})
	if !m.turning {
		t.Fatal("the spinner does not turn")
	}
	m, cmd := step(m, spunMsg{})
	if cmd == nil || !m.turning {
		t.Error("the spinner stopped while asking")
	}
	m, _ = step(m, snapshotMsg{m.feed, scenes.Healthy()})
	if m, cmd = step(m, spunMsg{}); cmd != nil || m.turning {
		t.Error("the spinner goes on after the answer")
	}
	m, _ = step(m, tea.BlurMsg{})
	if m, _ = step(m, snapshotMsg{m.feed, asking}); m.turning {
		t.Error("the spinner turns while nobody looks")
	}
}

// Unseen, no age stands that would be wrong a moment later.
func TestUnseenShowsTheTime(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 80, 24, 0)
	m, _ = step(m, tea.BlurMsg{})
	if got := stripped(m); !strings.Contains(got, "updated 10:41:56") || strings.Contains(got, "4 s ago") {
		t.Errorf("unseen footer: %q", got[strings.LastIndex(got, "\n"):])
	}
}

// Unseen, a screen is drawn again for a reading, and for time alone only where none
// comes.
func TestUnseenIsStill(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 100, 30, 0)
	healthy := m.snap
	asking := healthy
	asking.Phase = account.Asking
	if m, _ = step(m, snapshotMsg{m.feed, asking}); m.Still() {
		t.Error("seen, a request is not shown")
	}
	m, _ = step(m, snapshotMsg{m.feed, healthy})
	m, _ = step(m, tea.BlurMsg{})
	if m.Still() {
		t.Error("that nobody looks is not shown")
	}
	m, cmd := step(m, snapshotMsg{m.feed, asking})
	if !m.Still() || cmd == nil {
		t.Error("unseen, a request is drawn, or the next snapshot is not waited for")
	}
	if m, cmd = step(m, clockMsg{m.clockGen}); !m.Still() || cmd == nil {
		t.Error("unseen, a fresh reading is drawn for the time alone, or the clock ends")
	}
	if m, _ = step(m, clockMsg{m.clockGen - 1}); !m.Still() {
		t.Error("a clock that no longer counts draws")
	}
	next := healthy
	next.At, next.Now = next.At.Add(time.Minute), next.Now.Add(time.Minute)
	m, _ = step(m, snapshotMsg{m.feed, next})
	if m.Still() || m.snap.At != next.At {
		t.Error("unseen, a reading is not drawn")
	}
	m.spend.Cancel()
	m, _ = step(m, tea.FocusMsg{})
	if m.Still() || !m.spend.Loading {
		t.Error("who looks again is not shown what is new")
	}
	old := healthy
	old.Now = old.Now.Add(-2 * unseenAge)
	m, _ = step(m, snapshotMsg{m.feed, old})
	m, _ = step(m, tea.BlurMsg{})
	if m, _ = step(m, clockMsg{m.clockGen}); m.Still() {
		t.Error("unseen, the time does not go on where no reading comes")
	}
}

func TestNoticeEnds(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 80, 24, 0)
	m, _ = step(m, noticeMsg("first"))
	old := m.noticeLull.n
	m, _ = step(m, noticeMsg("cannot suspend here"))
	m, _ = step(m, noticeOverMsg{old})
	if !strings.Contains(stripped(m), "cannot suspend here") {
		t.Error("the end of an older notice took this one away")
	}
	if m, _ = step(m, noticeOverMsg{m.noticeLull.n}); m.notice != "" {
		t.Error("the notice stays")
	}
}

func TestBackgroundChangesTheme(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 80, 24, 0)
	dark := m.View().Content
	m, _ = step(m, tea.BackgroundColorMsg{Color: lipgloss.Color("#ffffff")})
	if m.dark || m.View().Content == dark {
		t.Error("a light background changes nothing")
	}
}

func TestViewModes(t *testing.T) {
	for _, m := range []Model{
		modelOf(Options{}, scenes.Healthy(), 0, 0, 0),
		modelOf(Options{}, scenes.All["hostile"](), 80, 24, 0),
		modelOf(Options{Onboarding: &fakeOnboarding{}}, scenes.Healthy(), 80, 24, 0),
	} {
		v := m.View()
		if !v.AltScreen || !v.ReportFocus || v.MouseMode != tea.MouseModeCellMotion {
			t.Errorf("modes of %q = %t %t %v", v.WindowTitle, v.AltScreen, v.ReportFocus, v.MouseMode)
		}
		if !strings.HasPrefix(v.WindowTitle, "ortop") || strings.ContainsAny(v.WindowTitle, "\x1b\n$") {
			t.Errorf("title = %q", v.WindowTitle)
		}
	}
}

// The first frame waits for the account and for what was spent, and not for what only a
// wider pane shows.
func TestTheFirstFrameWaits(t *testing.T) {
	f := newFakeFeed()
	m := newModel(Options{Feed: f, Now: func() time.Time { return scenes.Now }})
	if !m.Waits() {
		t.Error("it does not wait for the account")
	}
	early, _ := step(m, snapshotMsg{f, scenes.Healthy()})
	if !early.Waits() {
		t.Error("it does not wait for the screen's size")
	}
	if early, _ = step(early, tea.WindowSizeMsg{Width: 100, Height: 30}); !early.Waits() || !early.spend.Loading {
		t.Error("it does not wait for what was spent where the size came last")
	}
	m, _ = step(m, tea.WindowSizeMsg{Width: 100, Height: 30})
	if m.spend.Loading {
		t.Error("what was spent is asked for before the account is known, and will be again")
	}
	m, _ = step(m, snapshotMsg{f, scenes.Healthy()})
	if !m.Waits() {
		t.Error("it does not wait for what was spent")
	}
	asking := scenes.Healthy()
	asking.Phase = account.Asking
	if m, _ = step(m, snapshotMsg{f, asking}); m.spend.Again || m.snap.Phase != account.Asking {
		t.Error("what was spent is asked for again, though nothing was read meanwhile")
	}
	asking.Now = asking.Now.Add(time.Second)
	if later, _ := step(m, snapshotMsg{f, asking}); !later.spend.Again {
		t.Error("what was spent is not asked for again, though something was read meanwhile")
	}
	m, cmd := step(m, spendMsg{source{f}, load.Answer[plotOf, history.Plot]{Gen: m.spend.Gen, Of: m.spend.Sent}})
	if m.Waits() || cmd == nil {
		t.Error("it waits for the week")
	}
	if newModel(Options{Onboarding: &fakeOnboarding{}}).Waits() {
		t.Error("without a key it waits")
	}
}
