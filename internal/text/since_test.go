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
		"mon": utc(11, 23, 0), "Friday": utc(11, 27, 0), "sat": utc(11, 21, 0), "last week": utc(11, 16, 0), "Last  month": utc(10, 1, 0), "now": now,
		"mon 09:00": utc(11, 23, 8), "fri 12:00": utc(11, 20, 11), "today 09:30": utc(11, 27, 8).Add(30 * time.Minute), "yesterday 12:00": utc(11, 26, 11), "yesterday 12:00 UTC": utc(11, 26, 12),
		"20 Nov 15:04": utc(11, 20, 14).Add(4 * time.Minute), "Fri 20 Nov": utc(11, 20, 0), "fri 20 nov 15:04": utc(11, 20, 14).Add(4 * time.Minute),
		"Thu 27 Nov 2025": utc(11, 27, 0).AddDate(-1, 0, 0), "28 Nov": utc(11, 28, 0).AddDate(-1, 0, 0), "29 Feb": time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		"12:00": utc(11, 26, 11), "09:00": utc(11, 27, 8), "9:00:30": utc(11, 27, 8).Add(30 * time.Second), "9:00 UTC": utc(11, 27, 9), "12:00 utc": utc(11, 26, 12), "12:00 +02:00": utc(11, 26, 10), "12:00+02": utc(11, 26, 10),
		"2026-11-01 12:00 UTC": utc(11, 1, 12), "2026-11-01T12:00Z": utc(11, 1, 12), "2026-11-01 12:00": utc(11, 1, 11), "2026-11-01t12:00:00z": utc(11, 1, 12), "2026-11-01 12:00+02:00": utc(11, 1, 10),
		"1 Nov 2026 12:00": utc(11, 1, 11), "2026-11-01 12:00:30": utc(11, 1, 11).Add(30 * time.Second), "mon Europe/Berlin": utc(11, 22, 23), "today +01:00": utc(11, 26, 23), "2026-11-01 Europe/Berlin": utc(10, 31, 23),
		"Nov 20": utc(11, 20, 0), "November 20, 2026": utc(11, 20, 0), "1 november": utc(11, 1, 0), "Nov 20 15:04": utc(11, 20, 14).Add(4 * time.Minute), "Friday, 20 November": utc(11, 20, 0),
		"1D": now.AddDate(0, 0, -1), "2W": now.AddDate(0, 0, -14), "36H": now.Add(-36 * time.Hour), "1MO": now.AddDate(0, 0, -30), "3 days": now.AddDate(0, 0, -3), "90 min": now.Add(-90 * time.Minute),
		"2026-11-01": utc(11, 1, 0), "1 Nov": utc(11, 1, 0), "24 Dec": utc(12, 24, 0).AddDate(-1, 0, 0), "2026-11-20T12:00:00Z": utc(11, 20, 12),
	} {
		got, err := ParseSince(in, now)
		if err != nil || !got.From(now).Equal(want) {
			t.Errorf("ParseSince(%q) = %v, %v, want %v", in, got.From(now).UTC(), err, want)
		}
	}
	for _, in := range []string{"", "soon", "-1d", "2027-01-01", "31 Nov", "1e9", "NaN", "tomorrow", "Mon 20 Nov", "1M", "week 12:00", "29 Feb 2026", "Nov 2026 20", "12:00 12:00", "25:00", "12:00 CETX", "2026-11-27 11:00", "0001-01-01", "1969-12-31"} {
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
			utc := at.UTC()
			day := time.Date(utc.Year(), utc.Month(), utc.Day(), 0, 0, 0, 0, time.UTC)
			for layout, want := range map[string]time.Time{
				"2006-01-02": day, "2 Jan": day, "Mon 2 Jan": day, "Mon 2 Jan 2006": day, "January 2": day, "Jan 2, 2006": day, "2 Jan 15:04": at, "Mon 2 Jan, 15:04": at, "Jan 2 15:04:05": at, "2006-01-02 15:04": at,
				"2006-01-02 15:04 -07:00": at, "2 Jan 15:04-0700": at, time.RFC3339: at,
			} {
				if strings.Contains(layout, ":") && !strings.Contains(layout, "07") && twice(at) {
					continue // an hour that is there twice
				}
				in := at.Format(layout)
				if !strings.Contains(layout, ":") {
					in = day.Format(layout)
				}
				if got, err := ParseSince(in, now); err != nil || !got.At.Equal(want) {
					t.Errorf("%s: ParseSince(%q) = %v, %v, want %v", name, in, got.At, err, want)
				}
			}
			if back <= 7*24*60 {
				if got, err := ParseSince(day.Weekday().String(), now); err != nil || !got.At.Equal(day) && day.Weekday() != now.UTC().Weekday() {
					t.Errorf("%s: ParseSince(%q) = %v, %v, want %v", name, day.Weekday(), got.At, err, day)
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
