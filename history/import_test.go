package history

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"ortop/internal/credit"
)

func TestImport(t *testing.T) {
	minutes := func(from, to int) (samples []credit.Sample) {
		for m := from; m < to; m++ {
			samples = append(samples, credit.Sample{At: at(float64(m)), UsageUSD: float64(10000 + m), CreditsUSD: 5, CreditsKnown: true})
		}
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(samples), func(i, j int) { samples[i], samples[j] = samples[j], samples[i] })
		return samples
	}
	for _, c := range []struct {
		name   string
		live   [2]int // readings of its own
		from   int
		to     int
		added  int
		spends float64
	}{
		{"into nothing", [2]int{0, 0}, 0, 3000, 3000, 2999},
		{"before, on the same day", [2]int{100, 150}, 0, 90, 90, 149},
		{"before, up to a day in the middle", [2]int{3000, 6000}, -500, 2990, 3490, 6499},
		{"after", [2]int{0, 50}, 50, 3000, 2950, 2999},
		{"around", [2]int{1000, 1100}, 0, 3000, 2900, 2999},
		{"within", [2]int{0, 100}, 20, 50, 0, 99},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, s := fresh(t)
			var batch []entry
			for m := c.live[0]; m < c.live[1]; m++ {
				batch = append(batch, entry{update: PollUpdate{Series: s, Interval: time.Minute}, readings: []Reading{{Series: s, At: at(float64(m)), UsageUSD: float64(10000 + m), CreditsUSD: 5, CreditsKnown: true}}})
			}
			if err := db.write(batch); err != nil {
				t.Fatal(err)
			}
			for _, want := range []int{c.added, 0} {
				if added, err := db.Import(ctx, s, Export{Samples: minutes(c.from, c.to)}); added != want || err != nil {
					t.Fatalf("Import() = %d, %v, want %d", added, err, want)
				}
				verify(t, db)
			}
			if b := spend(t, db, s, at(-1e4), at(1e4)); !near(b.SpendUSD, c.spends) {
				t.Errorf("spend = %v, want %v", b.SpendUSD, c.spends)
			}
			poll(t, db, s, at(6001), 16001)
			verify(t, db)
		})
	}
}

func TestImportRefuses(t *testing.T) {
	db, s := fresh(t)
	if _, err := db.Import(ctx, s, Export{Samples: []credit.Sample{{At: at(0), UsageUSD: 1}, {At: at(1), UsageUSD: -1}}}); err == nil {
		t.Error("Import() of a negative usage = nil, want an error")
	}
	if _, ok, _ := db.First(ctx, s); ok {
		t.Error("First() has a reading of an import that failed")
	}
	db.readOnly = ErrReadOnly
	if _, err := db.Import(ctx, s, Export{Samples: []credit.Sample{{At: at(0), UsageUSD: 1}}}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Import() = %v, want ErrReadOnly", err)
	}
}
