package draw

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

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

// Where the likeliest way crosses an edge of the band, the band has no hole.
func TestTheBandHasNoHoles(t *testing.T) {
	for eighth := range 8 {
		for _, upper := range []bool{false, true} {
			cover := eighth
			c := cell{sign: eighths[eighth], front: inkBand, reversed: upper}
			if upper {
				cover = 8 - eighth
			}
			if eighth == 0 {
				c, cover = cell{sign: ' '}, 0
			}
			if got := c.filled(); got != cover {
				t.Errorf("a cell of which %d eighths are full, reversed %t: filled() = %d", cover, upper, got)
			}
		}
	}
	f := Fan{
		Past: []Held{{To: testNow, USD: 80}}, From: testNow.Add(-5 * 24 * time.Hour), Ahead: 20 * 24 * time.Hour,
		LeftUSD: 80, Made: testNow, Ends: [5]float64{5 * 86400, 7 * 86400, 10 * 86400, 14 * 86400, 19 * 86400},
	}
	p := Pen{Kit: &Kit{Theme: NewTheme(Look{Dark: true, Depth: Rich}), Now: testNow}}
	for _, size := range [][2]int{{70, 10}, {120, 12}, {120, 30}} {
		for _, line := range f.Lines(p, size[0], size[1]) {
			signs, inked := inkedCells(line)
			for x := 1; x < len(signs)-1; x++ {
				if signs[x] > 0x2800 && signs[x] <= 0x28ff && !inked[x] && signs[x-1] != '█' && inked[x-1] && inked[x+1] {
					t.Fatalf("%v: the line makes a hole in the band:\n%s", size, line)
				}
			}
		}
	}
}

// inkedCells are the signs of a line, and which of them are of a surface.
func inkedCells(line string) (signs []rune, inked []bool) {
	back := false
	for line != "" {
		if code, rest, ok := strings.Cut(strings.TrimPrefix(line, "\x1b["), "m"); ok && strings.HasPrefix(line, "\x1b[") {
			if line = rest; strings.Contains(code, "48;") {
				back = true
			} else if code == "" || code == "0" || code == "m" || strings.Contains(code, "49") {
				back = false
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(line)
		line = line[n:]
		signs, inked = append(signs, r), append(inked, back || r >= '▁' && r <= '█')
	}
	return signs, inked
}

// The words of a top-up stand at a mark over its own jump, with no jump beneath them
// that has no words of its own; where that cannot be they are left out.
func TestNotesStandOnTheirJumps(t *testing.T) {
	const day = 24
	for name, c := range map[string]struct {
		jumps   []int // the hours in which it rises, each by $20
		unknown []int // the hours of which nothing is known
		ahead   time.Duration
		want    []string // the words with their mark; empty where they are left out
	}{
		"to the top":        {jumps: []int{12}, want: []string{"╷+$0"}},
		"at the right edge": {jumps: []int{22}, want: []string{"+$0╷"}},
		"before now":        {jumps: []int{22}, ahead: day * time.Hour, want: []string{"+$0╷"}},
		"far apart":         {jumps: []int{4, 14}, want: []string{"╷+$0", "╷+$1"}},
		"close together":    {jumps: []int{14, 16}, want: []string{"+$0╷", "╷+$1"}},
		"between two":       {jumps: []int{13, 14, 15}, want: []string{"+$0╷", "+$1╷", "╷+$2"}},
		"over another":      {jumps: []int{21, 22}, ahead: day * time.Hour, want: []string{"+$0╷", "+$1╷"}},
		"no room":           {jumps: []int{1, 2, 3}, want: []string{"", "", "╷+$2"}},
		"found late":        {jumps: []int{11}, unknown: []int{11}, want: []string{"╷+$0"}},
	} {
		f := Fan{From: testNow.Add(-day * time.Hour), Ahead: c.ahead, LeftUSD: 10, Made: testNow, Ends: [5]float64{40000, 45000, 50000, 55000, 60000}}
		for hour := range day {
			usd := 10.0
			for _, at := range c.jumps {
				if hour >= at {
					usd += 20
				}
			}
			if slices.Contains(c.unknown, hour) {
				usd = nan
			} else {
				f.LeftUSD = usd
			}
			f.Past = append(f.Past, Held{To: f.From.Add(time.Duration(hour+1) * time.Hour), USD: usd})
		}
		for i, at := range c.jumps {
			f.Notes = append(f.Notes, Note{At: f.From.Add(time.Duration(at)*time.Hour + 30*time.Minute), Words: fmt.Sprintf("+$%d", i)})
		}
		cols := 2 * day
		if c.ahead > 0 {
			cols *= 2
		}
		lines := fanLines(f, cols+AxisWidth, 12)
		all := strings.Join(lines, "\n")
		for i, want := range c.want {
			words := fmt.Sprintf("+$%d", i)
			if want == "" {
				if strings.Contains(all, words) {
					t.Errorf("%s: %q has no room:\n%s", name, words, all)
				}
				continue
			}
			hour := c.jumps[i]
			for slices.Contains(c.unknown, hour) {
				hour++
			}
			found := false
			for _, line := range lines {
				before, _, ok := strings.Cut(line, want)
				at := len([]rune(before))
				if strings.HasPrefix(want, words) { // the mark is its last
					at += len(words)
				}
				found = found || ok && at == AxisWidth+2*hour
			}
			if !found {
				t.Errorf("%s: no %q with its mark in column %d:\n%s", name, want, AxisWidth+2*hour, all)
			}
		}
	}
}

// A jump that is too new for a column of its own is at the line of now.
func TestNoteAtNow(t *testing.T) {
	f := Fan{
		Past: []Held{{To: testNow.Add(-time.Hour), USD: 10}, {To: testNow, USD: 30}}, From: testNow.Add(-24 * time.Hour), Ahead: 24 * time.Hour,
		LeftUSD: 30, Made: testNow, Ends: [5]float64{40000, 45000, 50000, 55000, 60000},
		Notes: []Note{{At: testNow.Add(-30 * time.Minute), Words: "+$20"}},
	}
	lines := fanLines(f, AxisWidth+16, 12)
	for _, line := range lines {
		if before, _, ok := strings.Cut(line, "+$20┤"); ok && len([]rune(before))+4 == AxisWidth+8 {
			return
		}
	}
	t.Errorf("no words at the line of now:\n%s", strings.Join(lines, "\n"))
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

// Dates that hang below a fan stand in the order of their times, however long their words
// are.
func TestHungDatesKeepTheirOrder(t *testing.T) {
	ticks := []Tick{{Col: 22, Label: "Sun 15:00"}, {Col: 24, Label: "Mon 07:00"}, {Col: 20, Label: "03:00"}}
	var words []string
	for _, tick := range hang(ticks, 0, 44) {
		words = append(words, tick.Label)
	}
	if got := strings.Join(words, ", "); got != "03:00, Sun 15:00, Mon 07:00" {
		t.Errorf("the dates hang as %s", got)
	}
}
