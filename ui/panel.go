package ui

import (
	"strings"
	"time"
)

// pen is what every drawing function needs: the meanings of colours, the
// character set and the moment.
type pen struct {
	th      theme
	ascii   bool
	now     time.Time
	focused bool
	spin    string // what turns while a request is in flight, or empty
}

// renderPanel draws a border of w by h cells with a title at its left and
// more at its right, around lines. What does not fit is cut.
func renderPanel(p pen, title, right string, lines []string, w, h int) []string {
	if w < 4 || h < 2 {
		return fill(nil, w, h)
	}
	bar := func(n int) string { return p.th.border.Render(strings.Repeat("─", max(0, n))) }
	title = cut(title, w-4)
	head := p.th.border.Render("╭ ") + title + " "
	rest := w - width(title) - 4 // without the corner
	if n := rest - width(right) - 3; right != "" && n >= 1 {
		head += bar(n) + " " + right + " " + p.th.border.Render("─╮")
	} else {
		head += bar(rest) + p.th.border.Render("╮")
	}
	out := make([]string, 0, h)
	out = append(out, head)
	side := p.th.border.Render("│")
	for i := range h - 2 {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		out = append(out, side+" "+fit(line, w-4)+" "+side)
	}
	return append(out, p.th.border.Render("╰"+strings.Repeat("─", w-2)+"╯"))
}

// fill cuts and pads lines to w by h cells.
func fill(lines []string, w, h int) []string {
	out := make([]string, max(0, h))
	for i := range out {
		if i < len(lines) {
			out[i] = fit(lines[i], w)
		} else {
			out[i] = blank(w)
		}
	}
	return out
}

// beside puts blocks of equally many lines side by side.
func beside(blocks ...[]string) []string {
	out := make([]string, len(blocks[0]))
	for i := range out {
		for _, b := range blocks {
			out[i] += b[i]
		}
	}
	return out
}

// clip makes one frame of lines: none wider than w, no more than h.
func clip(lines []string, w, h int, ascii bool) string {
	lines = lines[:min(len(lines), h)]
	for i, line := range lines {
		if width(line) > w {
			lines[i] = cut(line, w)
		}
	}
	frame := strings.Join(lines, "\n")
	if ascii {
		frame = toASCII(frame)
	}
	return frame
}
