package text

import "testing"

func TestColumns(t *testing.T) {
	for _, c := range []struct {
		rows [][]string
		want string
	}{
		{nil, ""},
		{[][]string{{"one"}}, "one\n"},
		{[][]string{{"account", "left", "seen"}, {"größe", "$1", ""}, {"", "—", "now"}}, "account  left  seen\ngröße    $1    \n         —     now\n"},
	} {
		if got := Columns(c.rows); got != c.want {
			t.Errorf("Columns(%q) = %q, want %q", c.rows, got, c.want)
		}
	}
}
