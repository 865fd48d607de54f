package text

import (
	"testing"
	"time"
)

func TestBetween(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, zone) // a Saturday
	const h, d = time.Hour, 24 * time.Hour
	for _, c := range []struct {
		name     string
		from, to time.Duration
		want     string
	}{
		{"some days", 30 * h, 12 * d, "between tomorrow and Thu 3 Dec"},
		{"from today on", 2 * h, 30 * h, "between 12:42 today and tomorrow"},
		{"all of it today", 2 * h, 9 * h, "between 12:42 and 19:42 today"},
		{"all of it tomorrow", 15 * h, 30 * h, "tomorrow"},
		{"on one day", 12*d + h, 12*d + 5*h, "on Thu 3 Dec"},
		{"in one month", 150 * d, 151 * d, "in Apr 2027"},
		{"days and months", 40 * d, 200 * d, "between Thu 31 Dec and Jun 2027"},
		{"a year from now", 365 * d, 365 * d, "in Nov 2027"},
		{"four months from now", 120 * d, 120 * d, "on Sun 21 Mar"},
		{"to beyond a year", 30 * h, 500 * d, "between tomorrow and over a year from now"},
		{"all of it beyond", 500 * d, 900 * d, "over a year from now"},
		{"since a while", -h, 5 * h, "between now and 15:42 today"},
		{"has passed", -2 * h, -h, "now"},
	} {
		if got := Between(now.Add(c.from).UTC(), now.Add(c.to).UTC(), now); got != c.want {
			t.Errorf("%s: Between(%v, %v) = %q, want %q", c.name, c.from, c.to, got, c.want)
		}
	}
}

func TestRough(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	saturday := time.Date(2026, 11, 21, 23, 30, 0, 0, zone)
	monday := time.Date(2026, 11, 2, 9, 0, 0, 0, zone)
	for _, c := range []struct {
		name string
		now  time.Time
		t    string
		want string
	}{
		{"later today", saturday, "2026-11-21T23:59:00+01:00", "today"},
		{"has passed", saturday, "2026-11-19T12:00:00+01:00", "today"},
		{"in an hour, after midnight", saturday, "2026-11-22T00:30:00+01:00", "tomorrow"},
		{"tomorrow, which is of the next week", saturday.AddDate(0, 0, 1), "2026-11-23T12:00:00+01:00", "tomorrow"},
		{"the same week", monday, "2026-11-08T23:00:00+01:00", "this week"},
		{"the next Monday", monday, "2026-11-09T00:00:00+01:00", "next week"},
		{"five days on, over a weekend", saturday, "2026-11-26T12:00:00+01:00", "next week"},
		{"nine days, of the week after the next", saturday, "2026-11-30T12:00:00+01:00", "in a week"},
		{"eleven days", saturday, "2026-12-02T12:00:00+01:00", "in 2 weeks"},
		{"two weeks", monday, "2026-11-16T12:00:00+01:00", "in 2 weeks"},
		{"weeks", monday, "2026-11-23T12:00:00+01:00", "in 3 weeks"},
		{"the end of a long month", monday, "2026-11-30T12:00:00+01:00", "this month"},
		{"a month", monday, "2026-12-20T12:00:00+01:00", "next month"},
		{"months", monday, "2027-04-20T12:00:00+01:00", "in 5 months"},
		{"over a year", monday, "2027-11-20T12:00:00+01:00", "in over a year"},
		{"the end of time", monday, "9999-12-31T23:59:59Z", "in over a year"},
	} {
		at, err := time.Parse(time.RFC3339, c.t)
		if err != nil {
			t.Fatal(err)
		}
		if got := Rough(at.UTC(), c.now); got != c.want {
			t.Errorf("%s: Rough(%s) = %q, want %q", c.name, c.t, got, c.want)
		}
	}
}

func TestProbably(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	for _, c := range []struct {
		from, mid, to int
		want          string
	}{
		{1, 5, 12, "probably next week"},
		{3, 5, 7, ""},
		{0, 0, 1, "probably today"},
		{20, 200, 800, "probably in 7 months"},
	} {
		if got := Probably(day(c.from), day(c.mid), day(c.to), now); got != c.want {
			t.Errorf("Probably(%d, %d, %d days on) = %q, want %q", c.from, c.mid, c.to, got, c.want)
		}
	}
}
