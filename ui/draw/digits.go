package draw

import (
	"strings"
	"sync"
)

// glyphs are signs three rows high in half blocks; makeGlyphs makes them.
var glyphs = map[rune][3]string{}

var makeGlyphs = sync.OnceFunc(func() {
	m := glyphs
	for _, row := range []struct{ signs, top, middle, foot string }{
		{"0123456789",
			"█▀█ ▄█  ▀▀█ ▀▀█ █ █ █▀▀ █▀▀ ▀▀█ █▀█ █▀█",
			"█ █  █  █▀▀ ▀▀█ ▀▀█ ▀▀█ █▀█   █ █▀█ ▀▀█",
			"▀▀▀ ▀▀▀ ▀▀▀ ▀▀▀   ▀ ▀▀▀ ▀▀▀   ▀ ▀▀▀ ▀▀▀"},
		{"ABCDEFGHIJLN",
			"█▀█ █▀▄ █▀▀ █▀▄ █▀▀ █▀▀ █▀▀ █ █ ▀█▀   █ █   █▀█",
			"█▀█ █▀▄ █   █ █ █▀▀ █▀▀ █ █ █▀█  █    █ █   █ █",
			"▀ ▀ ▀▀  ▀▀▀ ▀▀  ▀▀▀ ▀   ▀▀▀ ▀ ▀ ▀▀▀ ▀▀▀ ▀▀▀ ▀ ▀"},
		{"OPRSTUVY",
			"█▀█ █▀█ █▀█ █▀▀ ▀█▀ █ █ █ █ █ █",
			"█ █ █▀▀ █▀▄ ▀▀█  █  █ █ █ █ ▀█▀",
			"▀▀▀ ▀   ▀ ▀ ▀▀▀  ▀  ▀▀▀  ▀   ▀ "},
	} {
		cut := func(line string, i int) string {
			signs := []rune(line + "   ")
			return string(signs[4*i : 4*i+3])
		}
		for i, r := range row.signs {
			m[r] = [3]string{cut(row.top, i), cut(row.middle, i), cut(row.foot, i)}
		}
	}
	m['M'] = [3]string{"█▄ ▄█", "█ ▀ █", "▀   ▀"}
	m['W'] = [3]string{"█   █", "█ ▄ █", "▀▀ ▀▀"}
	m['-'] = [3]string{"  ", "▀▀", "  "}
	m['.'] = [3]string{" ", " ", "▀"}
	m[','] = [3]string{" ", " ", "▄"}
	m[':'] = [3]string{" ", "▀", "▀"}
	m['$'] = [3]string{"$", " ", " "} // it stays small
	m[' '] = [3]string{" ", " ", " "}
})

// Digits draws a sum, a time or a date three rows high; ok is false where it is
// wider than w cells, or has a sign that cannot be drawn.
func Digits(p Pen, words string, w int) (rows [3]string, ok bool) {
	if p.ASCII {
		return rows, false
	}
	makeGlyphs()
	var b [3]strings.Builder
	for i, r := range strings.ToUpper(words) {
		glyph, known := glyphs[r]
		if !known {
			return rows, false
		}
		for y := range 3 {
			if i > 0 {
				b[y].WriteByte(' ')
			}
			b[y].WriteString(glyph[y])
		}
	}
	for y := range 3 {
		rows[y] = b[y].String()
	}
	return rows, Width(rows[0]) <= w
}
