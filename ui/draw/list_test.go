package draw

import "testing"

func TestListWithin(t *testing.T) {
	for _, c := range []struct {
		name    string
		l       List
		n, seen int
		want    List
	}{
		{"no rows", List{3, 2}, 0, 5, List{0, 0}},
		{"all are seen", List{2, 1}, 3, 5, List{2, 0}},
		{"below the last", List{99, 0}, 20, 5, List{19, 15}},
		{"above the first", List{-3, 9}, 20, 5, List{0, 0}},
		{"in sight nothing moves", List{7, 5}, 20, 5, List{7, 5}},
		{"no room", List{7, 0}, 20, 0, List{7, 7}},
	} {
		if got := c.l.Within(c.n, c.seen); got != c.want {
			t.Errorf("%s: %+v.Within(%d, %d) = %+v, want %+v", c.name, c.l, c.n, c.seen, got, c.want)
		}
	}
}
