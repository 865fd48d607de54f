package text

import "testing"

func TestColumns(t *testing.T) {
	for _, c := range []struct {
		rows [][]string
		want string
	}{
		{nil, ""},
		{[][]string{{"one"}, {"two"}}, "one\ntwo\n"},
		{[][]string{{"name", "left", "state"}, {"größer", "", "live"}, {"a", "$63.52", ""}}, "name    left    state\ngrößer          live\na       $63.52  \n"},
	} {
		if got := Columns(c.rows); got != c.want {
			t.Errorf("Columns(%q) = %q, want %q", c.rows, got, c.want)
		}
	}
}
