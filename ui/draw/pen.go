// Package draw paints cells, panels, charts and colours. It knows how a thing
// looks and nothing of what it means to an account. Widths and heights are in
// cells; what does not fit is cut, and nothing wraps.
package draw

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"ortop/internal/text"
)

// Pen is what every drawing function needs. It is handed on by every one of them,
// and so is one word wide: copies of all that it holds took 29 kB of the program.
type Pen struct{ *Kit }

// Kit is what a pen holds: the meanings of colours, the character set and the time.
type Kit struct {
	*Theme
	ASCII   bool
	Now     time.Time
	Focused bool
	Spin    string // what turns while a request is in flight, or empty
	Style   Style  // of spend over time
	// Keys are those that a person put on actions, by their names, as they are
	// shown.
	Keys map[string]string
	// Second is a currency in which amounts are said besides.
	Second text.Currency
}

// Key is how the key of an action is shown, which is otherwise if nobody
// changed it.
//
//go:noinline
func (p Pen) Key(action, otherwise string) string {
	if k, ok := p.Keys[action]; ok {
		return k
	}
	return otherwise
}

// shades reports whether surfaces can be told apart by their colour alone.
func (p Pen) shades() bool { return p.rich && !p.ASCII }

// Band and Core are the signs of the two parts of a range.
func (p Pen) Band() string { return p.shade(inkBand, "■", "░") }
func (p Pen) Core() string { return p.shade(inkCore, "■", "▒") }

func (p Pen) shade(k Ink, sign, poor string) string {
	if !p.shades() {
		sign = poor
	}
	return p.Paint(k, sign)
}

// Frame is what stands in the border of a panel, and how urgent it is.
type Frame struct {
	Title, Right        string // in its upper edge
	FootLeft, FootRight string // in its lower edge
	Level               Level
	Lit                 bool // it lies over others
}

// Panel draws a border of w by h cells with a title at its left and
// more at its right, around lines. What does not fit is cut.
// It is not inlined: a dozen copies are 2 kB of program.
//
//go:noinline
func Panel(p Pen, title, right string, lines []string, w, h int) []string {
	return Frame{Title: title, Right: right}.Render(p, lines, w, h)
}

// Render draws the border of w by h cells around lines. What does not fit is cut;
// the words at the right are left out first.
func (f Frame) Render(p Pen, lines []string, w, h int) []string {
	if w < 4 || h < 2 {
		return Fill(nil, w, h)
	}
	border := func(s string) string {
		if f.Lit {
			return p.Accent(s)
		}
		return p.Paint(edge(f.Level), s)
	}
	bar := func(n int) string { return border(strings.Repeat("─", max(0, n))) }
	edgeOf := func(from, to, left, right string) string {
		out, rest := border(from), w-2
		if left = Cut(left, w-4); Width(left) > 0 {
			out += " " + left + " "
			rest -= Width(left) + 2
		}
		if n := rest - Width(right) - 3; Width(right) > 0 && n >= 1 {
			return out + bar(n) + " " + right + " " + border("─"+to)
		}
		return out + bar(rest) + border(to)
	}
	out := make([]string, 0, h)
	out = append(out, edgeOf("╭", "╮", f.Title, f.Right))
	side := border("│")
	for i := range h - 2 {
		line := ""
		if i < len(lines) {
			line = lines[i]
		}
		out = append(out, side+" "+Fit(line, w-4)+" "+side)
	}
	return append(out, edgeOf("╰", "╯", f.FootLeft, f.FootRight))
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
// It is not inlined: seven copies are 3 kB of program.
//
//go:noinline
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
func Clip(lines []string, w, h int, g Glyphs) string {
	lines = lines[:min(len(lines), h)]
	for i, line := range lines {
		if Width(line) > w {
			lines[i] = Cut(line, w)
		}
	}
	frame := strings.Join(lines, "\n")
	switch g {
	case ASCII:
		return ToASCII(frame)
	case Console:
		return toConsole(frame)
	}
	return frame
}

// Glyphs are the signs that can be shown.
type Glyphs int

const (
	Unicode Glyphs = iota
	Console        // those of code page 437, which are all that a console's fonts have
	ASCII
)

// Over puts a panel in the middle of a frame of w by h cells, which grows faint.
func Over(p Pen, under, panel []string, w, h int) []string {
	left, top := (w-Width(panel[0]))/2, (h-len(panel))/2
	out, dark := Fill(under, w, h), newShade(p.Theme)
	for y, line := range out {
		i := y - top
		if i < 0 || i >= len(panel) {
			out[y] = dark.under(line)
			continue
		}
		right := left + Width(panel[i])
		out[y] = dark.under(ansi.Cut(line, 0, left)) + panel[i] + dark.under(ansi.Cut(line, right, w))
	}
	return out
}

// Mark stands before a row: chosen or not.
//
//go:noinline
func Mark(p Pen, chosen bool) string {
	if chosen {
		return p.Accent("▸") + " "
	}
	return "  "
}
