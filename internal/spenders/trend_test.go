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

// How a key's spend changed is by the hour right before the one that is asked for.
func TestChangeOfKeysIsSinceTheSpanBefore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady", Start: time.Now().Add(-time.Hour), Keys: 5})
		b.account.TopUp(500)
		for range 3 * int(time.Hour/KeysEvery) {
			b.look(ByKey, time.Hour)
			time.Sleep(KeysEvery)
		}
		d, changed := b.look(ByKey, time.Hour), 0
		spends, err := b.db.Spends(t.Context(), "test", testURL, listedPrefix, d.To.Add(-2*time.Hour), d.From, d.To)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range d.Rows {
			of := spends[listedPrefix+r.ID]
			if len(of) != 2 || of[0].USD < cent {
				continue
			}
			changed++
			if want := of[1].USD/of[0].USD - 1; r.ChangeRatio == nil || math.Abs(*r.ChangeRatio-want) > 1e-9 {
				t.Errorf("%s: $%.4f after $%.4f changed by %v, want %v", r.Name, of[1].USD, of[0].USD, deref(r.ChangeRatio), want)
			}
		}
		if changed == 0 {
			t.Error("no key spent in the hour before: this tells nothing")
		}
	})
}

// What a key spent today is what the list says where nothing else is known, and of the day
// up to now alone.
func TestTheListSaysWhatTodayWas(t *testing.T) {
	bubble(t, func(t *testing.T) {
		time.Sleep(30 * time.Hour)
		b := newBench(t, sim.Config{Profile: "steady", Keys: 5})
		var faults []sim.Fault
		for _, path := range []string{"/analytics/query", "/analytics/meta", "/activity"} {
			f := sim.Error(500)
			f.Path = path
			faults = append(faults, f)
		}
		b.account.Fail(faults...)
		b.read()
		now := time.Now()
		day := now.Truncate(24 * time.Hour)
		for to, known := range map[time.Time]bool{now: true, now.Add(-time.Hour): false} {
			d, err := b.Breakdown(t.Context(), Query{By: ByKey, From: day, To: to})
			if err != nil || len(d.Rows) == 0 {
				t.Fatal(d, err)
			}
			sum := 0.0
			for _, r := range d.Rows {
				if (r.SpendUSD != nil) != known {
					t.Errorf("from midnight to %v: %s spent %v, want known: %v", to, r.Name, deref(r.SpendUSD), known)
				} else if known {
					sum += *r.SpendUSD
				}
			}
			if known && sum == 0 {
				t.Error("no key spent today: this tells nothing")
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
		r := row(model, 0)
		at := noon.Add(time.Duration(hour-24) * time.Hour)
		r.Start, r.Metrics[0] = &at, credits
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
