package credit

import (
	"testing"
	"time"
)

// A span is known where what nobody saw lies inside it, or is a small part of it.
func TestBlurred(t *testing.T) {
	day := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	at := func(hours float64) time.Time { return day.Add(time.Duration(hours * float64(time.Hour))) }
	gap := func(from, to float64, cause string) Gap {
		return Gap{Span: Span{From: at(from), To: at(to)}, Cause: cause}
	}
	for _, c := range []struct {
		name     string
		gap      Gap
		from, to float64
		want     bool
	}{
		{"the last hour of a day that is filled in", gap(0, 5, Backfilled), 4, 5, true},
		{"the day itself", gap(0, 5, Backfilled), 0, 5, false},
		{"24 h with five of them filled in, and the week before", gap(-96, 0, Backfilled), -19, 5, true},
		{"a week that cuts a day", gap(-163, -139, Backfilled), -151, 17, false},
		{"an hour that cuts two that are filled in by the hour", gap(3, 4, Backfilled), 3.7, 4.7, false},
		{"a gap inside", gap(1, 3, "asleep"), 0, 5, false},
		{"a gap of which nothing is told", gap(1, 2, NotKnown), 0, 24, true},
		{"a gap of which nothing is told, at the end", gap(20, 40, NotKnown), 0, 24, false},
		{"a gap of which nothing is told, at the beginning", gap(-20, 4, NotKnown), 0, 24, true},
		{"inside a gap of which nothing is told", gap(-20, 40, NotKnown), 0, 24, true},
		{"a gap that reaches out", gap(1, 3, "asleep"), 2, 5, true},
		{"a gap that reaches out a little", gap(1, 3, "asleep"), 2.8, 5, false},
		{"beside a gap", gap(1, 3, "asleep"), 3, 5, false},
	} {
		if got := len(Curve{Gaps: []Gap{c.gap}}.Holes(Span{From: at(c.from), To: at(c.to)})) > 0; got != c.want {
			t.Errorf("%s: blurred %t, want %t", c.name, got, c.want)
		}
	}
}
