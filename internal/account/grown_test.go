package account

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"ortop/internal/credit"
)

// What grows with each reading is to the last bit what is cut anew: over gaps, top-ups,
// back-fills, damage, new segments, what others read, midnights and the ends of months.
func TestWindowsGrow(t *testing.T) {
	grows := 0
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		at := time.Date(2026, time.Month(1+r.IntN(12)), 25+r.IntN(4), r.IntN(24), r.IntN(60), 0, r.IntN(1e9), time.UTC)
		trail, usd := &credit.Trail{FromReason: AnotherAccount}, 0.0
		grown := new(windows)
		for step := range 100 {
			span := []time.Duration{26 * time.Hour, time.Hour, 7 * time.Minute, 2 * time.Second, time.Minute}[min(r.IntN(20), 3+step%2)]
			if step < 8 {
				span = time.Duration(r.IntN(200)) * time.Hour
			}
			was := at
			at = at.Add(span)
			second := at.Truncate(time.Second)
			g := credit.Growth{ReadAt: at}
			if r.IntN(3) > 0 || step == 0 {
				usd += float64(r.IntN(5)) / 7
				g.Sample = &credit.Sample{At: second, UsageUSD: usd, CreditsUSD: 100, CreditsKnown: r.IntN(9) > 0, Segment: 1}
				if step == 0 {
					g.Segment = &credit.Segment{At: second, Reason: FirstReading}
				}
				if span > 5*time.Minute {
					cause := []string{"asleep", credit.NotKnown, credit.Damaged}[max(0, r.IntN(9)-6)]
					g.Gap = &credit.Gap{Span: credit.Span{From: was.Truncate(time.Second), To: second}, Cause: cause}
				}
			}
			switch n := r.IntN(20); {
			case g.Sample == nil:
			case n == 0: // read again within its second
				trail.Add(g)
				g.Gap, usd = nil, usd+1
				g.Sample = &credit.Sample{At: second, UsageUSD: usd, Segment: 1}
			case n == 1:
				g.TopUp = &credit.TopUp{At: second, AmountUSD: 5}
			case n == 2:
				usd /= 2
				g.Sample.UsageUSD, g.Segment = usd, &credit.Segment{At: second, Reason: []string{UsageFell, AnotherAccount}[r.IntN(2)]}
			case n == 3: // loaded anew, with what others stored
				loaded := *trail
				middle := &loaded.Samples[r.IntN(len(loaded.Samples))]
				span := credit.Span{From: middle.At, To: middle.At.Add(20 * time.Minute)}
				switch r.IntN(5) {
				case 0:
					loaded.Samples = slices.Clone(loaded.Samples)
					for i := range loaded.Samples {
						loaded.Samples[i].UsageUSD += float64(i) / 3
					}
					newest, _ := loaded.Newest()
					usd = max(usd, newest.UsageUSD)
					g.Sample.UsageUSD = usd
				case 1:
					if !slices.ContainsFunc(loaded.Gaps, func(g credit.Gap) bool { return g.Shared(span) > 0 }) {
						loaded.Backfilled = []credit.Span{span}
					}
				case 2:
					if !slices.ContainsFunc(loaded.Backfilled, func(s credit.Span) bool { return s.Shared(span) > 0 }) {
						loaded.Gaps = []credit.Gap{{Span: span, Cause: credit.Damaged}}
					}
				case 3:
					loaded.Segments = []credit.Segment{{At: middle.At}}
				case 4:
					loaded.First.At = middle.At
				}
				trail = &loaded
			case n == 4:
				trail.Forget(at.Add(-40 * 24 * time.Hour))
			case n == 5: // a gap that goes on
				trail.Gaps = append(slices.Clone(trail.Gaps), credit.Gap{Span: credit.Span{From: was, To: at.Add(time.Hour)}, Cause: credit.Damaged})
			}
			trail.Add(g)
			if r.IntN(5) == 0 { // another account's, of the same process
				grown.read(trailOf(300, func(ago int) float64 { return float64(300 - ago) }, 1000), t0)
			}
			if !trail.GrownSince(&grown.of).IsZero() {
				grows++
			}
			anew := new(windows)
			grown.read(trail, at)
			anew.read(trail, at)
			if n := len(anew.plot.Buckets); n != len(grown.plot.Buckets) {
				t.Fatalf("seed %d, step %d: %d buckets, want %d", seed, step, len(grown.plot.Buckets), n)
			}
			for i, want := range anew.plot.Buckets {
				if got := grown.plot.Buckets[i]; !reflect.DeepEqual(got, want) {
					t.Fatalf("seed %d, step %d: bucket %d is %+v, want %+v", seed, step, i, got, want)
				}
			}
		}
	}
	if grows < 300 {
		t.Errorf("only %d times was anything kept", grows)
	}
}
