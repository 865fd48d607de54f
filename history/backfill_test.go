package history

import (
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"ortop/internal/credit"
)

// backfillInto fills spans into s and checks how many were added.
func backfillInto(t *testing.T, db *DB, s Series, want int, spans ...Spend) {
	t.Helper()
	added, err := db.Backfill(ctx, s, spans)
	if added != want || err != nil {
		t.Errorf("Backfill() = %d, %v, want %d", added, err, want)
	}
	verify(t, db)
}

// started returns a history whose first reading, of 100 USD, is at hour 10.
func started(t *testing.T) (*DB, Series) {
	t.Helper()
	db, s := fresh(t)
	poll(t, db, s, at(600), 100)
	poll(t, db, s, at(601), 101)
	return db, s
}

func TestBackfill(t *testing.T) {
	for _, c := range []struct {
		name   string
		spans  []Spend
		added  int
		hours  map[float64]float64 // spend from that hour on
		oldest float64
		gaps   int
	}{
		{"hours up to the first reading", []Spend{spent(8, 9, 2), spent(9, 10, 3)}, 2, map[float64]float64{7: 0, 8: 2, 9: 3, 10: 1}, 8, 0},
		{"cut at the first reading", []Spend{spent(9.5, 10.5, 4)}, 1, map[float64]float64{9: 2, 10: 1}, 9.5, 0},
		{"after the first reading", []Spend{spent(10, 11, 4)}, 0, map[float64]float64{9: 0, 10: 1}, 10, 0},
		{"an hour that nothing tells of", []Spend{spent(7, 8, 2), spent(9, 10, 3)}, 2, map[float64]float64{7: 2, 8: 0, 9: 3}, 7, 1},
		{"nothing told right before the first reading", []Spend{spent(7, 9, 2)}, 1, map[float64]float64{7: 1, 8: 1, 9: 0, 10: 1}, 7, 1},
		{"idle hours", []Spend{spent(8, 9, 0), spent(9, 10, 0)}, 2, map[float64]float64{8: 0, 9: 0}, 8, 0},
		{"as much as was ever used", []Spend{spent(8, 9, 60), spent(9, 10, 40.0000005)}, 2, map[float64]float64{8: 60, 9: 40}, 8, 0},
		{"more than was ever used", []Spend{spent(7, 8, 1), spent(8, 9, 61), spent(9, 10, 40)}, 1, map[float64]float64{8: 0, 9: 40}, 9, 0},
		{"days before the year 1970", []Spend{spent(-500_010, -499_986, 1), spent(-499_986, 10, 2)}, 2, nil, -500_010, 0},
		{"none", nil, 0, nil, 10, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, s := started(t)
			backfillInto(t, db, s, c.added, c.spans...)
			backfillInto(t, db, s, 0, c.spans...)
			first, ok, err := db.First(ctx, s)
			if err != nil || !ok || !first.At.Equal(at(60*c.oldest)) || first.UsageUSD < 0 || first.CreditsKnown != (c.added == 0) {
				t.Errorf("First() = %+v, %v, %v, want one of hour %v with unknown credits", first, ok, err, c.oldest)
			}
			for hour, want := range c.hours {
				b := spend(t, db, s, at(60*hour), at(60*(hour+1)))
				if math.Abs(b.SpendUSD-want) > 1e-6 {
					t.Errorf("hour %v = %+v, want %v USD", hour, b, want)
				}
				if in := hour >= c.oldest && hour < 10; in && (!b.Known || b.Observed != 0 || hour < 9 && b.CreditsKnown) {
					t.Errorf("hour %v = %+v, want it unobserved", hour, b)
				}
			}
			p, err := db.Buckets(ctx, s, at(60*c.oldest-60), at(660), 7)
			if err != nil || len(p.Gaps) != c.gaps || len(p.Segments) != 1 || !p.Segments[0].At.Equal(at(60*c.oldest)) {
				t.Errorf("Buckets() = %+v, %v, want %d gaps and one segment", p, err, c.gaps)
			}
			if gaps, err := db.Gaps(ctx, s, at(60*c.oldest), at(660)); err != nil || len(gaps) != c.gaps {
				t.Errorf("Gaps() = %v, %v, want %d", gaps, err, c.gaps)
			}
			if topUps, err := db.TopUps(ctx, s, at(60*c.oldest), at(660)); err != nil || len(topUps) != 0 {
				t.Errorf("TopUps() = %v, %v, want none", topUps, err)
			}
			filled, err := db.Backfilled(ctx, s, at(60*c.oldest), at(660))
			if err != nil || !reflect.DeepEqual(filled, p.Backfilled) || (len(filled) == 0) != (c.added == 0) {
				t.Errorf("Backfilled() = %v, %v, want the plot's %v", filled, err, p.Backfilled)
			}
			if c.gaps == 0 && c.added > 0 && (len(filled) != 1 || !filled[0].From.Equal(at(60*c.oldest)) || !filled[0].To.Equal(at(600))) {
				t.Errorf("Backfilled() = %v, want one span from hour %v to the first reading", filled, c.oldest)
			}
			poll(t, db, s, at(602), 102)
			verify(t, db)
		})
	}
}

