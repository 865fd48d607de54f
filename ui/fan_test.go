package ui

import (
	"math"
	"testing"
	"time"

	"ortop/internal/forecast"
)

// The lines of the fan reach zero in the column of their date.
func TestFanEndsAtItsDates(t *testing.T) {
	f := forecast.Forecast{State: forecast.OK, At: testNow}
	for _, cols := range []int{10, 37, 90, 400} {
		for _, hours := range []float64{0.3, 2, 29, 123.6, 290, 1000} {
			axis := timeaxis{from: testNow.AddDate(0, 0, -7), to: testNow.Add(13 * 24 * time.Hour), cols: cols, loc: zone}
			last, before := -1, math.Inf(1)
			for x := max(0, axis.column(testNow)); x < cols; x++ {
				v := falling(60, axis.time(x), axis.time(x+1), f, hours*3600)
				if math.IsNaN(v) {
					continue
				}
				if v > before || v < 0 {
					t.Errorf("%v h in %d columns: %v after %v", hours, cols, v, before)
				}
				last, before = x, v
			}
			want := axis.column(f.Time(hours * 3600))
			if want >= cols { // it ends beyond the plot
				if last != cols-1 || before <= 0 {
					t.Errorf("%v h in %d columns: ends in column %d at %v, want above 0 at the end", hours, cols, last, before)
				}
				continue
			}
			if last != want || before != 0 {
				t.Errorf("%v h in %d columns: ends in column %d at %v, want 0 in column %d", hours, cols, last, before, want)
			}
		}
	}
}

func TestFanOfACapHasNoFuture(t *testing.T) {
	s := scenes["capped"]()
	if got := ahead(s, 7*24*time.Hour); got != 0 {
		t.Errorf("ahead of a forecast of the key's cap = %v, want 0: it is not the balance's", got)
	}
}
