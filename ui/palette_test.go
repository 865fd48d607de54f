package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

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
