package text

import (
	"testing"
	"time"
)

func TestEnd(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2026, 11, 21, 10, 42, 31, 0, time.FixedZone("IST", 19800))
	for _, c := range []struct {
		from, mid, to time.Duration
		far           bool
		date, in      string
		brief, within string
	}{
		{70 * time.Hour, 199 * time.Hour, 400 * time.Hour, false, "Sun 29 Nov", "8 to 9 days", "8-9 d", "Tue 24 to Tue 8 Dec"},
		{20 * time.Hour, 53*time.Hour + 29*time.Minute, 71 * time.Hour, false, "Mon 23 Nov, 16:00", "53 to 54 hours", "53-54 h", "Sun 22, 06:00 to Tue 24, 10:00"},
		{time.Hour, 101 * time.Minute, 9 * time.Hour, false, "Sat 21 Nov, 12:20", "100 to 110 minutes", "100-110 min", "Sat 21, 11:40 to 19:50"},
		{0, 4*time.Minute + 20*time.Second, 8 * time.Minute, false, "Sat 21 Nov, 10:46", "4 to 5 minutes", "4-5 min", "Sat 21, 10:42 to 10:51"},
		{0, 20 * time.Second, 8 * time.Minute, false, "Sat 21 Nov, 10:42", "under 1 minute", "under 1 min", "Sat 21, 10:42 to 10:51"},
		{-day, -time.Hour, day, false, "about now", "under 1 minute", "under 1 min", "Fri 20, 10:42 to Sun 22, 10:43"},
		{6 * day, 15 * day, 30 * day, true, "Sun 6 Dec", "about 2 weeks at this rate", "2 weeks", "after Fri 27"},
		{16 * day, 23 * day, 60 * day, true, "Mon 14 Dec", "about 3 weeks at this rate", "3 weeks", "after Mon 7 Dec"},
		{23 * day, 30 * day, 60 * day, true, "Mon 21 Dec", "about a month at this rate", "a month", "after Mon 14 Dec"},
		{90 * day, 200 * day, 600 * day, true, "Jun 2027", "about 7 months at this rate", "7 months", "after Fri 19 Feb"},
		{200 * day, 2000 * day, 1 << 62, true, "> 1 year", "over a year at this rate", "over a year", "after Jun 2027"},
		{400 * day, 2000 * day, 1 << 62, true, "> 1 year", "over a year at this rate", "over a year", "not within a year"},
	} {
		e := End{now.Add(c.from), now.Add(c.mid), now.Add(c.to), now, c.far}
		if e.Date() != c.date || e.In() != c.in || e.Brief() != c.brief || e.Range() != c.within {
			t.Errorf("%v: %q, %q, %q, %q, want %q, %q, %q, %q", c.mid, e.Date(), e.In(), e.Brief(), e.Range(), c.date, c.in, c.brief, c.within)
		}
		if want := map[bool]string{false: "80 %", true: "90 %"}[c.far]; e.Percent() != want {
			t.Errorf("%v: %s sure, want %s", c.mid, e.Percent(), want)
		}
	}
	for days, want := range map[time.Duration]string{3: "", 8: "more than a week", 15: "more than two weeks", 22: "more than three weeks", 90: "more than three weeks", 366: ""} {
		if got := (End{From: now.Add(days * day), Mid: now.Add(200 * day), Now: now, Far: true}).MoreThan(); got != want {
			t.Errorf("from %d d on: %q, want %q", days, got, want)
		}
	}
}

// What an end is said to be never comes nearer as the clock goes on, nor by becoming
// finer: it is the moment by another unit.
func TestAnEndNeverComesNearerByTheClock(t *testing.T) {
	start := time.Date(2026, 11, 21, 10, 42, 31, 0, time.FixedZone("IST", 19800))
	e := End{From: start.Add(30 * time.Hour), Mid: start.Add(97*time.Hour + 13*time.Minute), To: start.Add(200 * time.Hour), Now: start}
	changes, last := 0, e.Date()
	var was time.Time
	for ; e.Now.Before(e.Mid); e.Now = e.Now.Add(time.Minute) {
		if e.Unit() < endDay {
			if mid := e.Rounded().Mid; mid.Before(was) || mid.After(e.Mid) {
				t.Fatalf("%v before the end it is said to be %v, after %v", e.Mid.Sub(e.Now), mid, was)
			} else {
				was = mid
			}
		}
		if date := e.Date(); date != last {
			changes, last = changes+1, date
		}
	}
	if changes != 3 { // by the hour, by ten minutes, by the minute
		t.Errorf("%d changes of the date in four days, want 3", changes)
	}
}
