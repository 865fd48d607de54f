package history

import (
	"errors"
	"testing"
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
	// What else is known of the time that the file left open goes there.
	backfillInto(t, again, s, 2, spent(-2, -1, 3), spent(-1, 5, 12), spent(6, 7, 3))
	for hour, want := range map[float64]float64{-2: 7. / 24, 0: 2, 5: 0, 6: 3} {
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
