package history

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"ortop/internal/credit"
)

// Two files in either order give one history, and a fuller one completes one
// that was cut.
func TestImportSpendInAnyOrder(t *testing.T) {
	for _, c := range []struct {
		name  string
		files [][]Spend
		hours map[float64]float64
	}{
		{"one after the other", [][]Spend{{spent(-48, -24, 1)}, {spent(-24, 0, 2)}}, map[float64]float64{-48: 1. / 24, -24: 2. / 24, 0: 0}},
		{"the same day, fuller", [][]Spend{{spent(-24, 0, 1)}, {spent(-24, 0, 2), spent(0, 10, 1)}}, map[float64]float64{-24: 2. / 24, 0: .1}},
		{"hours of a day", [][]Spend{{spent(-24, 0, 10)}, {spent(-20, -19, 4)}}, map[float64]float64{-24: 6. / 23, -20: 4}},
		{"ends that overlap", [][]Spend{{spent(2, 3, 1), spent(3, 3.5, 1)}, {spent(3.25, 4, 3), spent(4, 5, 2)}}, map[float64]float64{2: 1, 3: .5 + 3, 4: 2}},
		{"beyond the first reading", [][]Spend{{spent(9, 11, 2)}, {spent(8, 9, 5)}}, map[float64]float64{8: 5, 9: 60. / 119}},
	} {
		for _, order := range [][]int{{0, 1}, {1, 0}} {
			db, s := started(t)
			for _, i := range append(order, order...) {
				if _, err := db.ImportSpend(ctx, s, c.files[i]); err != nil {
					t.Fatalf("%s: ImportSpend() = %v", c.name, err)
				}
				verify(t, db)
			}
			for _, f := range c.files {
				if again, err := db.ImportSpend(ctx, s, f); err != nil || len(again) > 0 {
					t.Errorf("%s: ImportSpend() again = %v, %v, want nothing new", c.name, again, err)
				}
			}
			for hour, want := range c.hours {
				if got := spend(t, db, s, at(60*hour), at(60*hour+60)).SpendUSD; !near(got, want) {
					t.Errorf("%s, %v: hour %v = %v, want %v", c.name, order, hour, got, want)
				}
			}
			poll(t, db, s, at(602), 102)
			verify(t, db)
		}
	}
}

func TestMergeIsTheSameEitherWay(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	some := func() (list []stretch) {
		for at := rng.Int64N(20); at < 200; at += rng.Int64N(10) {
			to := at + 1 + rng.Int64N(40)
			list = append(list, stretch{at, to, float64(rng.IntN(5))})
			at = to
		}
		return list
	}
	for range 2000 {
		a, b := some(), some()
		ab, err := merge(a, b)
		ba, err2 := merge(b, a)
		if err != nil || err2 != nil || !slices.Equal(ab, ba) {
			t.Fatalf("merge(%v, %v) = %v, %v, and the other way %v, %v", a, b, ab, err, ba, err2)
		}
	}
}

func TestImportSpendRefuses(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(600), 50)
	var exceeds *ExceedsError
	if added, err := db.ImportSpend(ctx, s, []Spend{spent(0, 1, 30), spent(1, 2, 40)}); !errors.As(err, &exceeds) || exceeds.SpendUSD != 70 || exceeds.UsageUSD != 50 || added != nil {
		t.Errorf("ImportSpend() of more than was used = %v, %v, want 70 above 50", added, err)
	}
	if first, _, _ := db.First(ctx, s); !first.At.Equal(at(600)) {
		t.Errorf("First() = %v, want that nothing was stored", first.At)
	}
	if added, err := db.ImportSpend(ctx, s, []Spend{spent(0, 1, 30), spent(20, 21, 40)}); err != nil || len(added) != 1 || !added[0].To.Equal(at(60)) {
		t.Errorf("ImportSpend() of what fits = %v, %v, want the first hour", added, err)
	}
	verify(t, db)
}

// Two machines read one account in the same hour of their back-fill, and much was
// spent between: either takes in the other's history.
func TestHistoriesOfOneHourMerge(t *testing.T) {
	hours := func(to float64, last float64) (spans []Spend) {
		for h := range 10 {
			spans = append(spans, spent(float64(h-10), float64(h-9), 1))
		}
		return append(spans, spent(0, to, last))
	}
	sample := func(minute, usage float64) credit.Sample {
		return credit.Sample{At: at(minute), UsageUSD: usage, CreditsUSD: 1000, CreditsKnown: true}
	}
	// All that was ever used: $10, $2 in the first 20 minutes, $120 in the next one, $1 in two more.
	a := Export{Samples: []credit.Sample{sample(20, 12), sample(21, 132)}, Filled: hours(20./60, 2)}
	b := Export{Samples: []credit.Sample{sample(23, 133), sample(24, 133)}, Filled: hours(23./60, 123)}
	for _, order := range [][]Export{{a, b}, {b, a}} {
		db, s := fresh(t)
		for _, x := range order {
			if _, err := db.Import(ctx, s, x); err != nil {
				t.Fatalf("Import() = %v", err)
			}
			verify(t, db)
		}
		for hour, want := range map[float64]float64{-10: 1, -1: 1, 0: 123} {
			if got := spend(t, db, s, at(60*hour), at(60*hour+60)); got.SpendUSD < want-.1 || got.SpendUSD > want+1e-6 {
				t.Errorf("hour %v = %v, want %v", hour, got.SpendUSD, want)
			}
		}
		if got := spend(t, db, s, at(20), at(21)).SpendUSD; !near(got, 120) {
			t.Errorf("the dear minute = %v, want 120", got)
		}
	}
}
