package draw

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// What lies under a panel keeps its colours, darker, and what is behind it, but is not
// bold; where colours are not mixed it is of one.
func TestUnderAPanel(t *testing.T) {
	th := NewTheme(Look{Name: "dark", Depth: Rich})
	plain := th.ink.front[inkUnder]
	for _, c := range []struct{ in, want string }{
		{"left", plain + "left" + reset},
		{"\x1b[1mleft\x1b[m 5", plain + "left" + reset + plain + " 5" + reset},
		{"a\x1b[1;38;2;78;201;143mb\x1b[m", plain + "a\x1b[38;2;40;86;67mb" + reset + plain + reset},
		{"\x1b[48;2;255;255;255m\x1b[7mx\x1b[m", plain + "\x1b[48;2;107;107;109m\x1b[7mx" + reset + plain + reset},
		{"\x1b[38;2;255", plain + reset}, // cut
	} {
		if got := newShade(th).under(c.in); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
	}
	for _, depth := range []Depth{Indexed, Few, Mono} {
		th := NewTheme(Look{Name: "dark", Depth: depth})
		if got, want := newShade(th).under("\x1b[1;31mleft\x1b[m"), th.Paint(inkUnder, "left"); got != want {
			t.Errorf("depth %d: %q, want %q", depth, got, want)
		}
	}
	p := Pen{Kit: &Kit{Theme: th}}
	line := th.At(LevelOK, strings.Repeat("x", 20))
	got := Over(p, []string{line, line, line}, []string{"[over]"}, 20, 3)
	if ansi.Strip(got[1]) != "xxxxxxx[over]xxxxxxx" || strings.Count(got[1], "\x1b[38;2;40;86;67m") != 2 {
		t.Errorf("a line with a panel on it: %q", got[1])
	}
}
