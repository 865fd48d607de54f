package spenders

import (
	"math"
	"slices"
	"testing"
	"time"

	"ortop/client"
	"ortop/internal/longtest"
	"ortop/internal/sim"
)

// TestTrendsAddUp: the parts of each row's spend are its spend, whatever they
// are known by.
func TestTrendsAddUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := oldAccount("steady")
		c.Members = 3
		b := newBench(t, c)
		b.account.TopUp(500)
		for _, waited := range []time.Duration{time.Hour, 26 * time.Hour} {
			every := longtest.Of[time.Duration](2, 1) * KeysEvery
			for waited := waited; waited > 0; waited -= every { // the keys are listed about as they are by a monitor
				b.look(ByKey, time.Hour)
				time.Sleep(every)
			}
			for _, by := range Bys {
				for _, span := range []time.Duration{time.Hour, 24 * time.Hour, 7 * 24 * time.Hour} {
					now := time.Now()
					d, err := b.Breakdown(t.Context(), Query{By: by, From: now.Add(-span), To: now, Trend: 24})
					if err != nil || len(d.Rows) == 0 {
						t.Fatalf("by %s over %v: %d rows, %v", by, span, len(d.Rows), err)
					}
					for _, r := range d.Rows {
						if r.SpendUSD == nil {
							continue
						}
						if len(r.Trend) != 24 {
							t.Fatalf("by %s over %v: %s has a trend of %d parts, want 24", by, span, r.Name, len(r.Trend))
						}
						sum := 0.0
						for _, v := range r.Trend {
							sum += v
						}
						// The analytics have whole minutes and hours.
						if math.Abs(sum-*r.SpendUSD) > 0.02+*r.SpendUSD/5 {
							t.Errorf("by %s over %v: the parts of %s make %v, want %v", by, span, r.Name, sum, *r.SpendUSD)
						}
					}
				}
			}
		}
	})
}

// TestTrendsOfTheHistoryAskNobody: once the keys' own series reach back far
// enough, no question is sent for their trends, and none for a table without.
func TestTrendsOfTheHistoryAskNobody(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady", Start: time.Now().Add(-time.Hour), Keys: 5})
		for range 30 {
			b.look(ByKey, time.Hour)
			time.Sleep(KeysEvery)
		}
		questions := func(trend int) int {
			time.Sleep(answerGood + time.Minute)
			was := len(b.account.Requests())
			now := time.Now()
			d, err := b.Breakdown(t.Context(), Query{By: ByKey, From: now.Add(-time.Hour), To: now, Trend: trend})
			if err != nil {
				t.Fatal(err)
			}
			if trend > 0 && (d.Rows[0].Trend == nil || d.Trend == nil) || trend == 0 && (d.Rows[0].Trend != nil || d.Trend != nil) {
				t.Errorf("asked for %d parts: %v, of all %v", trend, d.Rows[0].Trend, d.Trend)
			}
			n := 0
			for _, r := range b.account.Requests()[was:] {
				if r.Path == "/analytics/query" {
					n++
				}
			}
			return n
		}
		if without, with := questions(0), questions(24); with != without {
			t.Errorf("%d questions with trends, %d without, want as many", with, without)
		}
	})
}

// TestATrendThatIsNotKnownIsBlank: what was cut off, belongs to two of a name,
// or has a hole says nothing.
func TestATrendThatIsNotKnownIsBlank(t *testing.T) {
	part := func(model string, hour int, credits *float64) client.AnalyticsRow {
		r := row("model", model, 0)
		at := noon.Add(time.Duration(hour-24) * time.Hour)
		r.Start, r.Metrics[creditsUsage] = &at, credits
		return r
	}
	good := client.Analytics{Rows: []client.AnalyticsRow{part("a", 6, usd(2)), part("a", 12, usd(1)), part("b", 3, nil), part("b", 4, usd(1))}}
	cut := good
	cut.Truncated = true
	for _, c := range []struct {
		name   string
		answer client.Analytics
		names  []string
		want   []float64 // of the first row
	}{
		{"known", good, []string{"a"}, []float64{0, 2, 1, 0}},
		{"truncated", cut, []string{"a"}, nil},
		{"a part without a number", good, []string{"b"}, nil},
		{"not in the answer", good, []string{"c"}, nil},
		{"two of a name", good, []string{"a", "a"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fakeAPI{query: func(client.AnalyticsQuery) (client.Analytics, error) { return c.answer, nil }}
			b := Breakdown{By: ByModel, From: noon.Add(-24 * time.Hour), To: noon}
			for _, name := range c.names {
				b.Rows = append(b.Rows, Row{ID: name, Name: name, SpendUSD: usd(3)})
			}
			f.at(noon).useTrends(t.Context(), 4, &b)
			if got := b.Rows[0].Trend; !slices.Equal(got, c.want) || (got == nil) != (c.want == nil) {
				t.Errorf("Trend = %v, want %v", got, c.want)
			}
		})
	}
}
