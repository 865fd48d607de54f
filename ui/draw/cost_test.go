package draw

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// What is measured quickly is as wide as what is looked up, alone and beside any other.
func TestWidthsAreThoseOfTheTables(t *testing.T) {
	var signs []rune
	for r := rune(0); r < 0x3000; r++ {
		if narrow(r) {
			signs = append(signs, r)
		}
	}
	if len(signs) < 500 {
		t.Fatalf("%d signs are measured quickly", len(signs))
	}
	others := []string{"", "a", "é", "\u0301", "\u200d", "\ufe0f", "\u20e3", "世", "👩", "🇩", "\u0600", "\u00ad", "\t", "\n", "\x7f", "\xff", "\x1b[1m", "\x1b[38;2;1;2;3m", "\x1b[4:3m", "\x1b[2J", "\x1b]0;t\a", "\x1b[", "\x1b", "\x1b[1"}
	for _, r := range signs {
		for _, s := range others {
			for _, line := range []string{string(r) + s, s + string(r), s + string(r) + string(signs[0]) + s} {
				if got, want := Width(line), ansi.StringWidth(line); got != want {
					t.Fatalf("Width(%q) = %d, want %d", line, got, want)
				}
			}
		}
	}
	for _, a := range others {
		for _, b := range others {
			if got, want := Width(a+b), ansi.StringWidth(a+b); got != want {
				t.Errorf("Width(%q) = %d, want %d", a+b, got, want)
			}
		}
	}
}

func FuzzWidth(f *testing.F) {
	for _, s := range []string{"", "│ $63.52 ▇▇⠉ │", "\x1b[1mbold\x1b[m", "e\u0301", "👨‍👩‍👧", "\x1b[1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := Width(s), ansi.StringWidth(s); got != want && utf8.ValidString(s) {
			t.Errorf("Width(%q) = %d, want %d", s, got, want)
		}
	})
}

// Painting is the most frequent of all that a frame is made by.
func TestPaintingMakesOneString(t *testing.T) {
	p := Pen{Kit: &Kit{Theme: NewTheme(Look{Dark: true})}}
	for name, paint := range map[string]func(string) string{"dim": p.Dim, "bright": p.Bright, "accent": p.Accent, "tab": p.Tab} {
		if got := ansi.Strip(paint("words")); got != "words" || paint("words") == got {
			t.Errorf("%s paints %q", name, paint("words"))
		}
		if n := testing.AllocsPerRun(100, func() { paint("words") }); n > 1 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { p.Strong(LevelLow, "words") }); n > 1 {
		t.Errorf("strong allocates %v times", n)
	}
}

// A line costs what it covers, however large the plot is.
func TestALineCostsWhatItCovers(t *testing.T) {
	allocated := func(slope float64, rows int) float64 {
		values := make([]float64, 200)
		for i := range values {
			values[i] = 3 + slope*float64(i)
		}
		return testing.AllocsPerRun(20, func() { traces = lines{}; trace(values, newScale(100, 1, rows), true) })
	}
	level := allocated(0, 10)
	if high := allocated(0, 50); high > 1.5*level {
		t.Errorf("a level line in 50 rows allocates %v times, in 10 rows %v", high, level)
	}
	if steep := allocated(.4, 50); steep > 4*level {
		t.Errorf("a line from the foot to the top of 50 rows allocates %v times, a level one %v", steep, level)
	}
}

// A line that is there is not drawn again, and those that are kept are few.
func TestALineIsDrawnOnce(t *testing.T) {
	traces = lines{}
	values := unknown(200)
	for i := range 100 {
		values[i] = 3 + 8*float64(i%12)
	}
	s := newScale(100, 1, 20)
	first := trace(values, s, true)
	if n := testing.AllocsPerRun(20, func() { trace(values, s, true) }); traces.drawn != 1 || n > 1 {
		t.Errorf("a line is drawn %d times, and allocates %v more times", traces.drawn, n)
	}
	for i, other := range [][]byte{trace(values, s, false), trace(values, newScale(100, 1, 30), true), trace(values[:198], s, true)} {
		if slices.Equal(other, first) {
			t.Errorf("line %d is another's", i)
		}
	}
	if traces.drawn != 4 {
		t.Errorf("%d lines were drawn, want 4", traces.drawn)
	}
	values[20] += .01 // less than a dot's height is the same line
	for i := range 2 * len(traces.kept) {
		values[99] = float64(5 * i)
		trace(values, s, true)
	}
	values[20], values[99] = values[20]-.01, 3+8*float64(99%12)
	if again := trace(values, s, true); !slices.Equal(again, first) {
		t.Error("a line that had made place is another one now")
	}
}

// And is drawn where it lies.
func TestALineOfAPartIsInItsPlace(t *testing.T) {
	s := newScale(100, 1, 20)
	whole := make([]float64, 80)
	for i := range whole {
		whole[i] = 40 + 20*math.Sin(float64(i)/7)
	}
	all := trace(whole, s, true)
	for _, part := range [][2]int{{0, 40}, {30, 60}, {41, 80}, {79, 80}, {10, 11}} {
		values := unknown(len(whole))
		copy(values[part[0]:part[1]], whole[part[0]:part[1]])
		for i, dots := range trace(values, s, true) {
			x := i % 40
			switch inside := 2*x > part[0] && 2*x+2 < part[1]; {
			case inside && dots != all[i]:
				t.Fatalf("%v: the cell %d has the dots %b, in the whole line %b", part, i, dots, all[i])
			case dots != 0 && (2*x+2 < part[0]-1 || 2*x > part[1]):
				t.Fatalf("%v: dots in the column %d", part, x)
			}
		}
	}
}

func BenchmarkWidth(b *testing.B) {
	line := strings.Repeat("\x1b[38;2;1;2;3m│ ▇▇▇▇\x1b[m $63.52 in 3 days ", 5)
	for b.Loop() {
		Width(line)
	}
}
