package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// In a gap of which nothing is known spend goes on for a forecast as in the rest; in
// one whose spend is known it is as it was.
func TestGoneOn(t *testing.T) {
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	at := func(hours float64) time.Time { return start.Add(time.Duration(hours * float64(time.Hour))) }
	trail := &credit.Trail{Samples: []credit.Sample{
		{At: at(0), UsageUSD: 0}, {At: at(10), UsageUSD: 20}, // $2 an hour
		{At: at(15), UsageUSD: 20}, {At: at(16), UsageUSD: 20},
	}}
	for _, c := range []struct {
		cause string
		want  []float64
	}{{"not running", []float64{0, 20, 20, 20}}, {credit.NotKnown, []float64{-10 * 10. / 11, 20 - 10*10./11, 20, 20}}} {
		trail.Gaps = []credit.Gap{{Span: credit.Span{From: at(10), To: at(15)}, Cause: c.cause}}
		for i, s := range goneOn(trail, new(forecast.Scratch)) {
			if d := s.UsageUSD - c.want[i]; d > 1e-9 || d < -1e-9 {
				t.Errorf("%s: usage %d is %v, want %v", c.cause, i, s.UsageUSD, c.want[i])
			}
		}
	}
	if trail.Samples[0].UsageUSD != 0 {
		t.Error("the series itself was changed")
	}
}
