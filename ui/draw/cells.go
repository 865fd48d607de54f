package draw

import (
	"math"
	"strings"
	"unicode/utf8"

	"ortop/internal/text"

	"github.com/charmbracelet/x/ansi"
)

// Width is how many cells s takes, escape sequences aside.
func Width(s string) int {
	n := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= ' ' && c <= '~':
			i++
			n++
		case c == '\x1b':
			end := i + 2
			for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == ';') {
				end++
			}
			if end >= len(s) || s[i+1] != '[' || s[end] != 'm' {
				return ansi.StringWidth(s)
			}
			i = end + 1
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			if !narrow(r) {
				return ansi.StringWidth(s)
			}
			i += size
			n++
		}
	}
	return n
}

// narrow reports whether a sign of a frame takes one cell by itself, and joins no
// other: what is measured hundreds of times a frame need not be looked up in tables of
// all that is written.
func narrow(r rune) bool {
	switch {
	case r >= 0x2500 && r < 0x25fd, r >= 0x2800 && r < 0x2900: // lines, blocks, shapes; braille
		return true
	case r > 0xad && r < 0x300, r >= 0x2010 && r < 0x2028, r == '›': // letters, dashes
		return true
	}
	return false
}

// Cut shortens s to at most w cells and marks what is missing.
//
//go:noinline
func Cut(s string, w int) string {
	if w <= 0 {
		return ""
	}
	return ansi.Truncate(s, w, "…")
}

// Fit cuts or pads s to exactly w cells.
func Fit(s string, w int) string {
	n := Width(s)
	if n > w {
		s = Cut(s, w)
		n = Width(s)
	}
	return s + Blank(w-n)
}

// CutWords is cut at the end of a word, where there is one.
func CutWords(s string, w int) string {
	if Width(s) <= w || w <= 0 {
		return Cut(s, w)
	}
	whole := ansi.Strip(ansi.Truncate(s, w, "")) // to the cell where the mark may stand
	if i := strings.LastIndexByte(whole, ' '); i > 0 {
		if n := Width(strings.TrimRight(whole[:i], " ,:(")); n > 1 {
			w = n + 1
		}
	}
	return Cut(s, w)
}

// CutClause shortens a sentence to w cells: to a clause, where that leaves more than
// half of them, else as CutWords does.
func CutClause(s string, w int) string {
	if Width(s) <= w {
		return s
	}
	whole := ansi.Strip(ansi.Truncate(s, w+2, ""))
	if i := max(strings.LastIndex(whole, ", "), strings.LastIndex(whole, "; ")); i > 0 {
		if n := Width(whole[:i]); n > w/2 {
			return ansi.Truncate(s, n, "")
		}
	}
	return CutWords(s, w)
}

// Wrap breaks words into lines of at most w cells, names with hyphens only where they
// are longer than that, and no number from its percent sign.
func Wrap(words string, w int) []string {
	if w <= 0 || words == "" {
		return nil
	}
	const hyphen, percent = "\u2011", "\u00a0%" // at which no line ends
	words = ansi.Wrap(strings.ReplaceAll(strings.ReplaceAll(words, "-", hyphen), " %", percent), w, "")
	return strings.Split(strings.ReplaceAll(strings.ReplaceAll(words, hyphen, "-"), percent, " %"), "\n")
}

// Blank is w spaces, none where w is negative.
//
//go:noinline
func Blank(w int) string { return strings.Repeat(" ", max(0, w)) }

// Spread puts left and right at the two ends of w cells. Where both do not
// fit, right is left out.
func Spread(left, right string, w int) string {
	free := w - Width(left) - Width(right)
	if right == "" || free < 1 {
		return Fit(left, w)
	}
	return left + Blank(free) + right
}

// FlushRight puts s at the right end of w cells.
func FlushRight(s string, w int) string { return Blank(w-Width(s)) + s }

// Pick returns the first of the wordings, longest first, that fits w cells,
// else the last one. It is not inlined: hundreds of calls are 15 kB of program.
//
//go:noinline
func Pick(w int, wordings ...string) string {
	for _, s := range wordings {
		if Width(s) <= w {
			return s
		}
	}
	return wordings[len(wordings)-1]
}

// Join puts words side by side with sep between, as many as fit w cells.
func Join(w int, sep string, words ...string) string {
	out := ""
	for _, s := range words {
		switch {
		case s == "":
		case out == "":
			out = s
		case Width(out)+Width(sep)+Width(s) > w:
			return out
		default:
			out += sep + s
		}
	}
	return out
}

// Even spreads words over w cells with equal gaps; the last that do not fit
// are left out.
func Even(w int, words ...string) string {
	for ; len(words) > 1; words = words[:len(words)-1] {
		free := w
		for _, s := range words {
			free -= Width(s)
		}
		gaps := len(words) - 1
		if free < 2*gaps {
			continue
		}
		out := words[0]
		for i, s := range words[1:] {
			out += Blank(free*(i+1)/gaps-free*i/gaps) + s
		}
		return out
	}
	return Fit(words[0], w)
}

// Clean makes a foreign string safe to align: one line, no control or
// invisible characters, and nothing whose width terminals disagree about.
func Clean(s string) string {
	s = strings.Join(strings.Fields(text.Clean(s, math.MaxInt)), " ")
	var b strings.Builder
	for s != "" {
		cluster, w := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		s = s[len(cluster):]
		first, n := utf8.DecodeRuneInString(cluster)
		switch {
		case first == utf8.RuneError || first == ' ' && n < len(cluster), w != ansi.StringWidthWc(cluster), w > 1 && n < len(cluster), w == 0:
			b.WriteString(strings.Repeat("?", max(1, w)))
		default:
			b.WriteString(cluster)
		}
	}
	return b.String()
}

// JoinAll puts the words that are not empty side by side.
func JoinAll(sep string, words ...string) string {
	var kept []string
	for _, s := range words {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, sep)
}
