package text

import (
	"testing"
	"time"
)

func TestTwelveHours(t *testing.T) {
	defer TwelveHours(false)
	at := time.Date(2026, 11, 21, 15, 4, 5, 0, time.UTC)
	for _, c := range []struct{ layout, of24, of12 string }{
		{"15:04", "15:04", "3:04pm"},
		{"Mon 2 Jan, 15:04:05", "Sat 21 Nov, 15:04:05", "Sat 21 Nov, 3:04:05pm"},
		{"2 Jan", "21 Nov", "21 Nov"},
	} {
		TwelveHours(false)
		if got := Format(at, c.layout); got != c.of24 {
			t.Errorf("%q with 24 hours: %q, want %q", c.layout, got, c.of24)
		}
		TwelveHours(true)
		if got := Format(at, c.layout); got != c.of12 {
			t.Errorf("%q with 12 hours: %q, want %q", c.layout, got, c.of12)
		}
	}
}

func TestCheckZone(t *testing.T) {
	for zone, ok := range map[string]bool{"": true, "UTC": true, "Europe/Berlin": true, "Local": false, "Mars": false, "../etc/passwd": false} {
		if err := CheckZone(zone); (err == nil) != ok {
			t.Errorf("CheckZone(%q) = %v", zone, err)
		}
	}
}

func TestCurrency(t *testing.T) {
	for _, c := range []struct{ typed, is, of string }{
		{"", "", ""}, {" eur  0.92 ", "EUR 0.92", "919.08 EUR"}, {"JPY 150", "JPY 150", "149,850.00 JPY"},
	} {
		got, err := ParseCurrency(c.typed)
		if err != nil || got.String() != c.is || got.Of(999) != c.of {
			t.Errorf("ParseCurrency(%q) = %q, %v; $999 is %q, want %q, %q", c.typed, got, err, got.Of(999), c.is, c.of)
		}
	}
	for _, typed := range []string{"EUR", "0.92", "EURO 1", "EUR 0", "EUR -1", "EUR 1e9", "EUR 99999999999", "EUR 0,92", "EUR 0.92 x", "E\x1bR 1"} {
		if c, err := ParseCurrency(typed); err == nil {
			t.Errorf("ParseCurrency(%q) = %v, want an error", typed, c)
		}
	}
	if got := (Currency{"EUR", 2}).Of(-3.5); got != "-7.00 EUR" {
		t.Errorf("-$3.50 is %q", got)
	}
}
