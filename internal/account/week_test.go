package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
)

// A week sums what was seen, hour by hour in the zone that is asked for, and has
// nothing where nobody looked.
func TestWeekOf(t *testing.T) {
	zone := time.FixedZone("", -5*3600)
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC) // a Friday
	var hours []credit.Bucket
	for at := now.Add(-14 * 24 * time.Hour); at.Before(now); at = at.Add(time.Hour) {
		b := credit.Bucket{Span: credit.Span{From: at, To: at.Add(time.Hour)}, Known: true, Observed: 1}
		switch {
		case at.Weekday() == time.Sunday:
			b.Observed, b.SpendUSD = 0, 5 // guessed
		case at.Hour() == 9:
			b.SpendUSD = 2
		}
		hours = append(hours, b)
	}
	w := WeekOf(hours, now, zone)
	const monday, saturday, sunday = 0, 5, 6
	// 9:00 UTC is 4:00 there; a Sunday in UTC begins on Saturday at 19:00.
	for _, c := range []struct {
		day, hour int
		want      float64 // -1: not seen
	}{{monday, 4, 4}, {monday, 9, 0}, {saturday, 18, 0}, {saturday, 19, -1}, {sunday, 4, -1}, {sunday, 19, 0}} {
		got := w.USD[c.day][c.hour]
		if (got == nil) != (c.want < 0) || got != nil && *got != c.want {
			t.Errorf("day %d, %d:00 = %v, want %v", c.day, c.hour, deref(got), c.want)
		}
	}
	if w.Usual[9] == nil || *w.Usual[9] != 2 || w.Usual[10] == nil || *w.Usual[10] != 0 {
		t.Errorf("usual at 9 = %v, at 10 = %v, want 2 and 0", w.Usual[9], w.Usual[10])
	}
	if young := WeekOf(hours[len(hours)-60:], now, zone); young.Usual[9] != nil {
		t.Errorf("two days make %v usual", *young.Usual[9])
	}
}
