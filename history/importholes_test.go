package history

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"ortop/internal/credit"
)

// Exports of one account give one history in whatever order they come, also where one
// lies in a gap of another.
func TestExportsInAnyOrder(t *testing.T) {
	t.Parallel()
	sample := func(minute, usage, credits float64) credit.Sample {
		return credit.Sample{At: at(minute), UsageUSD: usage, CreditsUSD: credits, CreditsKnown: true}
	}
	exports := []Export{
		{Samples: []credit.Sample{sample(0, 1, 50), sample(1, 2, 50), sample(60, 30, 90), sample(61, 31, 90)}, Unseen: []credit.Span{{From: at(1), To: at(60)}}},
		{Samples: []credit.Sample{sample(10, 5, 50), sample(11, 6, 80), sample(12, 6, 80), sample(30, 20, 80), sample(31, 21, 70)}, Unseen: []credit.Span{{From: at(12), To: at(30)}}},
		{Samples: []credit.Sample{sample(15, 9, 80), sample(16, 9.5, 80)}},
		{Samples: []credit.Sample{sample(100, 40, 90), sample(101, 41, 90)}},
	}
	type told struct {
		Readings []credit.Sample
		Gaps     []credit.Span
		TopUps   []credit.TopUp
	}
	var want *told
	var order []int
	var permute func()
	permute = func() {
		if len(order) < len(exports) {
			for i := range exports {
				if !slices.Contains(order, i) {
					order = append(order, i)
					permute()
					order = order[:len(order)-1]
				}
			}
			return
		}
		db, s := fresh(t)
		for twice := range 2 {
			for _, i := range order {
				added, err := db.Import(ctx, s, exports[i])
				if n := len(exports[i].Samples) * (1 - twice); err != nil || added != n {
					t.Fatalf("%v: Import() of %d again (%d) = %d, %v, want %d", order, i, twice, added, err, n)
				}
				verify(t, db)
			}
		}
		var got told
		var err error
		got.Readings, err = db.Range(ctx, s, at(0), at(200))
		if err != nil {
			t.Fatal(err)
		}
		for i := range got.Readings {
			got.Readings[i].Segment = 0
		}
		gaps, err := db.Gaps(ctx, s, at(0), at(200))
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range gaps {
			got.Gaps = append(got.Gaps, g.Span)
		}
		if got.TopUps, err = db.TopUps(ctx, s, at(0), at(200)); err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = &got
			bought := ""
			for _, u := range got.TopUps {
				bought += fmt.Sprintf("%v at %v; ", u.AmountUSD, u.At.Sub(at(0)))
			}
			if bought != "30 at 11m0s; -10 at 31m0s; 20 at 1h0m0s; " || len(got.Gaps) != 5 {
				t.Errorf("bought is %s, and gaps are %v", bought, got.Gaps)
			}
		}
		if !reflect.DeepEqual(got, *want) {
			t.Errorf("%v: the history is\n%+v, want\n%+v", order, got, *want)
		}
		if p := spend(t, db, s, at(0), at(101)); math.Abs(p.SpendUSD-40) > 1e-9 {
			t.Errorf("%v: spent is %v, want 40", order, p.SpendUSD)
		}
	}
	permute()
}

// What does not fit in between what was read on both sides of a gap is left out.
func TestAGapTakesWhatFits(t *testing.T) {
	for name, bad := range map[string]Export{
		"more than was read after it":  {Samples: []credit.Sample{{At: at(10), UsageUSD: 5}, {At: at(11), UsageUSD: 99}}},
		"less than was read before it": {Samples: []credit.Sample{{At: at(10), UsageUSD: 1}}},
		"two series":                   {Samples: []credit.Sample{{At: at(10), UsageUSD: 5}, {At: at(11), UsageUSD: 6, Segment: 1}}},
		"time of which a total is told": {Samples: []credit.Sample{{At: at(10), UsageUSD: 5}, {At: at(20), UsageUSD: 6}},
			Filled: []Spend{{From: at(10), To: at(20), USD: 1}}},
	} {
		db, s := fresh(t)
		poll(t, db, s, at(0), 2)
		poll(t, db, s, at(60), 30)
		if added, err := db.Import(ctx, s, bad); err != nil || added != 0 {
			t.Errorf("%s: Import() = %d, %v, want 0", name, added, err)
		}
		verify(t, db)
		if gaps, err := db.Gaps(ctx, s, at(0), at(60)); err != nil || len(gaps) != 1 || gaps[0].To.Sub(gaps[0].From) != time.Hour {
			t.Errorf("%s: the gap is %v, %v", name, gaps, err)
		}
	}
}
