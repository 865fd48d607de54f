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
		{"●•", '*'}, {"○", 'o'}, {"▲↑", '^'}, {"▼↓", 'v'}, {"✗", 'x'}, {"‖", '='}, {"▸›→", '>'}, {"←", '<'}, {"◆", '+'},
		{"⠋⠼", '|'}, {"⠙⠴", '/'}, {"⠹⠦", '-'}, {"⠸⠧", '\\'},
	} {
		for _, r := range pair.glyphs {
			m[r] = pair.as
		}
	}
	return m
}()

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
