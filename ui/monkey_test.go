package ui

import (
	"math/rand/v2"
	"testing"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/longtest"
	"ortop/ui/draw"
	"ortop/ui/scenes"
)

// Whatever is pressed, at whatever size, no frame leaves its cells.
func TestAnyKeys(t *testing.T) {
	keys := []string{"1", "2", "3", "4", "tab", "[", "]", "left", "right", "+", "-", "home", "end", "v", "t", ":", "?", "esc", "enter", "/", "g", "s", "b", "x", "a", "down", "up", "y", "p", "r", "5", "k", "A", "n", "d"}
	r, steps := rand.New(rand.NewPCG(1, 2)), 50
	if longtest.On() {
		steps = 150
	}
	for name, scene := range scenes.All {
		m := modelOf(Options{}, scene(), 100, 30, 0)
		for range steps {
			if r.IntN(12) == 0 {
				m, _ = step(m, tea.WindowSizeMsg{Width: r.IntN(210), Height: r.IntN(64)})
			}
			if r.IntN(4) == 0 {
				m = loaded(m)
			}
			if r.IntN(6) == 0 && m.w > 0 && m.h > 0 {
				m, _ = step(m, tea.MouseClickMsg{X: r.IntN(m.w), Y: r.IntN(m.h), Button: tea.MouseLeft})
			}
			k := keys[r.IntN(len(keys))]
			m, _ = step(m, press(k))
			lines := linesOf(m)
			if len(lines) > max(1, m.h) {
				t.Fatalf("%s: %d lines at %dx%d after %s", name, len(lines), m.w, m.h, k)
			}
			for _, line := range lines {
				if draw.Width(line) > m.w {
					t.Fatalf("%s: a line of %d cells at %dx%d after %s: %q", name, draw.Width(line), m.w, m.h, k, line)
				}
			}
		}
	}
}

func linesOf(m Model) []string {
	content := m.View().Content
	if content == "" {
		return nil
	}
	var lines []string
	start := 0
	for i := range content {
		if content[i] == '\n' {
			lines = append(lines, content[start:i])
			start = i + 1
		}
	}
	return append(lines, content[start:])
}