func TestBackfillHalvesOfHours(t *testing.T) {
	db, s := started(t)
	backfillInto(t, db, s, 2, spent(8, 9, 2), spent(9, 10, 3))
	for half, want := range map[float64]float64{8: 1, 8.5: 1, 9: 1.5, 9.5: 1.5} {
		if b := spend(t, db, s, at(60*half), at(60*half+30)); !near(b.SpendUSD, want) || b.Observed != 0 || !b.Known {
			t.Errorf("half an hour from %v = %+v, want %v USD, unobserved", half, b, want)
		}
	}
	if b := spend(t, db, s, at(570), at(630)); !near(b.SpendUSD, 1.5+1) || !near(b.Observed, 1./60) {
		t.Errorf("around the first reading = %+v, want 2.5 USD and a minute of an hour observed", b)
	}
	if got, ok, err := db.At(ctx, s, at(545)); err != nil || !ok || !near(got.UsageUSD, 97) || got.Segment != at(480).Unix() {
		t.Errorf("At() = %+v, %v, %v, want the 97 USD of hour 9", got, ok, err)
	}
}

func TestBackfillGoesOnWithOlder(t *testing.T) {
	db, s := started(t)
	backfillInto(t, db, s, 1, spent(9, 10, 3))
	// Its day began before that, and what the hours told stays.
	backfillInto(t, db, s, 2, spent(8, 9, 2), spent(9, 10, 50), spent(0, 24, 60))
	backfillInto(t, db, s, 1, spent(-24, 0, 7))
	for _, c := range []struct{ from, to, want float64 }{{9, 10, 3}, {8, 9, 2}, {0, 8, 8. / 22 * 8}, {-24, 0, 7}} {
		if b := spend(t, db, s, at(60*c.from), at(60*c.to)); !near(b.SpendUSD, c.want) {
			t.Errorf("hours %v to %v = %v USD, want %v", c.from, c.to, b.SpendUSD, c.want)
		}
	}
}

func TestBackfillRefuses(t *testing.T) {
	db, s := fresh(t)
	backfillInto(t, db, s, 0, spent(0, 1, 1)) // no reading yet
	if _, ok, _ := db.First(ctx, s); ok {
		t.Error("First() has a reading, want none")
	}
	poll(t, db, s, at(600), 100)
	for name, spans := range map[string][]Spend{
		"negative": {spent(0, 1, 1), spent(1, 2, -1)}, "overlapping": {spent(0, 2, 1), spent(1, 3, 1)},
	} {
		if added, err := db.Backfill(ctx, s, spans); added != 0 || err == nil {
			t.Errorf("Backfill(%s) = %d, %v, want an error", name, added, err)
		}
	}
	if _, err := db.Backfill(ctx, 99, nil); !errors.Is(err, ErrNoSeries) {
		t.Errorf("Backfill() of a strange series = %v, want ErrNoSeries", err)
	}
	for _, cause := range []string{backfilled, NotKnown} {
		if err := db.Record(ctx, PollUpdate{Series: s, GapCause: cause}); err == nil {
			t.Errorf("Record() of a gap by %q = nil, want an error", cause)
		}
	}
	db.readOnly = ErrReadOnly
	if _, err := db.Backfill(ctx, s, []Spend{spent(0, 1, 1)}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Backfill() = %v, want ErrReadOnly", err)
	}
	if got, _, _ := db.First(ctx, s); !got.At.Equal(at(600)) {
		t.Errorf("First() = %+v, want the reading alone", got)
	}
}

