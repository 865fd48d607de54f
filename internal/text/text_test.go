package text

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestUSD(t *testing.T) {
	for v, want := range map[float64]string{
		0: "$0.00", 63.52: "$63.52", -0.34: "-$0.34", 1234567.891: "$1,234,567.89", 999.999: "$1,000.00",
		0.0099: "$0.0099", 0.00995: "$0.01", 0.0000018: "$0.0000018", -0.004: "-$0.0040", 1e-12: "$0.00",
		-1e-12: "$0.00", 1e6: "$1,000,000.00", 0.01: "$0.01", 100: "$100.00",
	} {
		if got := USD(v); got != want {
			t.Errorf("USD(%v) = %q, want %q", v, got, want)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := USD(v); got != Unknown {
			t.Errorf("USD(%v) = %q, want %q", v, got, Unknown)
		}
	}
	if got := MaybeUSD(nil); got != Unknown {
		t.Errorf("MaybeUSD(nil) = %q, want %q", got, Unknown)
	}
	for v := 1e-9; v < 1e9; v *= 1.37 {
		if s := USD(v); strings.ContainsAny(s, "eE") {
			t.Errorf("USD(%v) = %q has an exponent", v, s)
		}
	}
}

func TestPercent(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 %", 0.001: "<1 %", 0.64: "64 %", 0.999: ">99 %", 1: "100 %", 1.13: "113 %", -0.2: "-20 %", -0.001: "0 %", 0.005: "1 %",
		1e-15: "0 %", 1 - 1e-15: "100 %", // noise of sums
	} {
		if got := Percent(v); got != want {
			t.Errorf("Percent(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestChance(t *testing.T) {
	for v, want := range map[float64]string{0: "<1 %", 1e-12: "<1 %", 0.64: "64 %", 1: ">99 %"} {
		if got := Chance(v); got != want {
			t.Errorf("Chance(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	const h, d = time.Hour, 24 * time.Hour
	for v, want := range map[time.Duration]string{
		0: "0 s", 4 * time.Second: "4 s", 59600 * time.Millisecond: "1 min", 12 * time.Minute: "12 min",
		h - 20*time.Second: "1 h", h: "1 h", 3*h + 10*time.Minute: "3 h 10 min", d - time.Second: "1 d",
		5*d + 3*h: "5 d 3 h", 5*d + 3*h + 40*time.Minute: "5 d 4 h", 6*d + 23*h + 50*time.Minute: "7 d",
		21 * d: "21 d", 14 * d: "14 d", 59500 * time.Millisecond: "1 min", 59499 * time.Millisecond: "59 s", h - 30*time.Second: "1 h", d - 30*time.Second: "1 d", 365 * d: "365 d", 366 * d: "> 1 year", -12 * time.Minute: "-12 min",
	} {
		if got := Span(v); got != want {
			t.Errorf("Span(%v) = %q, want %q", v, got, want)
		}
	}
	if got := Seconds(1e300); got != "> 1 year" {
		t.Errorf("Seconds(1e300) = %q, want > 1 year", got)
	}
}

func TestMoments(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, zone)
	in := func(d time.Duration) time.Time { return now.Add(d).UTC() }
	const h, d = time.Hour, 24 * time.Hour
	for _, c := range []struct {
		name, got, want string
	}{
		{"in some days, in now's zone", Moment(in(5*d+3*h+38*time.Minute), now), "Thu 26 Nov, 14:20"},
		{"in a week, without a time", Moment(in(7*d), now), "Sat 28 Nov"},
		{"range within a day", Range(in(2*h), in(9*h), now), "Sat 21, 12:42 to 19:42"},
		{"in weeks, without a time", Moment(in(21*d), now), "Sat 12 Dec"},
		{"in months, without a day", Moment(in(150*d), now), "Apr 2027"},
		{"beyond a year", Moment(in(400*d), now), "> 1 year"},
		{"in the past", Moment(in(-11*time.Minute), now), "Sat 21 Nov, 10:31"},
		{"in a year", Moment(in(365*d), now), "Nov 2027"},
		{"in four months", Moment(in(120*d), now), "Sun 21 Mar"},
		{"range to a year", Range(in(150*d), in(365*d), now), "Apr 2027 to Nov 2027"},
		{"range to four months", Range(in(30*d), in(120*d), now), "Mon 21 Dec to Sun 21 Mar"},
		{"long ago", Moment(in(-8*d), now), "Fri 13 Nov"},
		{"range of a week to a minute", Range(in(7*d-time.Minute), in(7*d), now), "Sat 28, 10:41 to Sat 28"},
		{"range to beyond a week", Range(in(2*d+22*h+28*time.Minute), in(8*d+11*h+18*time.Minute), now), "Tue 24, 09:10 to Sun 29"},
		{"range within a week", Range(in(2*d), in(6*d), now), "Mon 23, 10:42 to Fri 27, 10:42"},
		{"range to far", Range(in(2*d), in(30*d), now), "Mon 23, 10:42 to Mon 21 Dec"},
		{"range beyond", Range(in(500*d), in(800*d), now), "> 1 year"},
		{"days", Days(in(2*d+22*h), in(8*d), now), "Tue 24 to Sun 29"},
		{"the same day", Days(in(h), in(2*h), now), "Sat 21"},
		{"age", Ago(4 * time.Second), "4 s ago"},
		{"no age below zero", Ago(-time.Second), "0 s ago"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestZone(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"UTC": "UTC", "Europe/Berlin": "CET (UTC+01:00)", "America/New_York": "EST (UTC-05:00)", "America/Sao_Paulo": "UTC-03:00",
	} {
		if got := Zone(at.In(zone(t, name))); got != want {
			t.Errorf("Zone(%s) = %q, want %q", name, got, want)
		}
	}
}
