package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/internal/alert"
)

// What has no room in a banner ends with a word.
func TestBannersEndWithAWord(t *testing.T) {
	const said = "spend has risen for 5 weeks, from $0.14 to $9.06 a day; most of the rise is laptop"
	s := healthy()
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

func TestPeriodKeepsItsColumns(t *testing.T) {
	for _, s := range spans[:len(spans)-1] {
		for _, n := range []int{1, 31, 90, 400} {
			from, to := s.period(testNow, n)
			column := to.Sub(from) / time.Duration(n)
			if to.Before(testNow) || to.Sub(testNow) >= column+time.Second {
				t.Errorf("%s in %d: ends at %v, now is %v", s.name, n, to, testNow)
			}
			later, _ := s.period(testNow.Add(column/2), n)
			if d := later.Sub(from); d != 0 && d != column {
				t.Errorf("%s in %d: edges move by %v, columns are %v", s.name, n, d, column)
			}
		}
	}
}
