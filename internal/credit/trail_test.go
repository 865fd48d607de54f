package credit

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

var epoch = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// at is a minute of the tests' time.
func at(minute float64) time.Time { return epoch.Add(time.Duration(minute * float64(time.Minute))) }

func span(from, to float64) Span { return Span{at(from), at(to)} }

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func sample(minute, usage, credits float64, segment time.Time) Sample {
	s := Sample{At: at(minute), UsageUSD: usage, Segment: segment.Unix()}
	if credits > 0 {
		s.CreditsUSD, s.CreditsKnown = credits, true
	}
	return s
}

// dayTrail is a trail of a day with all that there is: spend filled in for the
// twenty minutes before the first reading, a gap, a top-up, another segment
// and credits that are not known at last.
func dayTrail() *Trail {
	t := &Trail{
		First: sample(-20, 4, 0, at(-20)), Samples: []Sample{sample(-20, 4, 0, at(-20)), sample(-10, 6, 0, at(-20))},
		Segments: []Segment{{At: at(-20), Reason: "first reading"}}, Backfilled: []Span{span(-20, -10), span(-10, 0)},
	}
	begun := Segment{At: at(12), Reason: "another key"}
	gap := Gap{Span: span(2, 10), Cause: "network"}
	bought := TopUp{At: at(11), AmountUSD: 20}
	for _, g := range []struct {
		sample  Sample
		gap     *Gap
		segment *Segment
		topUp   *TopUp
	}{
		{sample: sample(0, 10, 100, at(-20))},
		{sample: sample(1, 12, 100, at(-20))},
		{sample: sample(2, 15, 100, at(-20))},
		{sample: sample(10, 23, 100, at(-20)), gap: &gap},
		{sample: sample(11, 23, 120, at(-20)), topUp: &bought},
		{sample: sample(12, 5, 120, at(12)), segment: &begun},
		{sample: sample(13, 7, 120, at(12))},
		{sample: sample(14, 8, 0, at(12))},
	} {
		t.Add(Growth{ReadAt: g.sample.At, Sample: &g.sample, Gap: g.gap, Segment: g.segment, TopUp: g.topUp})
	}
	t.Add(Growth{ReadAt: at(20)})
	return t
}

func TestTrailPlot(t *testing.T) {
	trail := dayTrail()
	for _, c := range []struct {
		name            string
		from, to        float64
		known           bool
		spend, observed float64
		usage, credits  float64 // of credits, 0 is unknown
	}{
		{"before all", -30, -20, false, 0, 0, 0, 0},
		{"into what was filled in", -30, -15, true, 1, 0, 5, 0},
		{"half of each that was filled in", -15, -5, true, 3, 0, 8, 0},
		{"what a reading at the end shows is in it", 0, 1, true, 2, 1, 12, 100},
		{"what one at the start shows is not", 1, 1.5, true, 0, 1, 12, 100},
		{"a second before a reading", 0, 1 - 1./60, true, 0, 1, 10, 100},
		{"a quarter of the gap", 2, 4, true, 2, 0, 17, 100},
		{"around the start of the gap", 1, 3, true, 4, 0.5, 16, 100},
		{"around its end", 9, 10.5, true, 1, 1. / 3, 23, 100},
		{"the end of the gap", 9, 10, true, 1, 0, 23, 100},
		{"a top-up is no spend", 10, 11, true, 0, 1, 23, 120},
		{"a segment's start is none", 11, 12, true, 0, 1, 5, 120},
		{"across it", 10.5, 13, true, 2, 1, 7, 120},
		{"credits no longer known", 13, 14, true, 1, 1, 8, 0},
		{"nothing happened", 14, 19, true, 0, 1, 8, 0},
		{"past the last reading", 15, 25, true, 0, 0.5, 8, 0},
		{"from the last reading", 20, 30, true, 0, 0, 8, 0},
		{"after it", 20.5, 30, false, 0, 0, 0, 0},
		{"all", -20, 20, true, 6 + 5 + 8 + 3, 12. / 40, 8, 0},
	} {
		b := trail.Plot(trail.Curve(), []time.Time{at(c.from), at(c.to)}, nil, time.Time{}).Buckets[0]
		if b.Known != c.known || !near(b.SpendUSD, c.spend) || !near(b.Observed, c.observed) || !near(b.UsageUSD, c.usage) {
			t.Errorf("%s: %+v, want known %v, %v spent, %v observed, usage %v", c.name, b, c.known, c.spend, c.observed, c.usage)
		}
		if b.CreditsKnown != (c.credits > 0) || b.CreditsUSD != c.credits || b.Span != span(c.from, c.to) {
			t.Errorf("%s: %+v, want credits of %v", c.name, b, c.credits)
		}
	}
}