// TestBackfilledPlotsAgreeWithAModel puts a back-fill before random readings.
func TestBackfilledPlotsAgreeWithAModel(t *testing.T) {
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 9))
		disk, s := fresh(t)
		memory := openMemoryTest(t)
		account(t, memory)
		rs := random(t, rng, 100, func(int) {}, disk, memory)
		rs[0].segment = false
		var spans []Spend
		usage, now := rs[0].usage, rs[0].at
		for usage > 0 && len(spans) < 60 {
			rs[0].gap = true
			if rng.IntN(10) == 0 {
				now = now.Add(-time.Hour)
				rs = append([]reading{{at: now, usage: usage, gap: true}}, rs...)
			}
			usd := rng.Float64() * usage / 5
			usage -= usd
			spans = append(spans, Spend{From: now.Add(-time.Hour), To: now, USD: usd})
			now = now.Add(-time.Hour)
			rs = append([]reading{{at: now, usage: usage}}, rs...)
		}
		rng.Shuffle(len(spans), func(i, j int) { spans[i], spans[j] = spans[j], spans[i] })
		backfillInto(t, disk, s, len(spans), spans...)
		backfillInto(t, memory, s, len(spans), spans...)
		first, last := rs[0].at, rs[len(rs)-1].at
		for range 40 {
			from := first.Add(time.Duration(rng.Int64N(int64(last.Sub(first)))) - time.Hour)
			to := from.Add(time.Second + time.Duration(rng.Int64N(int64(last.Sub(first)))))
			p, err := disk.Buckets(ctx, s, from, to, 1+rng.IntN(50))
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range p.Buckets {
				if want := modelSpend(rs, b.From, b.To); b.Known && math.Abs(b.SpendUSD-want) > 1e-6 || !b.Known && want != 0 {
					t.Fatalf("seed %d: spend of %v to %v = %v (known %v), want %v", seed, b.From, b.To, b.SpendUSD, b.Known, want)
				}
				if want := modelObserved(rs, b.From, b.To); math.Abs(b.Observed-want) > 1e-6 {
					t.Fatalf("seed %d: observed share of %v to %v = %v, want %v", seed, b.From, b.To, b.Observed, want)
				}
			}
			if q, err := memory.Buckets(ctx, s, from, to, len(p.Buckets)); err != nil || !reflect.DeepEqual(p, q) {
				t.Fatalf("seed %d: in memory Buckets() = %+v, %v, want %+v", seed, q, err, p)
			}
		}
	}
}

