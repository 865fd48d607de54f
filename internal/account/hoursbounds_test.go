package account

import (
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
)

var june = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// weeksOf are whole weeks, of days that cost so much each.
func weeksOf(usdPerDay ...float64) hours {
	return hoursOf(june, len(usdPerDay)*7*24, func(at time.Time) float64 {
		return usdPerDay[int(at.Sub(june)/(7*24*time.Hour))] / 24
	})
}

func TestRiseOfWeeks(t *testing.T) {
	for _, c := range []struct {
		name      string
		weeks     []float64
		weeksSeen int // 0: no rise
	}{
		{"as much each week", []float64{24, 30, 36, 42}, 4},
		{"three weeks are too few", []float64{24, 36, 48}, 0},
		{"half as much again is enough", []float64{240, 288, 336, 360}, 4},
		{"a little less is not", []float64{240, 288, 336, 359}, 0},
		{"the last week alone, just under the slope", []float64{240, 244.8, 254.4, 360}, 0},
		{"just above it", []float64{240, 244.8, 256.8, 360}, 4},
		{"the last week alone", []float64{240, 244.8, 249.6, 360}, 0},
		{"a fall between", []float64{240, 216, 360, 384}, 0},
		{"a standstill between", []float64{240, 240, 360, 384}, 0},
		{"just the slope, and just half as much again", []float64{4320, 5760, 6240, 6480}, 4},
		{"a fall in five weeks", []float64{240, 216, 288, 336, 384}, 5},
		{"two falls in five weeks", []float64{240, 216, 206.4, 336, 384}, 0},
		{"from nothing", []float64{0, 24, 48, 72}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := weeksOf(c.weeks...).rise(alert.LeakFactor)
			switch {
			case r == nil && c.weeksSeen != 0:
				t.Error("no rise")
			case r != nil && c.weeksSeen == 0:
				t.Errorf("a rise: %+v", *r)
			case r != nil && (r.Weeks != c.weeksSeen || !near(r.FromUSDPerDay, c.weeks[0]) || !near(r.ToUSDPerDay, c.weeks[len(c.weeks)-1])):
				t.Errorf("rise = %+v, want %d weeks, from the first to the last", *r, c.weeksSeen)
			}
		})
	}
}

func near(a, b float64) bool { return max(a-b, b-a) < 1e-9 }

// A week of five days that were seen counts, one of four ends the weeks.
func TestRiseNeedsFiveDaysAWeek(t *testing.T) {
	h := weeksOf(24, 30, 36, 42)
	blind := func(week, day int) {
		for i := range 24 {
			h.seen[(week*7+day)*24+i] = false
		}
	}
	blind(0, 1)
	blind(0, 4)
	if h.rise(alert.LeakFactor) == nil {
		t.Error("no rise where two days of the first week were not seen")
	}
	blind(0, 5)
	if r := h.rise(alert.LeakFactor); r != nil {
		t.Errorf("a rise where three were not: %+v", *r)
	}
}

// The hour that runs now is compared with its neighbours on former days.
func TestUsualTakesTheHoursBeside(t *testing.T) {
	const n = 20*24 + 5
	for beside := -1; beside <= 1; beside++ {
		h := hoursOf(june, n, func(at time.Time) float64 {
			if at.Hour() == 5+beside {
				return 3
			}
			return 0
		})
		if u := h.usual(); u.HourUSD == nil || *u.HourUSD != 3 {
			t.Errorf("spend %d h beside: usual = %v, want 3", beside, deref(u.HourUSD))
		}
	}
	for _, beside := range []int{-2, 2} {
		h := hoursOf(june, n, func(at time.Time) float64 {
			if at.Hour() == 5+beside {
				return 3
			}
			return 0
		})
		if u := h.usual(); u.HourUSD == nil || *u.HourUSD != 0 {
			t.Errorf("spend %d h beside: usual = %v, want 0", beside, deref(u.HourUSD))
		}
	}
}

// Fourteen days are enough, from four weeks ago on.
func TestUsualIsOfFourWeeks(t *testing.T) {
	one := func(time.Time) float64 { return 1 }
	h := hoursOf(june, 14*24+1, one)
	if u := h.usual(); u.HourUSD == nil {
		t.Error("no usual hour after 14 days and an hour")
	}
	if u := hoursOf(june, 14*24, one).usual(); u.HourUSD != nil {
		t.Errorf("usual hour = %v after 14 days, whose first hour has none before it", *u.HourUSD)
	}
	const n = 40 * 24
	old := hoursOf(june, n, one)
	for i := n - 14*24 - 2; i < n; i++ {
		old.seen[i] = false
	}
	if u := old.usual(); u.HourUSD == nil {
		t.Error("no usual hour by the 15th to the 28th day before")
	}
	for i := n - 15*24 - 2; i < n; i++ {
		old.seen[i] = false
	}
	if u := old.usual(); u.HourUSD != nil {
		t.Errorf("usual hour = %v by days older than four weeks", *u.HourUSD)
	}
	for _, miss := range []int{-1, 0, 1} {
		h := hoursOf(june, 14*24+1, one)
		h.seen[5*24+1+miss] = false
		if u := h.usual(); u.HourUSD != nil {
			t.Errorf("usual hour = %v by 13 days: hour %d beside that of one was not seen", *u.HourUSD, miss)
		}
	}
}

// What was filled in may reach into the hour that runs, and an hour of which a
// tenth was missed was not seen.
func TestHoursAtTheEnds(t *testing.T) {
	at := june.Add(3*time.Hour + 20*time.Minute)
	hour := func(h int, observed float64) credit.Bucket {
		return credit.Bucket{Span: credit.Span{From: june.Add(time.Duration(h) * time.Hour), To: june.Add(time.Duration(h+1) * time.Hour)}, SpendUSD: 1, Known: true, Observed: observed}
	}
	w := windows{at: at, plot: credit.Plot{
		Buckets:    []credit.Bucket{hour(0, 0.9), hour(1, 0.95), hour(2, 0), hour(3, 1)},
		Backfilled: []credit.Span{{From: june.Add(2 * time.Hour), To: at}},
	}}
	h := w.hours()
	want := []bool{false, true, true}
	if len(h.seen) != len(want) {
		t.Fatalf("%d hours, want those that are over", len(h.seen))
	}
	for i := range want {
		if h.seen[i] != want[i] {
			t.Errorf("hour %d was seen: %v, want %v", i, h.seen[i], want[i])
		}
	}
	w.at = june.Add(20 * time.Minute)
	if h := w.hours(); len(h.usd) != 0 {
		t.Errorf("%d hours within the first", len(h.usd))
	}
}

// A usual day needs fourteen of them.
func TestUsualDayNeedsFourteen(t *testing.T) {
	one := func(time.Time) float64 { return 1 }
	if u := hoursOf(june, 15*24, one).usual(); u.DayUSD == nil || *u.DayUSD != 24 {
		t.Errorf("usual day = %v, want 24", deref(u.DayUSD))
	}
	if u := hoursOf(june, 15*24-1, one).usual(); u.DayUSD != nil {
		t.Errorf("usual day = %v by thirteen", *u.DayUSD)
	}
}
