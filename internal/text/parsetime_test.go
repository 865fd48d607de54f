package text

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, berlin) // a Saturday
	for _, c := range []struct{ in, want string }{
		{"2026-12-01T12:00:00Z", "2026-12-01T13:00:00+01:00"},
		{"2026-12-01", "2026-12-01T01:00:00+01:00"},
		{" 2026-12-01  15:04 ", "2026-12-01T15:04:00+01:00"},
		{"1 Dec", "2026-12-01T01:00:00+01:00"},
		{"Tue 1 Dec", "2026-12-01T01:00:00+01:00"},
		{"1 Nov", "2027-11-01T01:00:00+01:00"},
		{"tue", "2026-11-24T01:00:00+01:00"},
		{"Saturday", "2026-11-28T01:00:00+01:00"},
		{"Tue 1 Dec, 15:04", "2026-12-01T15:04:00+01:00"},
		{"tue 1 dec 15:04", "2026-12-01T15:04:00+01:00"},
		{"1 Dec, 15:04", "2026-12-01T15:04:00+01:00"},
		{"Fri 27 Nov 2026", "2026-11-27T01:00:00+01:00"},
		{"30 Apr", "2027-04-30T02:00:00+02:00"},
		{"29 Feb 2028", "2028-02-29T01:00:00+01:00"},
		{"2027-03-28 01:59", "2027-03-28T01:59:00+01:00"},
		{"2027-03-28 03:00", "2027-03-28T03:00:00+02:00"},
		{"today", "2026-11-22T01:00:00+01:00"},
		{"Tomorrow", "2026-11-23T01:00:00+01:00"},
		{"week", "2026-11-23T01:00:00+01:00"},
		{"month", "2026-12-01T01:00:00+01:00"},
		{"18:00", "2026-11-21T18:00:00+01:00"},
		{"today 18:00", "2026-11-21T18:00:00+01:00"},
		{"tomorrow 18:00", "2026-11-22T18:00:00+01:00"},
		{"tue 18:00", "2026-11-24T18:00:00+01:00"},
		{"sat 09:00", "2026-11-28T09:00:00+01:00"},
		{"Dec 1 18:00", "2026-12-01T18:00:00+01:00"},
		{"1 Dec Europe/Berlin", "2026-12-01T00:00:00+01:00"},
		{"today Europe/Berlin", "2026-11-22T00:00:00+01:00"},
		{"2 weeks", "2026-12-05T10:42:00+01:00"},
		{"9:00", "2026-11-22T09:00:00+01:00"},
		{"9:00 UTC", "2026-11-22T10:00:00+01:00"},
		{"1 Dec 15:04 UTC", "2026-12-01T16:04:00+01:00"},
		{"2026-12-01 15:04 America/New_York", "2026-12-01T21:04:00+01:00"},
		{"5D", "2026-11-26T10:42:00+01:00"},
		{"36h", "2026-11-22T22:42:00+01:00"},
		{"5d", "2026-11-26T10:42:00+01:00"},
		{"1w2d3h", "2026-11-30T13:42:00+01:00"},
	} {
		got, err := ParseTime(c.in, now)
		if err != nil || got.In(berlin).Format(time.RFC3339) != c.want {
			t.Errorf("ParseTime(%q) = %v, %v, want %s", c.in, got, err, c.want)
		}
	}
	for _, in := range []string{"", "yesterday", "last week", "now", "32 Dec", "-5d", "5x", "1e9d", "NaNd", "d", "9999999h"} {
		if got, err := ParseTime(in, now); err == nil {
			t.Errorf("ParseTime(%q) = %v, want an error", in, got)
		}
	}
	if _, err := ParseTime("2026-11-20", now); !errors.Is(err, ErrPast) {
		t.Errorf("ParseTime of yesterday = %v, want ErrPast", err)
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestTimesThatDoNotExist(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	autumn := time.Date(2026, 11, 21, 10, 42, 0, 0, berlin)
	for _, c := range []struct {
		in   string
		now  time.Time
		says string
	}{
		{"2026-13-01", autumn, "is not a time: write"},
		{"31 Apr", autumn, "no such day"},
		{"31 Apr 2027", autumn, "no such day"},
		{"2027-04-31", autumn, "no such day"},
		{"2027-02-29", autumn, "no such day"},
		{"2027-02-29 10:00", autumn, "no such day"},
		{"29 Feb 2027", autumn, "no such day"},
		{"29 Feb", autumn, "no such day"},
		{"29 Feb 10:00", autumn, "no such day"},
		{"Mon 29 Feb", autumn, "no such day"},
		{"29 Feb", time.Date(2028, 3, 1, 0, 0, 0, 0, berlin), "no such day"},
		{"32 Dec", autumn, "no such day"},
		{"Mon 27 Nov 2026", autumn, "27 Nov 2026 is a Friday"},
		{"Mon 27 Nov", autumn, "27 Nov 2026 is a Friday"},
		{"Sun 1 Nov", autumn, "1 Nov 2027 is a Monday"},
		{"Wed 1 Dec, 15:04", autumn, "1 Dec 2026 is a Tuesday"},
		{"2027-03-28 02:00", autumn, "clocks are put forward"},
		{"2027-03-28T02:59", autumn, "clocks are put forward"},
		{"28 Mar 02:30", autumn, "clocks are put forward"},
		{"28 Mar 02:30", time.Date(2027, 1, 1, 0, 0, 0, 0, berlin), "clocks are put forward"},
		{"1 Dec 24:00", autumn, "is not a time"},
	} {
		got, err := ParseTime(c.in, c.now)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), `"`+c.in+`"`) {
			t.Errorf("ParseTime(%q) = %v, %v, want %q", c.in, got, err, c.says)
		}
	}
}

