package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestI01I08Clean(t *testing.T) {
	const bad = "\ufffd"
	marks := strings.Repeat("\u0301", 3000)
	for _, tt := range []struct {
		name, in string
		max      int
		want     string
	}{
		{"plain", "my key", 100, "my key"},
		{"empty", "", 100, ""},
		{"no room", "abc", 0, ""},
		{"less than no room", "abc", -1, ""},
		{"room for a byte", "abc", 1, "a"},
		{"room for the ellipsis alone", "abcd", 3, "…"},
		{"space before", " a", 100, "a"},
		{"space after", "a ", 100, "a"},
		{"a space alone", " ", 100, ""},
		{"exact, not ASCII", "éé", 4, "éé"},
		{"marks to the bound", "é" + marks[:60], 100, "é" + marks[:30]},
		{"OSC 52", "a\x1b]52;c;ZXZpbA==\x07b", 100, "a" + bad + "]52;c;ZXZpbA==" + bad + "b"},
		{"CSI", "\x1b[2Jx", 100, bad + "[2Jx"},
		{"DCS", "\x1bPq\x1b\\", 100, bad + "Pq" + bad + "\\"},
		{"C1 in UTF-8", "a\u009b31mb", 100, "a" + bad + "31mb"},
		{"C1 as a byte", "a\x9b31mb", 100, "a" + bad + "31mb"},
		{"NUL BS DEL", "a\x00\b\x7fb", 100, "a" + bad + bad + bad + "b"},
		{"tab and line breaks", "a\tb\r\nc\u2028d\u2029e", 100, "a b  c d e"},
		{"space around", "\n  a b\t \n", 100, "a b"},
		{"bidi", "a\u202eb\u2066c\u061cd", 100, "a" + bad + "b" + bad + "c" + bad + "d"},
		{"zero width", "a\u200bb\u200dc\ufeffd\u2060e\u00adf", 100, "a" + bad + "b" + bad + "c" + bad + "d" + bad + "e" + bad + "f"},
		{"tag characters", "a\U000e0041b", 100, "a" + bad + "b"},
		{"joined pictures", "👩‍💻 dev 👩🏽‍🚀 ❤️‍🔥", 100, "👩💻 dev 👩🏽🚀 ❤🔥"},
		{"a joiner without pictures", "\u200d👩 a\u200d👩", 100, bad + "👩 a" + bad + "👩"},
		{"invisible letters", "a\u3164b\u115fc\u034fd", 100, "a" + bad + "b" + bad + "c" + bad + "d"},
		{"variation selector", "\u2764\ufe0f x", 100, "\u2764 x"},
		{"invalid UTF-8", "a\xff\xc3b", 100, "a" + bad + bad + "b"},
		{"accents stay", "e\u0301\u0323 né", 100, "e\u0301\u0323 né"},
		{"pile of marks", "a" + marks + "b", 100, "a" + marks[:30] + "b"},
		{"pile on a space", "a " + marks + "b", 100, "a " + marks[:30] + "b"},
		{"mark without a letter", "\u0301a", 100, bad + "a"},
		{"mark without a letter after space", " \u0301a", 100, bad + "a"},
		{"pile of skin tones", "\u270b" + strings.Repeat("\U0001f3fb", 100) + "x", 100, "\u270b" + strings.Repeat("\U0001f3fb", 7) + "x"},
		{"pile of jamo", strings.Repeat("\u1100", 100) + "x", 100, strings.Repeat("\u1100", 10) + "x"},
		{"decomposed Korean stays", strings.Repeat("\u1112\u1161\u11ab", 9), 100, strings.Repeat("\u1112\u1161\u11ab", 9)},
		{"wide stays", "日本語のキー", 100, "日本語のキー"},
		{"cut", "abcdefghij", 8, "abcde…"},
		{"cut between runes", "aéééé", 7, "aé…"},
		{"cut before a space", "abcd efgh", 8, "abcd…"},
		{"no room for the ellipsis", "ab cd", 2, "ab"},
		{"exact", "abcdefgh", 8, "abcdefgh"},
		{"long", strings.Repeat("x", 100_000), 10, "xxxxxxx…"},
		{"space before the end", "abc" + strings.Repeat(" ", 1000), 8, "abc"},
	} {
		if got := Clean(tt.in, tt.max); got != tt.want {
			t.Errorf("Clean(%s) = %+q, want %+q", tt.name, got, tt.want)
		}
	}
}

func TestJoins(t *testing.T) {
	for _, c := range []struct {
		prev, r rune
		want    bool
	}{
		{'a', '\u0301', true}, {'a', 'b', false},
		{'a', 0x1F3FA, false}, {'a', 0x1F3FB, true}, {'a', 0x1F3FF, true}, {'a', 0x1F400, false},
		{'a', 0x115F, false}, {'a', 0x1160, true}, {'a', 0x11FF, true}, {'a', 0x1200, false},
		{'a', 0xD7AF, false}, {'a', 0xD7B0, true}, {'a', 0xD7FF, true}, {'a', 0xE000, false},
		{0x1100, 0x1100, true}, {'a', 0x1100, false}, {0x1100, 'a', false}, {0x10FF, 0x1100, false}, {0x115F, 0x1100, true}, {0x1160, 0x1100, false},
		{0xA95F, 0x1100, false}, {0xA960, 0x1100, true}, {0xA97F, 0x1100, true}, {0xA980, 0x1100, false}, {0x1100, 0xA960, true},
	} {
		if got := joins(c.prev, c.r); got != c.want {
			t.Errorf("joins(%U, %U) = %v, want %v", c.prev, c.r, got, c.want)
		}
	}
}

func TestCleanOfPlainTextCopiesNothing(t *testing.T) {
	for _, s := range []string{"a name", "~", "! ~"} {
		if n := testing.AllocsPerRun(10, func() { _ = Clean(s, len(s)) }); n != 0 {
			t.Errorf("Clean(%q) allocates %v times, want none", s, n)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "key", "\x1b[2J", "a\u202e\u200b", "e\u0301\u0301", " \u0301 ", "\xff\xfe", "a\t\r\nb ", "\u1100\u1161", "\u2764\ufe0f\u0301"} {
		f.Add(s, 8)
		f.Add(s, 100)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = min(limit, 1000)
		got := Clean(s, limit)
		if len(got) > max(limit, 0) || !utf8.ValidString(got) {
			t.Fatalf("Clean(%+q, %d) = %+q, want UTF-8 of at most %d bytes", s, limit, got, limit)
		}
		for _, r := range got {
			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Variation_Selector) {
				t.Fatalf("Clean(%+q, %d) = %+q, which holds %U", s, limit, got, r)
			}
		}
		if again := Clean(got, limit); again != got {
			t.Fatalf("Clean(Clean(%+q, %d)) = %+q, want %+q", s, limit, again, got)
		}
	})
}
