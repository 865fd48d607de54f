package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/text"
)

// A window begins to the minute, also where it is cut by ten of them.
func TestWindowsBeginToTheMinute(t *testing.T) {
	for _, c := range []struct {
		name      string
		ago       int // minutes, of a charge of $1
		hour, day float64
	}{
		{"just within the hour", 59, 1, 1},
		{"just before it", 61, 0, 1},
		{"just within the day", 24*60 - 1, 0, 1},
		{"just before it", 24*60 + 1, 0, 0},
	} {
		w := windowsOf(trailOf(30*60, func(ago int) float64 {
			if ago <= c.ago {
				return 1
			}
			return 0
		}, 10), t0)
		if hour, day := w.last(time.Hour), w.last(24*time.Hour); hour == nil || *hour != c.hour || day == nil || *day != c.day {
			t.Errorf("%s: %v in the hour, %v in the day, want %v and %v", c.name, deref(hour), deref(day), c.hour, c.day)
		}
	}
	if b := windowsOf(trailOf(8*24*60, func(int) float64 { return 1 }, 10), t0).burn(); b.WeekUSDPerDay == nil || *b.WeekUSDPerDay != 0 || b.TrendRatio != nil {
		t.Errorf("burn of nothing = %+v, want no trend", b)
	}
}

// A hole at the beginning of any window that the history is long enough for is named.
func TestHolesOfEachWindow(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name     string
		minutes  int
		from, to time.Duration // ago
		holes    int
	}{
		{"the hour", 90, 70 * time.Minute, 40 * time.Minute, 1},
		{"24 hours", 2 * 24 * 60, 30 * time.Hour, 18 * time.Hour, 1},
		{"within them", 2 * 24 * 60, 18 * time.Hour, 14 * time.Hour, 0},
		{"before them", 2 * 24 * 60, 40 * time.Hour, 30 * time.Hour, 0},
		{"today", 2 * 24 * 60, 12 * time.Hour, 9 * time.Hour, 1},
		{"7 days", 8 * 24 * 60, 7*day + 12*time.Hour, 6*day + 12*time.Hour, 1},
		{"the week", 8 * 24 * 60, 5*day + 20*time.Hour, 5 * day, 1},
		{"30 days", 33 * 24 * 60, 31 * day, 29 * day, 1},
		{"the month", 33 * 24 * 60, 21 * day, 20 * day, 1},
	} {
		trail := trailOf(c.minutes, func(ago int) float64 { return float64(c.minutes-ago) / 100 }, 1000)
		gap := credit.Span{From: t0.Add(-c.from), To: t0.Add(-c.to)}
		trail.Gaps = []credit.Gap{{Span: gap, Cause: "asleep"}}
		w := windowsOf(trail, t0)
		got := w.unseen()
		if len(got) != c.holes || c.holes == 1 && !got[0].From.Equal(gap.From) {
			t.Errorf("%s: %+v, want %d holes", c.name, got, c.holes)
		}
	}
}

func TestNotSeenInWords(t *testing.T) {
	hole := func(usd float64, hours int, known bool) credit.Hole {
		h := credit.Hole{USD: usd, Known: known}
		h.From, h.To = t0, t0.Add(time.Duration(hours)*time.Hour)
		return h
	}
	for _, c := range []struct {
		holes []credit.Hole
		seen  float64
		want  string
	}{
		{nil, 2, ""},
		{[]credit.Hole{hole(3, 5, true), hole(4, 2, true)}, 0, "not seen, $7.00 in 7 h"},
		{[]credit.Hole{hole(3, 5, true), hole(4, 2, true)}, 2, "not seen, $7.00 in 7 h; seen, $2.00"},
		{[]credit.Hole{hole(3, 5, true), hole(4, 2, false)}, 0, "not seen for 7 h"},
		{[]credit.Hole{hole(-3, 5, true)}, 0, "not seen, $0.00 in 5 h"},
	} {
		if got := PartSeen(credit.Bucket{Holes: c.holes, SeenUSD: c.seen}); got != c.want {
			t.Errorf("%+v: %q, want %q", c.holes, got, c.want)
		}
	}
	for d, want := range map[time.Duration]string{
		24 * time.Hour: text.Span(24 * time.Hour), 25 * time.Hour: "25 h", 71 * time.Hour: "71 h", 72 * time.Hour: text.Span(72 * time.Hour),
	} {
		if got := hoursText(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// An hour is usual from three days on that were seen for more than nine tenths, and
// what this day has cost is none of them.
func TestUsualAtTheBounds(t *testing.T) {
	at := june.Add(10*24*time.Hour + 12*time.Hour)
	of := func(days int, observed, today float64) []credit.Bucket {
		var list []credit.Bucket
		for d := days; d >= 0; d-- {
			from := june.Add(time.Duration(10-d)*24*time.Hour + 3*time.Hour)
			b := credit.Bucket{Span: credit.Span{From: from, To: from.Add(time.Hour)}, SpendUSD: 2, Known: true, Observed: observed}
			if d == 0 {
				b.SpendUSD = today
			}
			list = append(list, b)
		}
		return list
	}
	for _, c := range []struct {
		name     string
		days     int
		observed float64
		want     any
	}{
		{"three days", 3, 1, 2.0}, {"two days", 2, 1, nil}, {"seen for nine tenths", 5, .9, nil}, {"for more", 5, .91, 2.0},
	} {
		if got := deref(usualAt(of(c.days, c.observed, 100), at, 3)); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	hour := of(0, .01, 4)
	if w := WeekOf(hour, at, time.UTC); w.USD[(int(hour[0].From.Weekday())+6)%7][3] == nil {
		t.Error("an hour of which a hundredth was seen is not in the week")
	}
	hour[0].Observed = .0099
	if w := WeekOf(hour, at, time.UTC); w.USD[(int(hour[0].From.Weekday())+6)%7][3] != nil {
		t.Error("an hour of which less was seen is in the week")
	}
}
