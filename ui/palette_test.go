package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/ui/draw"
	"ortop/ui/panel"
	"ortop/ui/scenes"
)

func TestPalette(t *testing.T) {
	for _, c := range []struct {
		name  string
		typed []string
		done  func(Model) bool
	}{
		{"a view", []string{"f", "o", "r", "e", "c", "a", "enter"}, func(m Model) bool { return m.view == viewForecast }},
		{"a range, by two words", []string{"r", "a", "n", " ", "3", "0", "enter"}, func(m Model) bool { return panel.Spans[m.span].Name == "30d" }},
		{"the second that is found", []string{"p", "l", "o", "t", "down", "enter"}, func(m Model) bool { return m.mode == plotBalance }},
		{"a theme", []string{"o", "c", "e", "a", "n", "enter"}, func(m Model) bool { return Themes[m.themeID] == "ocean" }},
		{"a key", []string{"p", "a", "u", "s", "e", "enter"}, func(m Model) bool { return !m.palette.open }},
		{"nothing is found", []string{"x", "y", "z", "z", "y", "enter"}, func(m Model) bool { return m.palette.open && m.view == 0 }},
		{"q is a letter", []string{"q"}, func(m Model) bool { return m.palette.open && m.palette.input.Text() == "q" }},
		{"esc closes", []string{"f", "esc"}, func(m Model) bool { return !m.palette.open && m.view == 0 }},
	} {
		m := modelOf(Options{}, scenes.Healthy(), 100, 30, viewOverview)
		m, _ = step(m, press(":"))
		for _, k := range c.typed {
			m, _ = step(m, press(k))
		}
		if !c.done(m) {
			t.Errorf("%s: view %d, range %s, plot %d, theme %q, open %t", c.name, m.view, panel.Spans[m.span].Name, m.mode, Themes[m.themeID], m.palette.open)
		}
	}
}

// Every key that the help has can also be found by its name.
func TestPaletteHasEveryCommand(t *testing.T) {
	for v := range views {
		m := modelOf(Options{}, scenes.Healthy(), 100, 30, v)
		var found []string
		for _, c := range m.commands() {
			found = append(found, c.does)
		}
		k := m.enabledKeys(m.layout())
		for _, b := range k.full() {
			moves := strings.Contains("↑ ↓ ← → pgup pgdn tab shift+tab esc : ctrl+c ctrl+z", b.Help().Key) ||
				slices.Contains([]string{"1-4", "[ ]", "+ -", "home end", "← →", "↑ ↓", "v", "t", "a"}, b.Help().Key)
			if !moves && !slices.Contains(found, b.Help().Desc) {
				t.Errorf("view %d: %q (%s) is not in the palette", v, b.Help().Desc, b.Help().Key)
			}
		}
	}
}

func TestZoom(t *testing.T) {
	m := modelOf(Options{}, scenes.Healthy(), 100, 30, viewOverview)
	for range 20 {
		m, _ = step(m, press("left"))
	}
	at := m.cursor
	m, _ = step(m, press("+"))
	if panel.Spans[m.span].Name != "6h" || !m.until.Equal(at.Add(3*time.Hour)) {
		t.Errorf("closer around %v = %s until %v", at, panel.Spans[m.span].Name, m.until)
	}
	m, _ = step(m, press("-"))
	if panel.Spans[m.span].Name != "24h" || !m.until.IsZero() {
		t.Errorf("wider = %s until %v, want all up to now", panel.Spans[m.span].Name, m.until)
	}
	m, _ = step(m, press("home"))
	if want := scenes.Now.Add(-24 * time.Hour); !m.until.Equal(want) {
		t.Errorf("earlier = until %v, want %v", m.until, want)
	}
	for range 40 {
		m, _ = step(m, press("home"))
	}
	if want := m.snap.HistorySince.Add(24 * time.Hour); !m.until.Equal(want) {
		t.Errorf("earliest = until %v, want %v", m.until, want)
	}
	if m, _ = step(m, press("end")); !m.until.IsZero() {
		t.Errorf("end = until %v, want now", m.until)
	}
}

// TestThemesOfAPerson: they come after the program's own in every way to choose
// one, are seen before they are chosen, and say what is hard to read.
func TestThemesOfAPerson(t *testing.T) {
	faint, err := draw.NewOwn("faint", "dark", map[string]string{"label": "#222222"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	mine, err := draw.NewOwn("mine", "dark", map[string]string{"ok": "#01ff03"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	own := []draw.Own{faint, mine}
	const painted = "\x1b[38;2;1;255;3m"
	m := modelOf(Options{Own: own, Theme: "mine", Notice: "theme\x1b x"}, scenes.Healthy(), 100, 30, viewOverview)
	if !strings.Contains(m.View().Content, painted) || m.notice != "theme? x" {
		t.Errorf("the theme of the options is not what is drawn, or the notice is %q", m.notice)
	}
	m = modelOf(Options{Own: own}, scenes.Healthy(), 100, 30, viewOverview)
	m, _ = step(m, press(":"))
	for _, k := range []string{"m", "i", "n", "e"} {
		m, _ = step(m, press(k))
	}
	if m.themeID != 0 || !strings.Contains(m.View().Content, painted[2:len(painted)-1]) && !strings.Contains(m.View().Content, "mine") {
		t.Error("the theme that is marked is not listed")
	}
	before := m.th
	seen := m
	if seen.previewed(); seen.th == before || m.th != before {
		t.Error("the theme that is marked is not seen, or is chosen already")
	}
	m, _ = step(m, press("enter"))
	if m.themes()[m.themeID] != "mine" || m.notice != "theme: mine" || !strings.Contains(m.View().Content, painted) {
		t.Errorf("theme %d, %q", m.themeID, m.notice)
	}
	m, _ = step(m, press("t")) // round, to the terminal's
	for range len(Themes) {
		m, _ = step(m, press("t"))
	}
	if m.notice != "theme: faint: hard to read on #101014, under 4.5:1: label 1.1:1" {
		t.Errorf("notice = %q", m.notice)
	}
}
