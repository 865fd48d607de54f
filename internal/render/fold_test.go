package render

import (
	"strings"
	"testing"
	"testing/quick"

	"github.com/charmbracelet/x/ansi"
)

func TestFold(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{
		{"left        $19.50 of $20.00 (98 %), $0.50 used", 80, "left        $19.50 of $20.00 (98 %), $0.50 used"},
		{"left        $19.50 of $20.00 (98 %), $0.50 used", 40, "left        $19.50 of $20.00 (98 %),\n            $0.50 used"},
		{"left        $19.50 of $20.00 (98 %), $0.50 used", 33, "left        $19.50 of $20.00\n            (98 %), $0.50 used"},
		{"a\n  one line that is too long", 20, "a\n  one line that is\n    too long"},
		{"runs out    Mon 7 Dec, in 9 d 11 h", 0, "runs out    Mon 7 Dec, in 9 d 11 h"},
		{"spent for 15 min, then not", 13, "spent for\n  15 min,\n  then not"},
		{"unbreakable-and-longer-than-it-may-be x", 10, "unbreakable-and-longer-than-it-may-be\n  x"},
	} {
		if got := Fold(c.in, c.w); got != c.want {
			t.Errorf("Fold(%q, %d) = %q, want %q", c.in, c.w, got, c.want)
		}
	}
	// No word is lost, and no line is wider than it may be unless by one word.
	holds := func(lengths []uint8, w uint8) bool {
		width := 20 + int(w%100)
		var words []string
		for _, n := range lengths {
			words = append(words, strings.Repeat("x", 1+int(n%13)))
		}
		in := strings.Join(words, " ")
		out := Fold(in, width)
		for line := range strings.SplitSeq(out, "\n") {
			if ansi.StringWidth(line) > width {
				return false
			}
		}
		return strings.Join(strings.Fields(out), " ") == in
	}
	if err := quick.Check(holds, nil); err != nil {
		t.Error(err)
	}
}
