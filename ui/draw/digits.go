package draw

import "strings"

var bigDigits = map[rune][3]string{
	'0': {"┏━┓", "┃ ┃", "┗━┛"},
	'1': {"╺┓ ", " ┃ ", "╺┻╸"},
	'2': {"┏━┓", "┏━┛", "┗━╸"},
	'3': {"┏━┓", "╺━┫", "┗━┛"},
	'4': {"╻ ╻", "┗━┫", "  ╹"},
	'5': {"┏━╸", "┗━┓", "┗━┛"},
	'6': {"┏━╸", "┣━┓", "┗━┛"},
	'7': {"┏━┓", "  ┃", "  ╹"},
	'8': {"┏━┓", "┣━┫", "┗━┛"},
	'9': {"┏━┓", "┗━┫", "╺━┛"},
	'$': {"┏╋┛", "┗╋┓", "┏╋┛"},
	'-': {"   ", "╺━╸", "   "},
	'.': {" ", " ", "▪"},
	',': {" ", " ", "╻"},
}

// Digits draws an amount three rows high; ok is false where it is
// wider than w cells or has other characters than sums have.
func Digits(p Pen, sum string, w int) (rows [3]string, ok bool) {
	if p.ASCII {
		return rows, false
	}
	var b [3]strings.Builder
	for i, r := range sum {
		glyph, known := bigDigits[r]
		if !known {
			return rows, false
		}
		for y := range 3 {
			if i > 0 && sum[i-1] == '$' {
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
