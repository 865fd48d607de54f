package panel

import (
	"strings"
	"testing"

	"ortop/ui/draw"
	"ortop/ui/scenes"
)

// Beyond two weeks no card calls a range 80 % sure, at any width, nor shows its end.
func TestFarEndsClaimNoRange(t *testing.T) {
	s := scenes.Healthy()
	s.Forecast.P10, s.Forecast.P50, s.Forecast.P90 = 23*86400, 31*86400, 80*86400
	p := pencil()
	said := map[string]bool{}
	for w := 24; w <= 90; w++ {
		for _, h := range []int{4, 7, 9, 14, 24} {
			for name, card := range map[string][]string{"runs out": RunOut(p, &s, w, h, true), "forecast": Forecast(p, &s, w, h), "row": Pane{Pen: p, Snap: s}.Rows(w, 2)} {
				all := strings.Join(card, "\n")
				if strings.Contains(all, "80 %") || strings.Contains(all, "9 Feb") || strings.Contains(all, "Feb 2027") {
					t.Fatalf("%s, %d x %d:\n%s", name, w, h, all)
				}
				for _, words := range []string{"about a month at this rate", "90 % sure", "more than three weeks", "after Mon 14 Dec"} {
					said[words] = said[words] || strings.Contains(all, words)
				}
				for _, line := range card {
					if draw.Width(line) > w {
						t.Fatalf("%s, %d x %d: %q is wider", name, w, h, line)
					}
				}
			}
		}
	}
	for words, ok := range said {
		if !ok {
			t.Errorf("nowhere is %q", words)
		}
	}
}
