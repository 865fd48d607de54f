package history

import (
	"errors"
	"math/rand/v2"
	"testing"

	"ortop/internal/longtest"
)

// What is imported before there is a reading waits for it, in whatever order files
// come, and is then where it would be had it come after.
func TestSpendAheadOfTheFirstReading(t *testing.T) {
	db, s := fresh(t)
	files := [][]Spend{{spent(-24, 0, 6)}, {spent(-48, -24, 1), spent(-24, 0, 7)}, {spent(-24, 0, 6)}}
	for i, want := range []int{1, 2, 0} {
		if added, err := db.ImportSpend(ctx, s, files[i]); err != nil || len(added) != want {
			t.Errorf("ImportSpend() of file %d = %v, %v, want %d spans that are new", i, added, err, want)
		}
	}
	if taken, err := db.Adopt(ctx, s); err != nil || taken != nil {
		t.Errorf("Adopt() without a reading = %v, %v, want that it waits on", taken, err)
	}
	if _, read, err := db.First(ctx, s); read || err != nil {
		t.Errorf("First() has a reading, %v, want none: nobody read one", err)
	}
	again := openTest(t, db.Path())
	s = account(t, again)
	if past, err := again.Load(ctx, Want{Account: s}); err != nil || !past.Ahead {
		t.Errorf("Load() = %+v, %v, want that spend waits", past, err)
	}
	ahead, err := again.Ahead(ctx, s)
	if err != nil || len(ahead) != 2 || ahead[1].USD != 7 {
		t.Fatalf("Ahead() = %v, %v, want two days, the second of the fuller file", ahead, err)
	}
	poll(t, again, s, at(600), 100)
	if taken, err := again.Adopt(ctx, s); err != nil || len(taken) != 2 {
		t.Errorf("Adopt() = %v, %v, want the two days", taken, err)
	}
	verify(t, again)
	for hour, want := range map[float64]float64{-48: 1, -24: 7, 0: 0} {
		if got := spend(t, again, s, at(60*hour), at(60*(hour+24))); !near(got.SpendUSD, want) {
			t.Errorf("the day from hour %v = %v, want %v", hour, got.SpendUSD, want)
		}
	}
	if first, _, err := again.First(ctx, s); err != nil || !near(first.UsageUSD, 92) {
		t.Errorf("First() = %+v, %v, want 92 USD, so that totals rise to the reading's 100", first, err)
	}
	if past, err := again.Load(ctx, Want{Account: s}); err != nil || past.Ahead {
		t.Errorf("Load() afterwards = %v, %v, want that nothing waits", past.Ahead, err)
	}
	// What else is known of the time that the file left open goes there, and what is
	// known more finely within its days.
	backfillInto(t, again, s, 3, spent(-2, -1, 3), spent(-1, 5, 12), spent(6, 7, 3))
	backfillInto(t, again, s, 0, spent(-2, -1, 3), spent(6, 7, 3))
	backfillInto(t, again, s, 0, spent(-20, -19, 90), spent(-24, 0, 5), spent(6, 7, 9)) // more than was ever used, coarser, known
	for hour, want := range map[float64]float64{-3: 4. / 23, -2: 3, -1: 4. / 23, 0: 2, 5: 0, 6: 3} {
		if got := spend(t, again, s, at(60*hour), at(60*(hour+1))); !near(got.SpendUSD, want) {
			t.Errorf("hour %v = %v, want %v", hour, got.SpendUSD, want)
		}
	}
}

func TestAheadIsNeverMoreThanWasUsed(t *testing.T) {
	db, s := fresh(t)
	if _, err := db.ImportSpend(ctx, s, []Spend{spent(0, 1, 30), spent(1, 2, 40)}); err != nil {
		t.Fatal(err)
	}
	poll(t, db, s, at(600), 50)
	var exceeds *ExceedsError
	if taken, err := db.Adopt(ctx, s); !errors.As(err, &exceeds) || exceeds.SpendUSD != 70 || taken != nil {
		t.Errorf("Adopt() = %v, %v, want 70 above 50", taken, err)
	}
	if taken, err := db.Adopt(ctx, s); err != nil || taken != nil {
		t.Errorf("Adopt() again = %v, %v, want that it was dropped", taken, err)
	}
	if first, _, _ := db.First(ctx, s); !first.At.Equal(at(600)) {
		t.Errorf("First() = %v, want the reading", first.At)
	}
	verify(t, db)
}

// An export of what waits has rows without totals alone, and leads up to a reading
// elsewhere too.
func TestImportOfFilledSpansAlone(t *testing.T) {
	db, s := fresh(t)
	if added, err := db.Import(ctx, s, Export{Filled: []Spend{spent(0, 1, 3)}}); err != nil || added != 1 {
		t.Errorf("Import() = %d, %v, want one span", added, err)
	}
	if ahead, err := db.Ahead(ctx, s); err != nil || len(ahead) != 1 {
		t.Errorf("Ahead() = %v, %v, want it", ahead, err)
	}
	if added, err := db.Import(ctx, s, Export{Samples: nil, Filled: []Spend{spent(0, 1, 3)}}); err != nil || added != 0 {
		t.Errorf("Import() again = %d, %v, want nothing", added, err)
	}
}

// Whether files come before the first reading or after it, and in which order, the
// history is the same, and its totals only rise.
func TestImportBeforeOrAfterTheFirstReading(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	rounds := longtest.Of(12, 30)
	if testing.Short() {
		rounds = 5
	}
	for range rounds {
		var files [2][]Spend
		for i := range files {
			for hour := -100 + rng.IntN(60); hour < 10; {
				long := 1 + rng.IntN(min(30, 10-hour)) // no file tells what is still to come
				if rng.IntN(4) > 0 {
					files[i] = append(files[i], spent(float64(hour), float64(hour+long), float64(rng.IntN(8))))
				}
				hour += long
			}
		}
		usage := float64(20 + rng.IntN(80))
		var want []Bucket
		refused := false
		for order := range 6 {
			db := openMemoryTest(t)
			s := account(t, db)
			steps := [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}[order]
			failed := false
			for _, step := range steps {
				var err error
				if step == 2 {
					poll(t, db, s, at(600), usage)
					_, err = db.Adopt(ctx, s)
				} else {
					_, err = db.ImportSpend(ctx, s, files[step])
				}
				var exceeds *ExceedsError
				if failed = failed || errors.As(err, &exceeds); err != nil && !failed {
					t.Fatal(err)
				}
			}
			verify(t, db)
			p, err := db.Buckets(ctx, s, at(-6000), at(600), 110)
			if err != nil {
				t.Fatal(err)
			}
			total := 0.0
			for i, b := range p.Buckets {
				if total += b.SpendUSD; b.SpendUSD < 0 || i > 0 && b.Known && b.UsageUSD < p.Buckets[i-1].UsageUSD {
					t.Fatalf("the totals fall at %v", b.From)
				}
			}
			if total > usage+1e-6 {
				t.Fatalf("%v were spent before the first reading, which has %v", total, usage)
			}
			// What was refused depends on what was there before.
			if refused = refused || failed; refused {
				continue
			}
			for i, b := range p.Buckets {
				if want != nil && !near(b.SpendUSD, want[i].SpendUSD) {
					t.Fatalf("order %v: %v from %v, want %v", steps, b.SpendUSD, b.From, want[i].SpendUSD)
				}
			}
			want = p.Buckets
		}
	}
}