func TestImportWinsOverBackfill(t *testing.T) {
	sample := func(hour, usage float64) credit.Sample {
		return credit.Sample{At: at(60 * hour), UsageUSD: usage, CreditsUSD: 200, CreditsKnown: true}
	}
	// Hours 0 to 10 told of 1 USD each, and a reading of 100 at hour 10.
	for _, c := range []struct {
		name    string
		samples []credit.Sample
		added   int
		spends  map[float64]float64 // by hour
		filled  []credit.Span
	}{
		{"before it", []credit.Sample{sample(-3, 50), sample(-2, 51)}, 2,
			map[float64]float64{-3: 1, -2: 0, -1: 0, 0: 1, 9: 1}, []credit.Span{{From: at(0), To: at(600)}}},
		{"into it", []credit.Sample{sample(4, 70), sample(5, 72), sample(6, 75)}, 3,
			map[float64]float64{0: 1, 3: 1, 4: 2, 5: 3, 6: 0.9997222, 9: 1}, []credit.Span{{From: at(0), To: at(240)}, {From: at(360).Add(time.Second), To: at(600)}}},
		{"one reading in the middle of an hour", []credit.Sample{sample(4.5, 70)}, 1,
			map[float64]float64{3: 1, 4: 0.9997222, 5: 1, 9: 1}, []credit.Span{{From: at(0), To: at(270)}, {From: at(270).Add(time.Second), To: at(600)}}},
		{"over its end", []credit.Sample{sample(8, 90), sample(9, 91), sample(10, 99)}, 2,
			map[float64]float64{0: 1, 7: 1, 8: 1, 9: 0.9997222}, []credit.Span{{From: at(0), To: at(480)}, {From: at(540).Add(time.Second), To: at(600)}}},
		{"around it", []credit.Sample{sample(-1, 5), sample(9.5, 7)}, 2,
			map[float64]float64{-1: 0, 8: 0, 9: 2 + 0.4997222}, []credit.Span{{From: at(570).Add(time.Second), To: at(600)}}},
		{"less used than it tells", []credit.Sample{sample(4, 1.5)}, 1,
			map[float64]float64{2: 0, 3: 1, 5: 1}, []credit.Span{{From: at(180), To: at(240)}, {From: at(240).Add(time.Second), To: at(600)}}},
		{"its own export", []credit.Sample{sample(4, 94), sample(5, 95)}, 0,
			map[float64]float64{0: 1, 4: 1, 9: 1}, []credit.Span{{From: at(0), To: at(600)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, s := started(t)
			var spans []Spend
			for h := range 10 {
				spans = append(spans, spent(float64(h), float64(h+1), 1))
			}
			backfillInto(t, db, s, 10, spans...)
			for _, want := range []int{c.added, 0} {
				if added, err := db.Import(ctx, s, Export{Samples: c.samples}); added != want || err != nil {
					t.Errorf("Import() = %d, %v, want %d", added, err, want)
				}
				verify(t, db)
			}
			for hour, want := range c.spends {
				if b := spend(t, db, s, at(60*hour), at(60*(hour+1))); math.Abs(b.SpendUSD-want) > 1e-6 {
					t.Errorf("hour %v = %v USD, want %v", hour, b.SpendUSD, want)
				}
			}
			filled, err := db.Backfilled(ctx, s, at(-1e4), at(1e4))
			if err != nil || len(filled) != len(c.filled) {
				t.Fatalf("Backfilled() = %v, %v, want %v", filled, err, c.filled)
			}
			for i, f := range filled {
				if !f.From.Equal(c.filled[i].From) || !f.To.Equal(c.filled[i].To) {
					t.Errorf("Backfilled() = %v, want %v", filled, c.filled)
				}
				if got, _, err := db.At(ctx, s, f.From); err != nil || got.CreditsKnown {
					t.Errorf("At(%v) = %+v, %v, want unknown credits", f.From, got, err)
				}
			}
			for _, v := range c.samples[:c.added] {
				if got, _, err := db.At(ctx, s, v.At); err != nil || got.UsageUSD != v.UsageUSD || got.CreditsUSD != 200 {
					t.Errorf("At(%v) = %+v, %v, want what was imported", v.At, got, err)
				}
			}
		})
	}
}

func TestBackfillByTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	db := openTest(t, path)
	s := account(t, db)
	poll(t, db, s, at(600), 100)
	var wg sync.WaitGroup
	counts := make([]int, 4)
	for i := range counts {
		other := openTest(t, path)
		s := account(t, other)
		wg.Go(func() {
			added, err := other.Backfill(ctx, s, []Spend{spent(8, 9, 2), spent(9, 10, 3)})
			if err != nil {
				t.Error(err)
			}
			counts[i] = added
		})
	}
	wg.Wait()
	if sum := counts[0] + counts[1] + counts[2] + counts[3]; sum != 2 {
		t.Errorf("Backfill() four times at once = %v, want 2 in all", counts)
	}
	if b := spend(t, db, s, at(0), at(600)); !near(b.SpendUSD, 5) {
		t.Errorf("spend = %v, want 5", b.SpendUSD)
	}
	poll(t, db, s, at(601), 101)
	verify(t, db)
}

// What tells of nothing older than the first reading is not worth a look at all of them.
func TestBackfillOfNothingOlderReadsLittle(t *testing.T) {
	db, s := fresh(t)
	var batch []Reading
	for m := range 3 * blockRows {
		batch = append(batch, Reading{Series: s, At: at(float64(m)), UsageUSD: 1 + float64(m)*0.01})
	}
	if err := db.Record(ctx, PollUpdate{Series: s}, batch...); err != nil {
		t.Fatal(err)
	}
	if err := db.conn.run("UPDATE sample SET usage = -usage WHERE at = ?", at(blockRows).Unix()); err != nil {
		t.Fatal(err)
	}
	span := func(from, to float64) []Spend {
		return []Spend{{From: at(from), To: at(to), USD: 0.5}}
	}
	if n, err := db.Backfill(ctx, s, span(0, 60)); n != 0 || err != nil {
		t.Errorf("Backfill of what is known = %d, %v, want nothing and no look at the damage", n, err)
	}
	if n, err := db.Backfill(ctx, s, nil); n != 0 || err != nil {
		t.Errorf("Backfill of nothing = %d, %v", n, err)
	}
	if _, err := db.Backfill(ctx, s, span(-60, 60)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("Backfill before a damaged reading = %v, want ErrCorrupt", err)
	}
}
