package render

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Fold breaks the lines of an answer that are wider than w cells, at blanks, so that
// no number is cut; what follows stands under the value of the line, or a little in.
// w of 0 or less folds nothing.
func Fold(s string, w int) string {
	if w <= 0 {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if ansi.StringWidth(line) > w {
			lines[i] = foldLine(line, w)
		}
	}
	return strings.Join(lines, "\n")
}

// Fill breaks a paragraph into lines of w cells at most, at blanks.
func Fill(paragraph string, w int) string { return foldTo(paragraph, w, 0) }

func foldLine(line string, w int) string {
	text := strings.TrimLeft(line, " ")
	lead := len(line) - len(text)
	indent := lead + 2
	if label, value, ok := strings.Cut(text, "  "); ok {
		at := lead + ansi.StringWidth(label) + 2 + len(value) - len(strings.TrimLeft(value, " "))
		if at <= w/2 {
			indent = at
		}
	}
	return foldTo(line, w, min(indent, w/2))
}

func foldTo(line string, w, indent int) string {
	var out strings.Builder
	used := 0
	for i, word := range words(line) {
		n := ansi.StringWidth(strings.TrimLeft(word, " "))
		switch {
		case i > 0 && used+ansi.StringWidth(word) > w && used > indent:
			out.WriteString("\n" + strings.Repeat(" ", indent) + strings.TrimLeft(word, " "))
			used = indent + n
		default:
			out.WriteString(word)
			used += ansi.StringWidth(word)
		}
	}
	return out.String()
}

// words are the words of a line, each with the blanks before it. A number stays with
// its unit.
func words(line string) (list []string) {
	for len(line) > 0 {
		start := len(line) - len(strings.TrimLeft(line, " "))
		end := strings.IndexByte(line[start:], ' ')
		if end < 0 {
			return append(list, line)
		}
		end += start
		// "9 d 11 h", "58 %"
		if next := strings.IndexByte(line[end+1:]+" ", ' '); isNumber(line[start:end]) && next > 0 && next <= 4 && !strings.ContainsAny(line[end+1:end+2], "0123456789($") {
			end += 1 + next
		}
		list, line = append(list, line[:end]), line[end:]
	}
	return list
}

func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "(")
	return s != "" && strings.Trim(s, "0123456789.,$-") == ""
}
