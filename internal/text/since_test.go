package text

import (
	"testing"
	"time"
)

func TestParseSince(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	now := time.Date(2026, 11, 27, 10, 42, 0, 0, zone) // a Friday
	utc := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, time.UTC)
	}
	for in, want := range map[string]time.Time{
		"60": now.Add(-time.Minute), "90s": now.Add(-90 * time.Second), "1d": now.AddDate(0, 0, -1), "2w": now.AddDate(0, 0, -14),
		"1mo": now.AddDate(0, 0, -30), "1y": now.AddDate(0, 0, -365),
		"today": utc(11, 27, 0), "yesterday": utc(11, 26, 0), "week": utc(11, 23, 0), "Month": utc(11, 1, 0),
		"mon": utc(11, 23, 0), "Friday": utc(11, 27, 0), "sat": utc(11, 21, 0),
		"2026-11-01": utc(10, 31, 23), "1 Nov": utc(10, 31, 23), "24 Dec": utc(12, 23, 23).AddDate(-1, 0, 0), "2026-11-20T12:00:00Z": utc(11, 20, 12),
	} {
		got, err := ParseSince(in, now)
		if err != nil || !got.From(now).Equal(want) {
			t.Errorf("ParseSince(%q) = %v, %v, want %v", in, got.From(now).UTC(), err, want)
		}
	}
	for _, in := range []string{"", "soon", "-1d", "2027-01-01", "31 Nov", "1e9", "NaN"} {
		if got, err := ParseSince(in, now); err == nil {
			t.Errorf("ParseSince(%q) = %v, want an error", in, got)
		}
	}
}
