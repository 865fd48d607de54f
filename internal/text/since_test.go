package text

import (
	"strings"
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
		"mon": utc(11, 22, 23), "Friday": utc(11, 26, 23), "sat": utc(11, 20, 23), "last week": utc(11, 16, 0), "Last  month": utc(10, 1, 0), "now": now,
		"20 Nov 15:04": utc(11, 20, 14).Add(4 * time.Minute), "Fri 20 Nov": utc(11, 19, 23), "fri 20 nov 15:04": utc(11, 20, 14).Add(4 * time.Minute),
		"Thu 27 Nov 2025": utc(11, 26, 23).AddDate(-1, 0, 0), "28 Nov": utc(11, 27, 23).AddDate(-1, 0, 0), "29 Feb": time.Date(2024, 2, 28, 23, 0, 0, 0, time.UTC),
		"12:00": utc(11, 26, 11), "09:00": utc(11, 27, 8), "9:00 UTC": utc(11, 27, 9), "12:00 utc": utc(11, 26, 12), "12:00 +02:00": utc(11, 26, 10),
		"2026-11-01 12:00 UTC": utc(11, 1, 12), "2026-11-01T12:00Z": utc(11, 1, 12), "2026-11-01 12:00": utc(11, 1, 11), "2026-11-01t12:00:00z": utc(11, 1, 12),
		"1 Nov 2026 12:00": utc(11, 1, 11), "2026-11-01 12:00:30": utc(11, 1, 11).Add(30 * time.Second), "mon Europe/Berlin": utc(11, 22, 23), "1D": now.AddDate(0, 0, -1), "2W": now.AddDate(0, 0, -14), "36H": now.Add(-36 * time.Hour),
		"2026-11-01": utc(10, 31, 23), "1 Nov": utc(10, 31, 23), "24 Dec": utc(12, 23, 23).AddDate(-1, 0, 0), "2026-11-20T12:00:00Z": utc(11, 20, 12),
	} {
		got, err := ParseSince(in, now)
		if err != nil || !got.From(now).Equal(want) {
			t.Errorf("ParseSince(%q) = %v, %v, want %v", in, got.From(now).UTC(), err, want)
		}
	}
	for _, in := range []string{"", "soon", "-1d", "2027-01-01", "31 Nov", "1e9", "NaN", "tomorrow", "Mon 20 Nov", "1M", "25:00", "12:00 CETX", "2026-11-27 11:00"} {
		if got, err := ParseSince(in, now); err == nil {
			t.Errorf("ParseSince(%q) = %v, want an error", in, got)
		}
	}
}

// Whatever has passed within the year is read back from each of its forms.
func TestParseSinceReadsWhatIsWritten(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"} {
		zone := zone(t, name)
		now := time.Date(2028, 3, 1, 10, 42, 0, 0, zone)
		for back := time.Duration(1); back < 360*24*60; back += 397 { // minutes
			at := now.Add(-back * time.Minute)
			day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, zone)
			for layout, want := range map[string]time.Time{
				"2006-01-02": day, "2 Jan": day, "Mon 2 Jan": day, "Mon 2 Jan 2006": day, "2 Jan 15:04": at, "Mon 2 Jan, 15:04": at, "2006-01-02 15:04": at,
				"2006-01-02 15:04 -07:00": at, time.RFC3339: at,
			} {
				if strings.Contains(layout, "15:04") && strings.Count(layout, "07:00") == 0 && twice(at) {
					continue // an hour that is there twice
				}
				in := at.Format(layout)
				if got, err := ParseSince(in, now); err != nil || !got.At.Equal(want) {
					t.Errorf("%s: ParseSince(%q) = %v, %v, want %v", name, in, got.At, err, want)
				}
			}
			if back <= 7*24*60 {
				if got, err := ParseSince(at.Weekday().String(), now); err != nil || !got.At.Equal(day) && at.Weekday() != now.Weekday() {
					t.Errorf("%s: ParseSince(%q) = %v, %v, want %v", name, at.Weekday(), got.At, err, day)
				}
			}
			if back < 24*60 {
				if got, err := ParseSince(at.Format("15:04"), now); err != nil || !got.At.Equal(at) {
					t.Errorf("%s: ParseSince(%q) = %v, %v, want %v", name, at.Format("15:04"), got.At, err, at)
				}
			}
		}
	}
}

// twice reports whether the clock shows a time of day twice, as it is put back.
func twice(at time.Time) bool {
	for _, d := range []time.Duration{-time.Hour, time.Hour} {
		if at.Add(d).Format("15:04") == at.Format("15:04") {
			return true
		}
	}
	return false
}
