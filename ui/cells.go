package ui

import (
	"math"
	"strings"
	"unicode/utf8"

	"ortop/internal/text"

	"github.com/charmbracelet/x/ansi"
)

// width is how many cells s takes, escape sequences aside.
func width(s string) int { return ansi.StringWidth(s) }

// cut shortens s to at most w cells and marks what is missing.
func cut(s string, w int) string {
	if w <= 0 {
		return ""
	}
	return ansi.Truncate(s, w, "…")
}

// fit cuts or pads s to exactly w cells.
func fit(s string, w int) string {
	n := width(s)
	if n > w {
		s = cut(s, w)
		n = width(s)
	}
	return s + blank(w-n)
}

// cutWords is cut at the end of a word, where there is one.
func cutWords(s string, w int) string {
	if width(s) <= w || w <= 0 {
		return cut(s, w)
	}
	whole := ansi.Strip(ansi.Truncate(s, w, "")) // to the cell where the mark may stand
	if i := strings.LastIndexByte(whole, ' '); i > 0 {
		if n := width(strings.TrimRight(whole[:i], " ,:(")); n > 1 {
			w = n + 1
		}
	}
	return cut(s, w)
}

// wrap breaks words into lines of at most w cells.
func wrap(words string, w int) []string {
	if w <= 0 || words == "" {
		return nil
	}
	return strings.Split(ansi.Wrap(words, w, ""), "\n")
}

// blank is w spaces, none where w is negative.
func blank(w int) string { return strings.Repeat(" ", max(0, w)) }

// spread puts left and right at the two ends of w cells. Where both do not
// fit, right is left out.
func spread(left, right string, w int) string {
	free := w - width(left) - width(right)
	if right == "" || free < 1 {
		return fit(left, w)
	}
	return left + blank(free) + right
}

// flushRight puts s at the right end of w cells.
func flushRight(s string, w int) string { return blank(w-width(s)) + s }

// pick returns the first of the wordings, longest first, that fits w cells,
// else the last one.
func pick(w int, wordings ...string) string {
	for _, s := range wordings {
		if width(s) <= w {
			return s
		}
	}
	return wordings[len(wordings)-1]
}

// join puts words side by side with sep between, as many as fit w cells.
func join(w int, sep string, words ...string) string {
	out := ""
	for _, s := range words {
		switch {
		case s == "":
		case out == "":
			out = s
		case width(out)+width(sep)+width(s) > w:
			return out
		default:
			out += sep + s
		}
	}
	return out
}

// even spreads words over w cells with equal gaps; the last that do not fit
// are left out.
func even(w int, words ...string) string {
	for ; len(words) > 1; words = words[:len(words)-1] {
		free := w
		for _, s := range words {
			free -= width(s)
		}
		gaps := len(words) - 1
		if free < 2*gaps {
			continue
		}
		out := words[0]
		for i, s := range words[1:] {
			out += blank(free*(i+1)/gaps-free*i/gaps) + s
		}
		return out
	}
	return fit(words[0], w)
}

// clean makes a foreign string safe to align: one line, no control or
// invisible characters, and nothing whose width terminals disagree about.
func clean(s string) string {
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
