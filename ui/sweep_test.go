package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"ortop/internal/longtest"
	"ortop/ui/draw"
	"ortop/ui/scenes"
)

var (
	sweepWidths  = []int{1, 2, 3, 4, 7, 12, 24, 40, 60, 79, 80, 99, 100, 140, 200, 500}
	sweepHeights = []int{1, 2, 3, 5, 9, 12, 13, 14, 18, 24, 26, 40, 150}
)

// sizes are those of the sweep that the turn has, so that ten turns have them all, or all
// of them with ORTOP_LONG.
func sizes(turn int) (of [][2]int) {
	for i, w := range sweepWidths {
		for j, h := range sweepHeights {
			if (3*i+j+turn)%10 == 0 || longtest.On() {
				of = append(of, [2]int{w, h})
			}
		}
	}
	return of
}

// U05: every frame fits its terminal, in every state and view. A state takes the sizes
// that its neighbours leave out.
func TestSweepFits(t *testing.T) {
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	for turn, name := range slices.Sorted(maps.Keys(scenes.All)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := modelOf(Options{}, scenes.All[name](), 80, 24, 0)
			for view := range views {
				for _, size := range sizes(turn + view) {
					fits(t, sized(m, size[0], size[1], view))
				}
			}
		})
	}
	first := modelOf(Options{Onboarding: &fakeOnboarding{}}, scenes.Healthy(), 80, 24, 0)
	healthy := modelOf(Options{}, scenes.Healthy(), 80, 24, 0)
	for turn := range 3 {
		for _, size := range sizes(3 * turn) {
			w, h := size[0], size[1]
			m := sized(first, w, h, 0)
			fits(t, m)
			m.onboard.typing = true
			m.entry = m.entry.begun().update(tea.PasteMsg{Content: strings.Repeat("k", 300)})
			m.entry.err = strings.Repeat("no such key ", 20)
			fits(t, m)
			m = sized(healthy, w, h, 0)
			m.help = true
			fits(t, m)
			m.help, m.notice = false, strings.Repeat("a long notice ", 20)
			fits(t, m)
			m = sized(healthy, w, h, viewForecast)
			m.plan.edit()
			m.plan.input = m.plan.input.Update(tea.PasteMsg{Content: strings.Repeat("9", 300)})
			fits(t, m)
			m.plan.err = strings.Repeat("no such sum ", 20)
			fits(t, m)
		}
	}
}

func fits(t *testing.T, m Model) {
	t.Helper()
	frame := m.View().Content
	lines := strings.Split(frame, "\n")
	at := fmt.Sprintf("%s at %dx%d view %d", m.snap.Account, m.w, m.h, m.view)
	if len(lines) > m.h {
		t.Errorf("%s: %d lines", at, len(lines))
	}
	for i, line := range lines {
		plain := ansi.Strip(line)
		if simple(plain) && utf8.RuneCountInString(plain) <= m.w {
			continue
		}
		if g, wc := ansi.StringWidth(line), ansi.StringWidthWc(plain); g > m.w || wc > m.w {
			t.Errorf("%s: line %d is %d or %d cells wide: %q", at, i, g, wc, line)
		}
	}
	if strings.TrimSpace(ansi.Strip(frame)) == "" {
		t.Errorf("%s: an empty frame", at)
	}
}

// simple reports whether each rune of a line is one cell wide by any measure: ASCII, and
// what borders and plots are drawn with.
func simple(line string) bool {
	for _, r := range line {
		if (r < ' ' || r > '~') && (r < '─' || r > '▟') && (r < '⠀' || r > '⣿') {
			return false
		}
	}
	return true
}

func TestNoSizeNoFrame(t *testing.T) {
	for _, size := range [][2]int{{0, 0}, {0, 24}, {80, 0}, {-1, -1}} {
		if got := modelOf(Options{}, scenes.Healthy(), size[0], size[1], 0).View().Content; got != "" {
			t.Errorf("frame at %v = %q, want empty", size, got)
		}
	}
}

// Panels meet: every line of a full frame is exactly as wide as the screen.
func TestFullFramesAreAligned(t *testing.T) {
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	for turn, name := range slices.Sorted(maps.Keys(scenes.All)) {
		whole := modelOf(Options{}, scenes.All[name](), 80, 24, 0)
		for i, size := range [][2]int{{40, 12}, {40, 24}, {47, 15}, {55, 40}, {60, 20}, {79, 16}, {80, 13}, {80, 24}, {97, 20}, {100, 30}, {101, 31}, {140, 40}, {180, 50}} {
			for view := range views {
				if (turn+i+view)%3 != 0 && !longtest.On() { // the neighbours have it
					continue
				}
				m := sized(whole, size[0], size[1], view)
				lines := strings.Split(m.View().Content, "\n")
				if len(lines) != size[1] {
					t.Errorf("%s at %v view %d: %d lines", name, size, view, len(lines))
				}
				for i, line := range lines {
					if got := draw.Width(line); got != size[0] {
						t.Errorf("%s at %v view %d: line %d is %d cells: %q", name, size, view, i, got, ansi.Strip(line))
					}
				}
			}
		}
	}
}

// U11: with the ASCII set no other byte is written.
func TestASCIIOnly(t *testing.T) {
	for turn, name := range slices.Sorted(maps.Keys(scenes.All)) {
		ascii := modelOf(Options{ASCII: true}, scenes.All[name](), 80, 24, 0)
		for i, size := range goldenSizes {
			for view := range views {
				if (turn+i+view)%2 != 0 && !longtest.On() { // the neighbours have it
					continue
				}
				m := sized(ascii, size[0], size[1], view)
				for _, r := range m.View().Content {
					if r >= 0x80 {
						t.Fatalf("%s at %v view %d has %q", name, size, view, r)
					}
				}
			}
		}
	}
}

// U08: without colours no SGR sets one; bold, faint and reverse stay.
func TestNoColour(t *testing.T) {
	for name, scene := range scenes.All {
		m := modelOf(Options{NoColor: true}, scene(), 80, 24, 0)
		for _, size := range goldenSizes {
			frame := sized(m, size[0], size[1], 0).View().Content
			for _, seq := range strings.Split(frame, "\x1b[")[1:] {
				params, _, _ := strings.Cut(seq, "m")
				for _, p := range strings.Split(params, ";") {
					switch p {
					case "", "0", "1", "2", "7":
					default:
						t.Fatalf("%s at %v: SGR %q sets more than weight", name, size, params)
					}
				}
			}
		}
	}
}

func BenchmarkFrame(b *testing.B) {
	for _, size := range [][2]int{{72, 1}, {40, 12}, {80, 24}, {100, 30}, {140, 40}, {200, 60}, {500, 150}} {
		for view, name := range viewNames() {
			b.Run(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), func(b *testing.B) {
				m := modelOf(Options{}, scenes.Healthy(), size[0], size[1], view)
				b.ReportAllocs()
				for b.Loop() {
					_ = m.View()
				}
			})
		}
	}
}
