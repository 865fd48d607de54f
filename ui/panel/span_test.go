package panel

import (
	"testing"
	"time"

	"ortop/ui/scenes"
)

func TestPeriodKeepsItsColumns(t *testing.T) {
	for _, s := range Spans[:len(Spans)-1] {
		for _, n := range []int{1, 31, 90, 400} {
			from, to := s.Period(scenes.Now, n)
			column := to.Sub(from) / time.Duration(n)
			if to.Before(scenes.Now) || to.Sub(scenes.Now) >= column+time.Second {
				t.Errorf("%s in %d: ends at %v, now is %v", s.Name, n, to, scenes.Now)
			}
			later, _ := s.Period(scenes.Now.Add(column/2), n)
			if d := later.Sub(from); d != 0 && d != column {
				t.Errorf("%s in %d: edges move by %v, columns are %v", s.Name, n, d, column)
			}
		}
	}
}