func TestTrailPlotHasWhatHappened(t *testing.T) {
	trail := dayTrail()
	for _, c := range []struct {
		from, to float64
		want     string // numbers of gaps, spans filled in, top-ups and segments
	}{
		{-20, 20, "1 1 1 2"},
		{-30, -20, "0 0 0 0"},
		{-20, -19, "0 1 0 1"},
		{-10, 0, "0 1 0 0"},
		{0, 2, "0 0 0 0"},
		{0, 2.5, "1 0 0 0"},
		{10, 11, "0 0 0 0"},
		{11, 12, "0 0 1 0"},
		{12, 13, "0 0 0 1"},
	} {
		p := trail.Plot(trail.Curve(), []time.Time{at(c.from), at(c.to)}, nil, time.Time{})
		if got := fmt.Sprint(len(p.Gaps), len(p.Backfilled), len(p.TopUps), len(p.Segments)); got != c.want {
			t.Errorf("Plot(%v to %v) has %s, want %s", c.from, c.to, got, c.want)
		}
	}
	p := trail.Plot(trail.Curve(), []time.Time{at(-15), at(-5), at(3)}, nil, time.Time{})
	if len(p.Buckets) != 2 || p.Buckets[1].From != at(-5) || p.Backfilled[0] != span(-20, 0) || p.Gaps[0] != trail.Gaps[0] {
		t.Errorf("Plot() = %+v, want two buckets, and spans that touch as one", p)
	}
	for name, p := range map[string]Plot{"no bounds": trail.Plot(trail.Curve(), nil, nil, time.Time{}), "one bound": trail.Plot(trail.Curve(), []time.Time{at(0)}, nil, time.Time{})} {
		if len(p.Buckets) != 0 {
			t.Errorf("Plot() of %s = %+v, want nothing", name, p)
		}
	}
	for _, empty := range []*Trail{nil, {}} {
		if p := empty.Plot(Curve{}, []time.Time{at(0), at(1)}, nil, time.Time{}); len(p.Buckets) != 1 || p.Buckets[0].Known {
			t.Errorf("Plot() of nothing = %+v, want a bucket that is not known", p)
		}
	}
}

func TestTrailAt(t *testing.T) {
	trail := dayTrail()
	for minute, want := range map[float64]float64{-20.1: -1, -20: 4, -10.1: 4, -10: 6, 0: 10, 0.99: 10, 1: 12, 5: 15, 12: 5, 99: 8} {
		s, ok := trail.At(at(minute))
		if ok != (want >= 0) || ok && s.UsageUSD != want {
			t.Errorf("At(%v) = %v, %v, want %v", minute, s, ok, want)
		}
	}
	if s, ok := trail.Newest(); !ok || s.UsageUSD != 8 {
		t.Errorf("Newest() = %v, %v, want 8", s, ok)
	}
	for _, empty := range []*Trail{nil, {}} {
		_, some := empty.Newest()
		_, any := empty.At(at(0))
		if some || any || !empty.Empty() {
			t.Error("an empty trail has a reading")
		}
	}
	want := []Span{span(-20, 0), span(2, 10)}
	if got := trail.Unobserved(); !slices.Equal(got, want) {
		t.Errorf("Unobserved() = %v, want %v", got, want)
	}
	trail.Backfilled = []Span{span(15, 16), span(17, 18)} // apart, and after the gap
	if got, want := trail.Unobserved(), []Span{span(2, 10), span(15, 16), span(17, 18)}; !slices.Equal(got, want) {
		t.Errorf("Unobserved() = %v, want %v", got, want)
	}
}

func TestByHour(t *testing.T) {
	trail := Trail{Backfilled: []Span{span(0, 1440), span(1440, 1500), span(1500, 1530), span(1600, 1660)}}
	if got, want := trail.ByHour(), []Span{span(1440, 1530), span(1600, 1660)}; !slices.Equal(got, want) {
		t.Errorf("ByHour() = %v, want %v", got, want)
	}
	if len(trail.Backfilled) != 4 {
		t.Errorf("ByHour() changed what was filled in: %v", trail.Backfilled)
	}
}

