package panel

import (
	"strings"
	"testing"
	"time"

	"ortop/ui/scenes"
)

// The first minutes count down, in steps, and have no rows of dashes.
func TestFirstDateCountsDown(t *testing.T) {
	s := scenes.All["cold"]()
	p := pencil()
	for _, c := range []struct {
		passed  time.Duration
		focused bool
		want    string
	}{
		{0, true, "first date in 5 min"}, {242 * time.Second, true, "first date in 1 min"},
		{48 * time.Second, true, "first date in 4 min 20 s"},
		{52 * time.Second, true, "first date in 4 min 10 s"},
		{299 * time.Second, true, "first date in 10 s"},
		{300 * time.Second, true, "first date after the next charge"},
		{time.Hour, true, "first date after the next charge"},
		{2 * time.Minute, false, "first date at 10:45"},
	} {
		s.OwnSince = scenes.Now.Add(-2 * time.Minute)
		p.Now, p.Focused = s.OwnSince.Add(c.passed), c.focused
		if got := firstDate(&s, p); got != c.want {
			t.Errorf("after %v, focused %t: %q, want %q", c.passed, c.focused, got, c.want)
		}
	}
	p.Now = scenes.Now
	for _, lines := range [][]string{Credits(p, &s, 50, 9), RunOut(p, &s, 50, 9, true)} {
		if all := strings.Join(lines, "\n"); strings.Contains(all, "—") {
			t.Errorf("a card of dashes:\n%s", all)
		}
	}
}
