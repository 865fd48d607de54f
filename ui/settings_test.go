package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/text"
	"ortop/ui/panel"
	"ortop/ui/scenes"
	"ortop/ui/settings"
)

// pressAll presses keys one after the other.
func pressAll(m Model, keys ...string) (Model, tea.Cmd) {
	var cmd tea.Cmd
	for _, k := range keys {
		m, cmd = step(m, press(k))
	}
	return m, cmd
}

func lettersOf(s string) []string { return strings.Split(s, "") }

func TestSettingsChangeTheScreenAtOnce(t *testing.T) {
	defer text.TwelveHours(false)
	for _, c := range []struct {
		name string
		keys []string
		want string // on the screen
	}{
		{"theme", []string{"right", "right", "right", "esc"}, "╭ left"},
		{"clock", []string{"down", "right", "esc"}, "Sat 21 Nov 10:42am"},
		{"zone", slices.Concat([]string{"down", "down", "enter"}, lettersOf("America/New_York"), []string{"enter", "esc"}), "Sat 21 Nov 04:42"},
		{"glyphs", []string{"up", "down", "down", "down", "down", "down", "left", "esc"}, ". left"},
		{"currency", slices.Concat([]string{"down", "down", "down", "down", "down", "down", "down", "enter"}, lettersOf("eur 0.5"), []string{"enter", "esc"}), "≈ 31.76 EUR"},
	} {
		var saved [][2]string
		o := Options{SaveSettings: func(_ context.Context, changed [][2]string) (string, error) {
			saved = changed
			return "stored in x", nil
		}}
		m := modelOf(o, scenes.Healthy(), 100, 30, viewOverview)
		m, cmd := pressAll(m, append([]string{","}, c.keys...)...)
		for _, msg := range run(cmd) {
			m, _ = step(m, msg)
		}
		if len(saved) != 1 || saved[0][0] != c.name || saved[0][1] == "" || m.notice != "stored in x" || m.settings.Open {
			t.Errorf("%s: stored %v, notice %q, open %t", c.name, saved, m.notice, m.settings.Open)
		}
		if got := loadedScreen(m); !strings.Contains(got, c.want) {
			t.Errorf("%s: the screen has no %q:\n%s", c.name, c.want, got)
		}
		text.TwelveHours(false)
	}
}

func loadedScreen(m Model) string {
	m.notice = ""
	return stripped(m)
}

func TestSettingsRefuseWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		row         int
		typed, want string
	}{
		{2, "Mars", "✗ zone is not a time zone: write a name such as Europe/Berlin or UTC"},
		{6, "1s", "✗ interval must be at least 10 s and at most 24h"},
		{6, "soon", "✗ interval is not an interval"},
		{7, "EUR", "✗ currency is not a currency and its rate"},
		{7, "EUR 0", "✗ currency is not a currency and its rate"},
	} {
		m := modelOf(Options{LeastInterval: 10e9}, scenes.Healthy(), 100, 30, viewOverview)
		m, _ = pressAll(m, ",")
		for range c.row {
			m, _ = pressAll(m, "down")
		}
		m, _ = pressAll(m, append(append([]string{"enter"}, lettersOf(c.typed)...), "enter")...)
		if got := stripped(m); !strings.Contains(got, c.want) || !m.settings.Typing() {
			t.Errorf("%q: no %q on the screen:\n%s", c.typed, c.want, got)
		}
		before := m.set
		if m, _ = pressAll(m, "esc", "esc"); m.settings.Open || m.set != before {
			t.Errorf("%q: esc twice leaves it open, or sets something", c.typed)
		}
	}
}

// Without a place for them settings last until the end; a failure is said, and
// what was set stays set.
func TestSettingsThatAreNotStored(t *testing.T) {
	defer text.TwelveHours(false)
	m := modelOf(Options{Unsaved: "this is the demo"}, scenes.Healthy(), 100, 30, viewOverview)
	m, _ = pressAll(m, ",", "down", "right", "esc")
	if m.notice != "set until ortop ends: this is the demo" || m.set.Clock != "12h" {
		t.Errorf("notice %q, clock %q", m.notice, m.set.Clock)
	}
	o := Options{SaveSettings: func(context.Context, [][2]string) (string, error) { return "", errors.New("disk full") }}
	m, cmd := pressAll(modelOf(o, scenes.Healthy(), 100, 30, viewOverview), ",", "down", "right", "esc")
	for _, msg := range run(cmd) {
		m, _ = step(m, msg)
	}
	if m.notice != "set until ortop ends: disk full" || m.set.Clock != "12h" {
		t.Errorf("notice %q, clock %q", m.notice, m.set.Clock)
	}
	if _, cmd := pressAll(m, ",", "esc"); cmd != nil {
		t.Error("nothing was changed, and something is stored")
	}
}

