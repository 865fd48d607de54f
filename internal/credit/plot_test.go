package credit

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// A bucket of a plot is what the whole curve measures of its span, whatever lies
// before and behind it.
func TestPlotMeasuresEachBucket(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for range 300 {
		trail := randomTrail(r)
		at := trail.First.At.Add(-time.Hour)
		var bounds []time.Time
		for at.Before(trail.ReadAt.Add(2 * time.Hour)) {
			bounds = append(bounds, at)
			at = at.Add(time.Duration(1+r.IntN(90*60)) * time.Second)
		}
		c, covered := trail.Curve(), Span{From: trail.First.At, To: trail.ReadAt}
		for i, got := range trail.Plot(trail.Curve(), bounds, nil, time.Time{}).Buckets {
			want := Bucket{Span: Span{From: bounds[i], To: bounds[i+1]}}
			want.Known = !want.From.After(covered.To) && want.To.After(covered.From) && !Torn(trail.Gaps, want.Span, EdgeShare)
			if want.Known {
				c.Measure(&want, covered)
				if s, ok := trail.At(want.To); ok && s.CreditsKnown {
					want.CreditsUSD, want.CreditsKnown = s.CreditsUSD, true
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("bucket %d\n got %+v\nwant %+v", i, got, want)
			}
		}
	}
}

// randomTrail has readings, gaps, back-fills and segments, none of which overlap.
func randomTrail(r *rand.Rand) *Trail {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	usage := 0.0
	t := &Trail{}
	read := func(segment int64) {
		t.Samples = append(t.Samples, Sample{At: at, UsageUSD: usage, CreditsUSD: 100, CreditsKnown: r.IntN(4) > 0, Segment: segment})
	}
	segment := at.Unix()
	t.Segments = []Segment{{At: at}}
	read(segment)
	for range 5 + r.IntN(80) {
		from := at
		at = at.Add(time.Duration(30+r.IntN(3*60*60)) * time.Second)
		usage += float64(r.IntN(3)) / 4
		switch span := (Span{From: from, To: at}); r.IntN(6) {
		case 0:
			t.Gaps = append(t.Gaps, Gap{Span: span, Cause: []string{"", Damaged, NotKnown}[r.IntN(3)]})
		case 1:
			t.Backfilled = append(t.Backfilled, span)
		case 2:
			usage, segment = float64(r.IntN(5)), at.Unix()
			t.Segments = append(t.Segments, Segment{At: at})
		}
		read(segment)
	}
	t.First, t.ReadAt = t.Samples[0], at.Add(time.Duration(r.IntN(600))*time.Second)
	t.Samples = slices.CompactFunc(t.Samples, func(a, b Sample) bool { return a.At.Equal(b.At) })
	return t
}
