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
		{"a week that cuts a day", gap(-163, -139, Backfilled), -151, 17, true},
		{"an hour that cuts two that are filled in by the hour", gap(3, 4, Backfilled), 3.7, 4.7, false},
		{"a gap inside", gap(1, 3, "asleep"), 0, 5, false},
		{"a gap of which nothing is told", gap(1, 2, NotKnown), 0, 24, true},
		{"a gap of which nothing is told, at the end", gap(20, 40, NotKnown), 0, 24, false},
		{"a gap of which nothing is told, at the beginning", gap(-20, 4, NotKnown), 0, 24, true},
		{"inside a gap of which nothing is told", gap(-20, 40, NotKnown), 0, 24, true},
		{"a gap that reaches out", gap(1, 3, "asleep"), 2, 5, true},
		{"a gap that reaches out a little", gap(1, 3, "asleep"), 2.99, 5, true},
		{"a gap that reaches in a little", gap(1, 12, "asleep"), -12, 1.1, true},
		{"a gap that is the span", gap(1, 3, "asleep"), 1, 3, false},
		{"a part of a gap", gap(1, 3, "asleep"), 1, 2, true},
		{"a late reading at the edge of an hour", gap(1.95, 2.03, "asleep"), 1, 2, false},
		{"in a plot by the minute", gap(1.95, 2.03, "asleep"), 2, 2.1, true},
		{"nothing but time without a reading", gap(1.95, 2.03, "asleep"), 1.96, 2, true},
		{"beside a gap", gap(1, 3, "asleep"), 3, 5, false},
	} {
		if got := len((&Curve{Gaps: []Gap{c.gap}}).Holes(Span{From: at(c.from), To: at(c.to)})) > 0; got != c.want {
			t.Errorf("%s: blurred %t, want %t", c.name, got, c.want)
		}
	}
}

// The balance within a gap with spend was not seen, and one without tells it.
func TestGuessed(t *testing.T) {
	for _, c := range []struct {
		name  string
		gap   Gap
		rise  float64
		known bool
	}{
		{"with spend", Gap{Span: span(0, 40), Cause: "asleep"}, 2, false},
		{"without", Gap{Span: span(0, 40), Cause: "asleep"}, 0, true},
		{"a late reading", Gap{Span: span(18, 22), Cause: "asleep"}, 2, true},
		{"before time of which nothing is told", Gap{Span: span(30, 40), Cause: NotKnown}, 0, false},
	} {
		trail := Trail{First: sample(-60, 4, 10, at(-60)), Gaps: []Gap{c.gap}, ReadAt: at(60), Samples: []Sample{
			sample(-60, 4, 10, at(-60)), {At: c.gap.To, UsageUSD: 4 + c.rise, CreditsUSD: 10, CreditsKnown: true, Segment: at(-60).Unix()},
		}}
		b := trail.Plot(trail.Curve(), []time.Time{at(-40), at(20), at(59)}, nil, time.Time{}).Buckets
		left, ok := b[0].HeldUSD()
		if ok != c.known || ok && !near(left, 6) {
			t.Errorf("%s: HeldUSD() = %v, %v, known: %v", c.name, left, ok, c.known)
		}
		if after, ok := b[1].HeldUSD(); !ok || !near(after, 6-c.rise) {
			t.Errorf("%s: after it HeldUSD() = %v, %v", c.name, after, ok)
		}
	}
}