func TestTrailAdd(t *testing.T) {
	trail := &Trail{FromReason: "another account"}
	begun := Segment{At: at(0), Reason: "first reading"}
	add := func(g Growth, v Sample) {
		g.Sample, g.ReadAt = &v, v.At.Add(300*time.Millisecond)
		trail.Add(g)
	}
	add(Growth{Segment: &begun}, sample(0, 1, 10, at(0)))
	add(Growth{}, sample(0, 2, 10, at(0))) // in the same second
	if len(trail.Samples) != 1 || trail.First.UsageUSD != 2 || trail.ReadAt != at(0).Add(300*time.Millisecond) {
		t.Errorf("Add() in the first second = %+v, want one reading of 2", trail)
	}
	before := *trail
	add(Growth{TopUp: &TopUp{At: at(1), AmountUSD: 5}}, sample(1, 2, 15, at(0)))
	copied := *trail
	add(Growth{TopUp: &TopUp{At: at(1), AmountUSD: 7}}, sample(1, 3, 17, at(0)))
	if len(trail.Samples) != 2 || trail.First.UsageUSD != 2 || len(trail.TopUps) != 1 || trail.TopUps[0].AmountUSD != 7 {
		t.Errorf("Add() of a second top-up in its second = %+v, want one of 7", trail)
	}
	if len(before.Samples) != 1 || copied.Samples[1].UsageUSD != 2 || copied.TopUps[0].AmountUSD != 5 {
		t.Errorf("a copy became %+v", copied)
	}
	add(Growth{}, sample(2, 4, 17, at(0)))
	add(Growth{}, sample(2, 5, 17, at(0)))
	if len(trail.Samples) != 3 || len(trail.TopUps) != 1 || trail.Samples[2].UsageUSD != 5 {
		t.Errorf("Add() twice after a top-up = %+v, want it to stay", trail)
	}
	trail.Add(Growth{ReadAt: at(9)})
	if n, _ := trail.Newest(); n.UsageUSD != 5 || trail.ReadAt != at(9) {
		t.Errorf("Add() of no change = %+v, want only a later ReadAt", trail)
	}
	for _, c := range []struct {
		reason   string
		segments int
		gaps     int
	}{{"", 2, 1}, {"usage fell", 3, 2}, {"another account", 1, 0}} {
		minute := float64(20 + 10*c.segments)
		add(Growth{Segment: &Segment{At: at(minute), Reason: c.reason}, Gap: &Gap{Span: span(9, minute)}}, sample(minute, 7, 3, at(minute)))
		if len(trail.Segments) != c.segments || len(trail.Gaps) != c.gaps || (trail.First.At == at(minute)) != (c.segments == 1) {
			t.Errorf("Add() of a segment by %q = %+v, want %d segments and %d gaps", c.reason, trail, c.segments, c.gaps)
		}
	}
	if len(trail.Samples) != 1 || len(trail.TopUps) != 0 || trail.FromReason != "another account" {
		t.Errorf("after another account, %+v", trail)
	}
	plain := &Trail{} // nothing begins it anew
	for m := range 2 {
		v := sample(float64(m), 1, 0, at(float64(m)))
		plain.Add(Growth{Sample: &v, Segment: &Segment{At: v.At}})
	}
	if len(plain.Segments) != 2 || plain.First.At != at(0) {
		t.Errorf("without a reason to begin anew, %+v", plain)
	}
}

func TestTrailForget(t *testing.T) {
	trail := &Trail{}
	for m := range 100 {
		v := sample(float64(m), float64(m), 0, at(0))
		trail.Add(Growth{Sample: &v, ReadAt: v.At})
	}
	for _, c := range []struct {
		since float64
		left  int // readings; the first always
	}{{-1, 100}, {0, 100}, {10.5, 100}, {13, 100}, {13.5, 88}, {99.5, 2}, {200, 2}} {
		kept := *trail
		kept.Forget(at(c.since))
		if len(kept.Samples) != c.left || kept.Samples[0] != trail.First {
			t.Errorf("Forget(%v) leaves %d readings, want %d", c.since, len(kept.Samples), c.left)
		}
		before, _ := trail.At(at(max(0, c.since)))
		if after, ok := kept.At(at(max(0, c.since))); !ok || after != before {
			t.Errorf("Forget(%v) has %v in effect then, want %v", c.since, after, before)
		}
	}
	(&Trail{}).Forget(at(0))
}
