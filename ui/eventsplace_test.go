package ui

import (
	"strings"
	"testing"

	"ortop/ui/panel"
	"ortop/ui/scenes"
)

// Nothing is an empty box: the chosen event takes what it needs, and the plot of
// the range the rest.
func TestEventsLeaveNoEmptyBox(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {80, 24}, {100, 30}, {140, 40}, {200, 60}} {
		for _, open := range []bool{false, true} {
			feed := filledFeed()
			feed.events = feed.events[len(feed.events)-2:]
			m := loaded(modelOf(Options{Feed: feed}, scenes.Healthy(), size[0], size[1], viewOf("events")))
			if open {
				m, _ = pressAll(m, "enter")
				m = loaded(m)
			}
			if len(m.log.found) != 2 || m.log.open != open {
				t.Fatalf("%v: %d events, open %t", size, len(m.log.found), m.log.open)
			}
			blank, most := 0, 0
			for _, line := range strings.Split(stripped(m), "\n") {
				if strings.Trim(line, " │") == "" {
					blank++
				} else {
					blank = 0
				}
				most = max(most, blank)
			}
			if most > 6 {
				t.Errorf("%v, open %t: %d empty lines:\n%s", size, open, most, stripped(m))
			}
			if l := m.layout(); l.spend.h > 0 && (panel.Spans[m.spend.Of.span].Name != "30d" || !strings.Contains(stripped(m), "all spend, $/day")) {
				t.Errorf("%v: the plot is of %s:\n%s", size, panel.Spans[m.spend.Of.span].Name, stripped(m))
			}
		}
	}
}
