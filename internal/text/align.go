package text

import (
	"strings"
	"unicode/utf8"
)

// Align pads numbers so that their decimal points stand in one column; all are
// equally wide then. Unknown stands where a whole number ends.
func Align(numbers []string) []string {
	before, after := 0, 0
	for _, s := range numbers {
		b, a := aroundPoint(s)
		before, after = max(before, b), max(after, a)
	}
	out := make([]string, len(numbers))
	for i, s := range numbers {
		b, a := aroundPoint(s)
		out[i] = strings.Repeat(" ", before-b) + s + strings.Repeat(" ", after-a)
	}
	return out
}

// aroundPoint is how many characters stand before the decimal point, and how
// many from it on.
//
//go:noinline
func aroundPoint(s string) (before, after int) {
	n := utf8.RuneCountInString(s)
	if i := strings.LastIndexByte(s, '.'); i >= 0 {
		after = utf8.RuneCountInString(s[i:])
	}
	return n - after, after
}
