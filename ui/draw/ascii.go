package draw

import (
	"strings"
	"sync"
	"unicode"
)

// asciiOf is what stands for each glyph of a frame where only ASCII can
// be shown; makeASCII makes it.
var asciiOf = map[rune]byte{}

var makeASCII = sync.OnceFunc(func() {
	m := asciiOf
	for _, pair := range []struct {
		glyphs string
		as     byte
	}{
		{"─╶╴—━╸╺", '-'}, {"│┤├┊┃", '|'}, {"┼┬┴└┘┌┐", '+'}, {"╭╮…", '.'}, {"╯", '\''}, {"╰", '`'},
		{"█▇▉▊", '#'}, {"▒▓", '+'}, {"▆▅▋▌", '|'}, {"▄▃▍▎", ':'}, {"▂▏", '.'}, {"▁", '_'}, {"░·", '.'}, {"╵", '|'}, {"╷", '|'},
		{"●•", '*'}, {"○", 'o'}, {"▲↑", '^'}, {"▼↓", 'v'}, {"✗", 'x'}, {"‖", '='}, {"▸›→", '>'}, {"←‹", '<'}, {"≈", '~'}, {"◆", '+'},
	} {
		for _, r := range pair.glyphs {
			m[r] = pair.as
		}
	}
})

// consoleOf is what stands for each glyph on a console whose fonts have those of code
// page 437 alone; makeConsole makes it.
var consoleOf = map[rune]rune{}

var makeConsole = sync.OnceFunc(func() {
	m := consoleOf
	for _, pair := range []struct {
		glyphs string
		as     rune
	}{
		{"╭", '┌'}, {"╮", '┐'}, {"╰", '└'}, {"╯", '┘'}, {"╵╷┊┃", '│'}, {"╶╴—━╸╺", '─'},
		{"▇▆▋▊▉▓", '█'}, {"▅▃▂", '▄'}, {"▁", '_'}, {"▏▎▍", '▌'}, {"▪", '■'},
		{"●", '•'}, {"✗", 'x'}, {"◆", '♦'}, {"▸", '►'}, {"›", '>'}, {"‖", '║'}, {"…", '.'},
		{"⠋⠼", '|'}, {"⠙⠴", '/'}, {"⠹⠦", '-'}, {"⠸⠧⠇⠏", '\\'},
	} {
		for _, r := range pair.glyphs {
			m[r] = pair.as
		}
	}
})

// console437 are the signs beyond ASCII that are left as they are.
const console437 = "─│┌┐└┘┤├┬┴┼║█▄▀▌▐░▒■•▲▼►◄♦→←↑↓○·÷±²°ñÑéèêëáàâäåæçíìîïóòôöúùûüÿÄÅÉÆÖÜ£¥"

// toConsole replaces what such fonts do not have, cell by cell.
func toConsole(frame string) string {
	var b strings.Builder
	b.Grow(len(frame))
	makeConsole()
	for _, r := range frame {
		switch as, ok := consoleOf[r]; {
		case ok:
			b.WriteRune(as)
		case r < 0x80 || strings.ContainsRune(console437, r):
			b.WriteRune(r)
		case r > 0x2800 && r <= 0x28ff: // a line of dots
			b.WriteRune('·')
		default:
			b.WriteString(strings.Repeat("?", Width(string(r))))
		}
	}
	return b.String()
}

// ToASCII replaces every rune that is not ASCII, cell by cell.
func ToASCII(frame string) string {
	out := make([]byte, 0, len(frame))
	cut := false // an ellipsis may take the last letter too
	escape := false
	makeASCII()
	for _, r := range frame {
		switch a, ok := asciiOf[r]; {
		case r < 0x80:
			out = append(out, byte(r))
			letter := unicode.IsLetter(r) || unicode.IsDigit(r)
			cut = letter && !escape
			escape = r == 0x1b || escape && !unicode.IsLetter(r)
			continue
		case r == '…' && cut:
			out[len(out)-1] = '.'
			out = append(out, '.')
		case ok:
			out = append(out, a)
		default:
			out = append(out, strings.Repeat("?", Width(string(r)))...)
		}
		cut = false
	}
	return string(out)
}