func TestDaysOfSomeYears(t *testing.T) {
	for _, c := range []struct{ in, now, want string }{
		{"29 Feb", "2027-11-01", "2028-02-29"},
		{"29 Feb", "2028-01-31", "2028-02-29"},
		{"Tue 29 Feb", "2027-11-01", "2028-02-29"},
		{"31 Dec", "2026-12-31", "2027-12-31"},
		{"1 Jan", "2026-12-31", "2027-01-01"},
	} {
		now, err := time.Parse(time.DateOnly, c.now)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseTime(c.in, now)
		if err != nil || got.Format(time.DateOnly) != c.want {
			t.Errorf("ParseTime(%q) on %s = %v, %v, want %s", c.in, c.now, got, err, c.want)
		}
	}
}

// TestDayThatWasSkipped: Samoa went over the date line, from the 29th to the
// 31st.
func TestDayThatWasSkipped(t *testing.T) {
	apia := zone(t, "Pacific/Apia")
	now := time.Date(2011, 12, 20, 12, 0, 0, 0, apia)
	for _, in := range []string{"30 Dec 2011 Pacific/Apia", "2011-12-30 12:00", "30 Dec 12:00"} {
		if got, err := ParseTime(in, now); err == nil || !strings.Contains(err.Error(), "clocks are put forward") {
			t.Errorf("ParseTime(%q) = %v, %v, want an error", in, got, err)
		}
	}
}

// TestDayWithoutMidnight: Cairo's clocks go from 00:00 to 01:00 on the last
// Friday of April.
func TestDayWithoutMidnight(t *testing.T) {
	cairo := zone(t, "Africa/Cairo")
	now := time.Date(2026, 4, 20, 12, 0, 0, 0, cairo) // a Monday
	for _, in := range []string{"24 Apr Africa/Cairo", "2026-04-24 Africa/Cairo", "Friday Africa/Cairo"} {
		got, err := ParseTime(in, now)
		if want := "2026-04-24T01:00:00+03:00"; err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("ParseTime(%q) = %v, %v, want %s", in, got, err, want)
		}
	}
}
