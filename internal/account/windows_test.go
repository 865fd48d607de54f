package account

import (
	"math"
	"testing"
	"time"

	"ortop/internal/credit"
)

// hourly is a series that spends $1 at each full hour, which is spend of the
// hour that ends then, for days until t0.
func hourly(days int) *credit.Trail {
	return trailOf(days*24*60, func(ago int) float64 {
		at := t0.Add(-time.Duration(ago) * time.Minute)
		return math.Floor(at.Sub(t0.AddDate(0, 0, -days).Truncate(time.Hour)).Hours())
	}, 2000)
}

func TestWindows(t *testing.T) {
	for _, c := range []struct {
		name string
		days int
		want Spend
	}{
		{"weeks", 33, Spend{TodayUSD: usd(10), Last1hUSD: usd(1), Last24hUSD: usd(24), Last7dUSD: usd(168), Last30dUSD: usd(720), WeekUSD: usd(5*24 + 10), MonthUSD: usd(20*24 + 10)}},
		{"two days", 2, Spend{TodayUSD: usd(10), Last1hUSD: usd(1), Last24hUSD: usd(24)}},
	} {
		got := windowsOf(hourly(c.days), t0).spend()
		for _, w := range []struct {
			name      string
			got, want *float64
		}{
			{"today", got.TodayUSD, c.want.TodayUSD}, {"1h", got.Last1hUSD, c.want.Last1hUSD}, {"24h", got.Last24hUSD, c.want.Last24hUSD},
			{"7d", got.Last7dUSD, c.want.Last7dUSD}, {"30d", got.Last30dUSD, c.want.Last30dUSD}, {"week", got.WeekUSD, c.want.WeekUSD}, {"month", got.MonthUSD, c.want.MonthUSD},
		} {
			if (w.got == nil) != (w.want == nil) || w.got != nil && math.Abs(*w.got-*w.want) > 1e-9 {
				t.Errorf("%s, %s: spent %v, want %v", c.name, w.name, deref(w.got), deref(w.want))
			}
		}
	}
	// Of a day that nobody saw whole the part that was seen is known.
	hole := hourly(33)
	hole.Gaps = []credit.Gap{{Span: credit.Span{From: t0.Add(-12 * time.Hour), To: t0.Add(-7 * time.Hour)}, Cause: "asleep"}}
	if s := windowsOf(hole, t0).spend(); s.TodayUSD != nil || s.LeastTodayUSD == nil || math.Abs(*s.LeastTodayUSD-7) > 1e-9 || s.WeekUSD == nil || s.LeastWeekUSD != nil {
		t.Errorf("spend of a day with a hole = %+v, want $7 at least, and the week", s)
	}
	if s := windowsOf(nil, t0).spend(); s != (Spend{}) {
		t.Errorf("spend of nothing = %+v, want unknown", s)
	}
}

// A window that holds an hour of which nobody knows what it cost has no sum.
func TestAWindowOfWhatIsNotKnownHasNoSum(t *testing.T) {
	trail, at := hourly(3), t0
	trail.Gaps = []credit.Gap{{Span: credit.Span{From: at.Add(-5 * time.Hour), To: at.Add(-4 * time.Hour)}, Cause: credit.NotKnown}}
	w := windowsOf(trail, at)
	if hour, day := w.last(time.Hour), w.last(24*time.Hour); hour == nil || day != nil {
		t.Errorf("the last hour cost %v, the last 24 h %v, want a sum of the hour alone", deref(hour), deref(day))
	}
}

func TestBurn(t *testing.T) {
	b := windowsOf(hourly(33), t0).burn()
	if *b.USDPerHour != 1 || *b.USDPerDay != 24 || *b.WeekUSDPerDay != 24 || *b.TrendRatio != 0 || *b.UsualUSDPerHour != 1 {
		t.Errorf("burn = %+v, want 1 an hour and 24 a day, as usual", b)
	}
}