func TestSettingsByMouse(t *testing.T) {
	m := modelOf(Options{Unsaved: "x"}, scenes.Healthy(), 100, 30, viewOverview)
	m, _ = pressAll(m, ",")
	y := slices.IndexFunc(strings.Split(stripped(m), "\n"), func(l string) bool { return strings.Contains(l, "glyphs") })
	click := tea.MouseClickMsg{X: 40, Y: y, Button: tea.MouseLeft}
	m, _ = step(m, click)
	if m.set.Glyphs != "" {
		t.Error("the first click sets something")
	}
	if m, _ = step(m, click); m.set.Glyphs != "braille" {
		t.Errorf("the second click leaves glyphs %q", m.set.Glyphs)
	}
	m, _ = step(m, tea.MouseWheelMsg{X: 40, Y: y, Button: tea.MouseWheelUp})
	if m, _ = pressAll(m, "right"); m.set.Range == "" {
		t.Error("the wheel does not choose the setting above")
	}
}

// TestLooksAreRemembered: two seconds after the last change, and at the end; not
// where nothing changed.
func TestLooksAreRemembered(t *testing.T) {
	var stored []Looks
	o := Options{Remember: func(l Looks) { stored = append(stored, l) }, Looks: Looks{View: "breakdown", Range: "7d", By: "model", Sort: "tokens", Plot: "balance and forecast"}, Theme: "ocean"}
	m := newModel(o)
	if m.view != viewBreakdown || panel.Spans[m.span].Name != "7d" || m.themes()[m.themeID] != "ocean" || sorts[m.who.sort].name != "tokens" || m.who.by != 1 || m.mode != plotBalance {
		t.Errorf("it begins with %+v, want %+v", m.looks(), o.Looks)
	}
	m = modelOf(o, scenes.Healthy(), 100, 30, viewOverview)
	m, _ = step(m, lookedMsg{m.lookLull.n})
	stored = nil
	m, _ = pressAll(m, "2")
	old := lookedMsg{m.lookLull.n}
	m, _ = pressAll(m, "1")
	m, cmd := step(m, old)
	if len(stored) > 0 || cmd == nil || !m.lookLull.waiting {
		t.Error("an older look is stored, or the newer one is not waited from")
	}
	_, cmd = step(m, lookedMsg{m.lookLull.n})
	run(cmd)
	if len(stored) != 1 || stored[0].View != "overview" || stored[0].Theme != "ocean" {
		t.Errorf("stored %+v", stored)
	}
	m, _ = step(m, lookedMsg{m.lookLull.n})
	if _, cmd = pressAll(m, "q"); cmd == nil || !isQuit(cmd()) {
		t.Error("q does not end at once where nothing is to be remembered")
	}
	m, _ = pressAll(m, "3")
	if _, cmd = pressAll(m, "q"); isQuit(cmd()) {
		t.Error("q ends before the view is remembered")
	}
	if m := newModel(Options{Looks: Looks{View: "nowhere", Range: "3h"}}); m.view != 0 || m.span != panel.DefaultSpan {
		t.Error("what is not known changes the view or the range")
	}
}

func isQuit(msg tea.Msg) bool {
	_, ok := msg.(tea.QuitMsg)
	return ok
}

func TestGlyphs(t *testing.T) {
	for glyphs, want := range map[string]string{"columns": "▅", "braille": "⣿", "line": "⠤", "ascii": "#"} {
		m := modelOf(Options{Settings: settings.Values{Glyphs: glyphs}}, scenes.Healthy(), 100, 30, viewOverview)
		l := m.layout()
		plot := strings.Join(strings.Split(stripped(m), "\n")[l.spend.y:l.spend.y+l.spend.h], "\n")
		if !strings.Contains(plot, want) || glyphs != "columns" && strings.Contains(plot, "▅") {
			t.Errorf("glyphs %s: no %q in\n%s", glyphs, want, plot)
		}
	}
}

func TestSettingsFrames(t *testing.T) {
	for _, size := range goldenSizes {
		m := modelOf(Options{Unsaved: "this is the demo: nothing is stored"}, scenes.Healthy(), size[0], size[1], viewOverview)
		m, _ = pressAll(m, ",", "down", "down")
		compare(t, "settings", m)
	}
}
