package ui

import (
	"testing"

	"ortop/ui/scenes"
)

func TestStating(t *testing.T) {
	for _, c := range []struct {
		name  string
		typed string
		want  float64 // 0: nothing is stated
		open  bool
	}{
		{"a sum", "63.52", 63.52, false},
		{"with a sign", "$63.52", 63.52, false},
		{"a debt", "-1.5", -1.5, false},
		{"a decimal comma", "63,5", 0, true},
		{"no number", "lots", 0, true},
	} {
		f := newFakeFeed()
		m := modelOf(Options{Feed: f}, scenes.All["ordinary"](), 100, 30, viewOverview)
		m, _ = step(m, press("b"))
		for _, r := range c.typed {
			m, _ = step(m, press(string(r)))
		}
		m, _ = step(m, press("enter"))
		got := 0.0
		if v := f.stated.Load(); v != nil {
			got = *v
		}
		if got != c.want || m.stating.open != c.open {
			t.Errorf("%s: %v, open %t, want %v, %t", c.name, got, m.stating.open, c.want, c.open)
		}
	}
	m := modelOf(Options{}, scenes.Healthy(), 100, 30, viewOverview)
	if m, _ = step(m, press("b")); m.stating.open {
		t.Error("a balance that the API gives can be stated")
	}
}

// A key that was just given and cannot read the balance is followed by the question.
func TestStatingFollowsAKey(t *testing.T) {
	for name, want := range map[string]bool{"ordinary": true, "healthy": false, "capped": false} {
		m := modelOf(Options{}, scenes.Healthy(), 100, 30, viewOverview)
		m.wantsBalance = true
		m, _ = step(m, snapshotMsg{m.feed, scenes.All["starting"]()})
		if m.stating.open {
			t.Errorf("%s: it asks before anything was read", name)
		}
		m, _ = step(m, snapshotMsg{m.feed, scenes.All[name]()})
		if m.stating.open != want {
			t.Errorf("%s: it asks %t, want %t", name, m.stating.open, want)
		}
		m.stating = stating{}
		if m, _ = step(m, snapshotMsg{m.feed, scenes.All[name]()}); m.stating.open {
			t.Errorf("%s: it asks again", name)
		}
	}
}
