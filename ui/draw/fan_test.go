package draw

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

func fanLines(f Fan, w, h int) []string {
	var out []string
	for _, line := range f.Lines(plainPen, w, h) {
		out = append(out, ansi.Strip(line))
	}
	return out
}

func dots(line string) (n int) {
	for _, r := range line {
		if r > 0x2800 && r <= 0x28ff {
			n++
		}
	}
	return n
}

// An automatic top-up comes again and again: the way ahead is a saw, above the line
// at which it is bought.
func TestFanOfTopUpsIsASaw(t *testing.T) {
	f := Fan{
		Past: []Held{{To: testNow, USD: 20}}, From: testNow.Add(-24 * time.Hour), Ahead: 4 * 24 * time.Hour,
		LeftUSD: 20, FloorUSD: 10, Made: testNow, Ends: [5]float64{80000, 84000, 86400, 88000, 90000},
	}
	flat := fanLines(f, 80, 14)
	f.RefillUSD, f.FloorWords = 20, "$20 below $10"
	saw := fanLines(f, 80, 14)
	if all := strings.Join(saw, "\n"); !strings.Contains(all, "$20 below $10") || !strings.Contains(all, "╌") {
		t.Errorf("no words at the threshold, or no line:\n%s", all)
	}
	right := func(lines []string) (n int) {
		for _, line := range lines {
			n += dots(string([]rune(line)[60:]))
		}
		return n
	}
	if right(flat) != 0 || right(saw) < 10 {
		t.Errorf("dots at the right: %d without top-ups and %d with, want 0 and a tooth:\n%s", right(flat), right(saw), strings.Join(saw, "\n"))
	}
}

// A top-up that leads to the top of the plot has its words beside it.
func TestNoteAtTheTop(t *testing.T) {
	at := testNow.Add(-12 * time.Hour)
	f := Fan{
		Past: []Held{{To: at, USD: 50}, {To: testNow, USD: 100}}, From: testNow.Add(-24 * time.Hour),
		Notes: []Note{{At: at, Words: "+$50"}},
	}
	lines := fanLines(f, 60, 9)
	if !strings.Contains(lines[0], "+$50 ") {
		t.Errorf("no words beside the top:\n%s", strings.Join(lines, "\n"))
	}
}

// A ghost is the way without what is planned, in single dots.
func TestGhost(t *testing.T) {
	f := Fan{
		Past: []Held{{To: testNow, USD: 40}}, From: testNow.Add(-24 * time.Hour), Ahead: 72 * time.Hour,
		LeftUSD: 80, Made: testNow, Ends: [5]float64{100000, 120000, 172800, 200000, 240000},
	}
	before := strings.Join(fanLines(f, 80, 14), "\n")
	f.GhostUSD, f.GhostEnd = 40, 86400
	after := strings.Join(fanLines(f, 80, 14), "\n")
	if more := dots(after) - dots(before); more < 8 {
		t.Errorf("%d dots more with a ghost:\n%s", more, after)
	}
}
