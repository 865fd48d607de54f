package draw

import "strings"

// asciiOf is what stands for each glyph of a frame where only ASCII can
// be shown.
var asciiOf = func() map[rune]byte {
	m := map[rune]byte{}
	for _, pair := range []struct {
		glyphs string
		as     byte
	}{
		{"─╶╴—━╸╺", '-'}, {"│┤├┊┃", '|'}, {"┼┬┴└┘┌┐", '+'}, {"╭╮…", '.'}, {"╯", '\''}, {"╰", '`'},
		{"█▇▉▊", '#'}, {"▒▓", '+'}, {"▆▅▋▌", '|'}, {"▄▃▍▎", ':'}, {"▂▏", '.'}, {"▁", '_'}, {"░·", '.'}, {"╵", '|'}, {"╷", '|'},
		{"●•", '*'}, {"○", 'o'}, {"▲↑", '^'}, {"▼↓", 'v'}, {"✗", 'x'}, {"‖", '='}, {"▸›→", '>'}, {"←‹", '<'}, {"≈", '~'}, {"◆", '+'},
		{"⠋⠼", '|'}, {"⠙⠴", '/'}, {"⠹⠦", '-'}, {"⠸⠧", '\\'},
	} {
		for _, r := range pair.glyphs {
			m[r] = pair.as
		}
	}
	return m
}()

// consoleOf is what stands for each glyph on a console whose fonts have those of code
// page 437 alone.
var consoleOf = func() map[rune]rune {
	m := map[rune]rune{}
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
	return m
}()

// console437 are the signs beyond ASCII that are left as they are.
const console437 = "─│┌┐└┘┤├┬┴┼║█▄▀▌▐░▒■•▲▼►◄♦→←↑↓○·÷±²°ñÑéèêëáàâäåæçíìîïóòôöúùûüÿÄÅÉÆÖÜ£¥"

// toConsole replaces what such fonts do not have, cell by cell.
func toConsole(frame string) string {
	var b strings.Builder
	b.Grow(len(frame))
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

// toASCII replaces every rune of a frame that is not ASCII, cell by cell.
func toASCII(frame string) string {
	var b strings.Builder
	b.Grow(len(frame))
	for _, r := range frame {
		switch a, ok := asciiOf[r]; {
		case r < 0x80:
			b.WriteByte(byte(r))
		case ok:
			b.WriteByte(a)
		default:
			b.WriteString(strings.Repeat("?", Width(string(r))))
		}
	}
	return b.String()
}
