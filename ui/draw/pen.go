// Package draw paints cells, panels, charts and colours. It knows how a thing
// looks and nothing of what it means to an account. Widths and heights are in
// cells; what does not fit is cut, and nothing wraps.
package draw

import (
	"strings"
	"time"
)

// Pen is what every drawing function needs: the meanings of colours, the
// character set and the time.
type Pen struct {
	*Theme
	ASCII   bool
	Now     time.Time
	Focused bool
	Spin    string // what turns while a request is in flight, or empty
}

// Panel draws a border of w by h cells with a title at its left and
// more at its right, around lines. What does not fit is cut.
func Panel(p Pen, title, right string, lines []string, w, h int) []string {
	if w < 4 || h < 2 {
		return Fill(nil, w, h)
	}
	bar := func(n int) string { return p.border(strings.Repeat("─", max(0, n))) }
	title = Cut(title, w-4)
	head := p.border("╭ ") + title + " "
	rest := w - Width(title) - 4 // without the corner
	if n := rest - Width(right) - 3; right != "" && n >= 1 {
		head += bar(n) + " " + right + " " + p.border("─╮")
	} else {
		head += bar(rest) + p.border("╮")
	}
	out := make([]string, 0, h)
	out = append(out, head)
	side := p.border("│")
	for i := range h - 2 {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		out = append(out, side+" "+Fit(line, w-4)+" "+side)
	}
	return append(out, p.border("╰"+strings.Repeat("─", w-2)+"╯"))
}

// Fill cuts and pads lines to w by h cells.
func Fill(lines []string, w, h int) []string {
	out := make([]string, max(0, h))
	for i := range out {
		if i < len(lines) {
			out[i] = Fit(lines[i], w)
		} else {
			out[i] = Blank(w)
		}
	}
	return out
}

// Beside puts blocks of equally many lines side by side.
func Beside(blocks ...[]string) []string {
	out := make([]string, len(blocks[0]))
	for i := range out {
		for _, b := range blocks {
			out[i] += b[i]
		}
	}
	return out
}

// Clip makes one frame of lines: none wider than w, no more than h.
func Clip(lines []string, w, h int, ascii bool) string {
	lines = lines[:min(len(lines), h)]
	for i, line := range lines {
		if Width(line) > w {
			lines[i] = Cut(line, w)
		}
	}
	frame := strings.Join(lines, "\n")
	if ascii {
		frame = toASCII(frame)
	}
	return frame
}

// Centred puts a panel in the middle of w by h cells.
func Centred(panel []string, w, h int) []string {
	left := Blank((w - Width(panel[0])) / 2)
	out := Fill(nil, 0, (h-len(panel))/2)
	for _, line := range panel {
		out = append(out, left+line)
	}
	return out
}

// Mark stands before a row: chosen or not.
func Mark(p Pen, chosen bool) string {
	if chosen {
		return p.Accent("▸") + " "
	}
	return "  "
}
