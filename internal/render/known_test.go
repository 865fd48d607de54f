package render

import (
	"testing"
	"time"
)

// A date is said as finely as it is known, and its zone wherever there is a time of day.
func TestKnown(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 31, 0, time.FixedZone("CET", 3600))
	for _, c := range []struct {
		from, mid, to        time.Duration
		date, in, within, at string
	}{
		{70 * time.Hour, 199 * time.Hour, 400 * time.Hour, "Sun 29 Nov", "8 d", "Tue 24 to Tue 8 Dec", "Sun 29 Nov"},
		{20 * time.Hour, 53*time.Hour + 29*time.Minute, 71 * time.Hour, "Mon 23 Nov, 16:00", "2 d 5 h", "Sun 22, 07:00 to Tue 24, 10:00", "Mon 23 Nov, 16:00 CET (UTC+01:00)"},
		{time.Hour, 101 * time.Minute, 9 * time.Hour, "Sat 21 Nov, 12:20", "1 h 40 min", "Sat 21, 11:40 to 19:40", "Sat 21 Nov, 12:20 CET (UTC+01:00)"},
		{0, 4*time.Minute + 20*time.Second, 8 * time.Minute, "Sat 21 Nov, 10:46", "4 min", "Sat 21, 10:42 to 10:50", "Sat 21 Nov, 10:46 CET (UTC+01:00)"},
	} {
		date, in, within := known(now.Add(c.from), now.Add(c.mid), now.Add(c.to), now)
		if date != c.date || in != c.in || within != c.within || zoned(date, now) != c.at {
			t.Errorf("known(%v) = %q, %q, %q, zoned %q, want %q, %q, %q, %q", c.mid, date, in, within, zoned(date, now), c.date, c.in, c.within, c.at)
		}
	}
}
