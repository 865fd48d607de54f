package text

import (
	"testing"
	"time"
)

func TestParseSpan(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"0": 0, "0h": 0, "0d": 0, "90m": 90 * time.Minute, "1.5d": 36 * time.Hour, "1w 2d 3h": 219 * time.Hour, "1MO": 720 * time.Hour, "2 Weeks": 336 * time.Hour, "90 min": 90 * time.Minute, "1h 30 minutes": 90 * time.Minute, "500ms": 500 * time.Millisecond, ".5h": 30 * time.Minute,
		"36500d": maxSpan, "876000h": maxSpan,
	} {
		if got, err := ParseSpan(in); err != nil || got != want {
			t.Errorf("ParseSpan(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"31.12", "0.5", ".5", "5.", "", "d", "-1h", "1d1d", "30m1h", "1h30", "1M", "30M", "1e9", "1hs", "5 dayz", "20000w", "36500w", "36501d", "876001h", "36500d1s", "5214w36499d875999h"} {
		if got, err := ParseSpan(in); err == nil {
			t.Errorf("ParseSpan(%q) = %v, want an error", in, got)
		}
	}
}

func TestParseUSD(t *testing.T) {
	for in, want := range map[string]float64{"25": 25, "$25.50": 25.5, " $1,000 ": 1000, "1,000.00": 1000, "1000000000": 1e9, "0.000001": 1e-6, "1,234,567.5": 1234567.5} {
		if got, err := ParseUSD(in); err != nil || got != want {
			t.Errorf("ParseUSD(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "0", "-1", "NaN", "Inf", "1e12", "1000000000.1", "ten", "2,50", "1,5", "1,0000", ",5", "1,000,50", "0,123", "1,234", " 1,000 "} {
		if got, err := ParseUSD(in); err == nil {
			t.Errorf("ParseUSD(%q) = %v, want an error", in, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"5d", "1 Dec", "2026-12-01", "tue", "$25"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if at, err := ParseTime(s, now); err == nil && !at.After(now) {
			t.Errorf("ParseTime(%q) = %v, which has passed", s, at)
		}
		if since, err := ParseSince(s, now); err == nil && since.From(now).After(now) {
			t.Errorf("ParseSince(%q) = %+v, which is to come", s, since)
		}
		if d, err := ParseSpan(s); err == nil && d < 0 {
			t.Errorf("ParseSpan(%q) = %v", s, d)
		}
		if v, err := ParseUSD(s); err == nil && !(v > 0) {
			t.Errorf("ParseUSD(%q) = %v", s, v)
		}
	})
}
