package ui

import (
	"slices"
	"strings"
	"testing"

	"ortop/internal/alert"
	"ortop/ui/scenes"
)

// What has no room in a banner ends with a word.
func TestBannersEndWithAWord(t *testing.T) {
	const said = "spend has risen for 5 weeks, from $0.14 to $9.06 a day; most of the rise is laptop"
	s := scenes.Healthy()
	s.Alerts = []alert.Event{{Level: alert.Warning, Text: said}}
	words := strings.Fields("▲ warning: " + said)
	for w := 80; w < 100; w++ {
		for _, line := range strings.Split(stripped(modelOf(Options{}, s, w, 24, viewOverview)), "\n") {
			if !strings.Contains(line, "▲ warning") {
				continue
			}
			shown := strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), "…"))
			if last := shown[len(shown)-1]; !slices.Contains(words, last) && !slices.Contains(words, last+";") && !slices.Contains(words, last+",") {
				t.Errorf("%d wide: %q ends with %q", w, line, last)
			}
		}
	}
}
