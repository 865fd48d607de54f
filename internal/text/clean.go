package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxClusterBytes bounds a letter with its marks: enough for every script,
// too little for a pile that leaves its line.
const maxClusterBytes = 32

// Clean returns s as one line that is safe to print anywhere, of at most
// maxBytes bytes (so at most as many terminal cells). A text that is cut ends
// in "…" where that fits. Cleaning twice changes nothing more.
//
// Tabs, line and paragraph separators become spaces, and those at the ends
// are removed. Each other control character (C0, DEL, C1), bidi control,
// zero-width or otherwise invisible character, and each byte that is not
// UTF-8, becomes a visible U+FFFD. Variation selectors, which only change a
// glyph's width, are dropped, and so are the joiners between pictures, which
// terminals draw in as many ways, and the marks of a letter beyond its first
// 32 bytes; a mark that begins the text has no letter and becomes U+FFFD.
func Clean(s string, maxBytes int) string {
	if maxBytes < 1 {
		return ""
	}
	if len(s) <= maxBytes && plainASCII(s) {
		return s
	}
	var b strings.Builder
	var prev rune
	spaces, cluster := 0, 0
	for _, r := range s {
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			if b.Len() > 0 {
				spaces++
			}
			prev, cluster = ' ', 1
			continue
		case unicode.Is(unicode.Variation_Selector, r), r == joiner && unicode.In(prev, unicode.So, unicode.Sk):
			continue
		case invisible(r) || b.Len() == 0 && unicode.Is(unicode.M, r):
			r = utf8.RuneError
		}
		size := utf8.RuneLen(r)
		if !joins(prev, r) {
			cluster = 0
		} else if cluster+size > maxClusterBytes {
			continue
		}
		cluster += size
		prev = r
		for ; spaces > 0 && b.Len() <= maxBytes; spaces-- {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		if b.Len() > maxBytes {
			break
		}
	}
	return cut(b.String(), maxBytes)
}

// joiner makes one picture of those before and after it.
const joiner = '\u200d'

// plainASCII reports whether s is printable ASCII without a space at its ends,
// which most text is: nothing is to be cleaned then.
func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' '
}

// invisible reports whether r is a control character or draws nothing.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point)
}

// joins reports whether r is drawn in one cluster with prev: a mark, an
// emoji's skin tone, a Hangul jamo.
func joins(prev, r rune) bool {
	return unicode.Is(unicode.M, r) ||
		r >= 0x1F3FB && r <= 0x1F3FF ||
		r >= 0x1160 && r <= 0x11FF || r >= 0xD7B0 && r <= 0xD7FF ||
		leadingJamo(prev) && leadingJamo(r)
}

func leadingJamo(r rune) bool {
	return r >= 0x1100 && r < 0x1160 || r >= 0xA960 && r <= 0xA97F
}

// cut returns s cut to maxBytes between two runes.
func cut(s string, maxBytes int) string {
	if len(s) <= maxBytes {
		return s
	}
	const ellipsis = "…"
	end := maxBytes
	if maxBytes >= len(ellipsis) {
		end -= len(ellipsis)
	}
	for !utf8.RuneStart(s[end]) {
		end--
	}
	s = strings.TrimRight(s[:end], " ")
	if maxBytes >= len(ellipsis) {
		s += ellipsis
	}
	return s
}