// The hour that runs now, and today, are none of the days that it is usual on.
func TestTheUsualRateIsOfTheDaysBefore(t *testing.T) {
	trail := func(days int) *credit.Trail {
		return trailOf(days*24*60, func(ago int) float64 {
			usage := math.Floor(t0.Add(-time.Duration(ago) * time.Minute).Sub(t0.AddDate(0, 0, -40).Truncate(time.Hour)).Hours())
			if ago < 30 {
				usage += 50
			}
			return usage
		}, 2000)
	}
	if u := windowsOf(trail(10), t0).usual(); u == nil || *u != 1 {
		t.Errorf("usual = %v with a burst within the hour, want 1", deref(u))
	}
	if u := windowsOf(trail(3), t0).usual(); u != nil {
		t.Errorf("usual = %v after two whole days of this hour, want unknown", *u)
	}
	blind := trail(10)
	for day := 1; day <= 8; day++ { // of these days half of the hour was not seen
		at := t0.AddDate(0, 0, -day).Truncate(time.Hour)
		blind.Gaps = append([]credit.Gap{{Span: credit.Span{From: at.Add(10 * time.Minute), To: at.Add(40 * time.Minute)}}}, blind.Gaps...)
	}
	if u := windowsOf(blind, t0).usual(); u != nil {
		t.Errorf("usual = %v of days whose hour was half seen, want unknown", *u)
	}
}

// ranOutOf is when the account of a trail ran out, as is known at a time.
func ranOutOf(t *credit.Trail, now time.Time) time.Time {
	at, _ := windowsOf(t, now).ranOut(t)
	return at
}

// It ran out when it was first seen spent, and not when it was last read.
func TestRanOut(t *testing.T) {
	usage := func(ago int) float64 { return 100 - float64(ago-30) } // spent half an hour ago
	if at := ranOutOf(trailOf(50, usage, 100), t0); !at.Equal(t0.Add(-30 * time.Minute)) {
		t.Errorf("ran out at %v, want 30 min ago", at)
	}
	if at := ranOutOf(trailOf(50, usage, 200), t0); !at.IsZero() {
		t.Errorf("ran out at %v with $100 left", at)
	}
	if at := ranOutOf(trailOf(20, usage, 100), t0); !at.IsZero() {
		t.Errorf("ran out at %v though it was never seen otherwise", at)
	}
	trail := trailOf(50, usage, 100)
	for _, later := range []time.Duration{time.Hour, 3 * time.Hour, 7*time.Hour + 20*time.Minute, 40 * time.Hour, 29 * 24 * time.Hour} {
		if at := ranOutOf(trail, t0.Add(later)); !at.Equal(t0.Add(-30 * time.Minute)) {
			t.Errorf("%v later it ran out at %v, want the same moment", later, at)
		}
	}
	if at := ranOutOf(trail, t0.Add(100*24*time.Hour)); !at.IsZero() {
		t.Errorf("long after that it ran out at %v, want longer ago than is looked back", at)
	}
	if at := ranOutOf(trailOf(1, func(ago int) float64 { return 100 - float64(ago) }, 100), t0); !at.Equal(t0) {
		t.Errorf("ran out at %v, want with the second reading", at)
	}
	first := t0.Add(-30 * time.Minute)
	for _, cause := range []string{"asleep", credit.NotKnown} {
		trail.Gaps = []credit.Gap{{Span: credit.Span{From: first.AddDate(0, 0, -7), To: first}, Cause: cause}}
		if at, seen := windowsOf(trail, t0).ranOut(trail); !at.Equal(first) || seen {
			t.Errorf("after a week %s it ran out at %v, seen: %t, want before the first reading after that", cause, at, seen)
		}
	}
	trail.Gaps[0].Span = credit.Span{From: first.Add(-time.Hour), To: first.Add(-2 * time.Minute)}
	trail.Gaps[0].Cause = "asleep"
	if at, seen := windowsOf(trail, t0).ranOut(trail); !at.Equal(first) || !seen {
		t.Errorf("it ran out at %v, seen: %t, want two minutes after the gap", at, seen)
	}
}
