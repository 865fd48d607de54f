package history

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ortop/internal/longtest"
)

// TestSpendsAgreeWithBuckets compares what is told of many series at once with
// what is told of each, on disk and where some wait in memory.
func TestSpendsAgreeWithBuckets(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	const account, base = "personal", "https://openrouter.ai/api/v1"
	for seed := range longtest.Of[uint64](2, 4) {
		rng := rand.New(rand.NewPCG(seed, 4))
		db := openMemoryTest(t)
		var keys []Series
		var names []string
		for i := range 40 {
			names = append(names, fmt.Sprintf("key:%02d", i))
			k, err := db.Series(ctx, account, base, names[i])
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, k)
		}
		for i, n := range []identity{{account, base, ""}, {account, base, "kex"}, {account, base, "kez"}, {account, "other", "key:1"}, {"team", base, "key:1"}} {
			k, err := db.Series(ctx, n.account, n.baseURL, n.subject)
			if err != nil {
				t.Fatal(err)
			}
			poll(t, db, k, at(0), float64(i))
			poll(t, db, k, at(100), float64(2*i))
		}
		usage := make([]float64, len(keys))
		minute := 0.0
		for i := range 120 {
			if i == 90 && seed%2 == 1 {
				db.readOnly = ErrReadOnly
			}
			minute++
			if rng.IntN(15) == 0 {
				minute += 100 * rng.Float64()
			}
			var readings []Reading
			for k, s := range keys {
				r := Reading{Series: s, At: at(minute), UsageUSD: usage[k]}
				switch rng.IntN(60) {
				case 0:
					r.UsageUSD /= 2
				case 1:
					r.NewSegment = &Segment{Reason: "imported"}
				case 2:
					continue
				}
				if i < k {
					continue // it is younger
				}
				readings = append(readings, r)
				usage[k] = r.UsageUSD + float64(rng.IntN(3))
			}
			err := db.Record(ctx, PollUpdate{Interval: time.Minute}, readings...)
			if err != nil && db.Writable() {
				t.Fatal(err)
			}
		}
		for range longtest.Of(30, 60) {
			from := at(-20 + rng.Float64()*minute)
			to := from.Add(time.Duration(1 + rng.Int64N(int64(time.Hour))))
			bounds := []time.Time{from, to}
			for range rng.IntN(3) { // what comes after one span, and before it
				bounds = append(bounds, bounds[len(bounds)-1].Add(time.Duration(1+rng.Int64N(int64(time.Hour)))))
			}
			i := rng.IntN(len(bounds) - 1)
			from, to = bounds[i], bounds[i+1]
			switch rng.IntN(3) { // what of the series this process has in memory
			case 0:
				clear(db.heads)
			case 1:
				delete(db.heads, keys[rng.IntN(len(keys))])
			}
			spends, err := db.Spends(ctx, account, base, "key:", bounds...)
			if err != nil {
				t.Fatal(err)
			}
			for subject, of := range spends {
				if len(of) != len(bounds)-1 || !slices.Contains(names, subject) {
					t.Fatalf("seed %d: Spends() of %s = %+v, want %d spans of keys", seed, subject, of, len(bounds)-1)
				}
			}
			for k, s := range keys {
				want := spend(t, db, s, from, to)
				var got Spend
				if of := spends[names[k]]; of != nil {
					got = of[i]
				}
				ok := !got.To.IsZero()
				if ok != want.Known || ok && (math.Abs(got.USD-want.SpendUSD) > 1e-9 || got.Blurred != want.Blurred) {
					t.Fatalf("seed %d: key %d from %v to %v: Spends() = %+v, %v, want %+v", seed, k, from, to, got, ok, want)
				}
				if !ok {
					continue
				}
				first, _, err := db.First(ctx, s)
				p, _, err2 := db.Poll(ctx, s)
				if first.At.Before(from) {
					first.At = from
				}
				if p.Success.After(to) {
					p.Success = to
				}
				if err != nil || err2 != nil || !got.From.Equal(first.At) || !got.To.Equal(p.Success) {
					t.Fatalf("seed %d: key %d covers %v to %v, want %v to %v", seed, k, got.From, got.To, first.At, p.Success)
				}
			}
		}
	}
}

// TestSpendsReadNoHeadsAgain reads what keys spent where this process has read them.
func TestSpendsReadNoHeadsAgain(t *testing.T) {
	t.Parallel()
	db := openMemoryTest(t)
	for i := range 3 {
		k, err := db.Series(ctx, "a", "b", fmt.Sprintf("key:%d", i))
		if err != nil {
			t.Fatal(err)
		}
		poll(t, db, k, at(0), 1)
		poll(t, db, k, at(10), float64(2+i))
	}
	selects := func() int {
		before := db.Stats().Selects
		spends, err := db.Spends(ctx, "a", "b", "key:", at(0), at(10))
		if err != nil || len(spends) != 3 || spends["key:2"][0].USD != 3 {
			t.Fatalf("Spends() = %+v, %v, want 3 keys, $3.00 of the last", spends, err)
		}
		return db.Stats().Selects - before
	}
	known := selects()
	clear(db.heads)
	if read := selects(); known != read-1 { // how many there are, and not which and their heads
		t.Errorf("%d SELECTs where the heads are known, %d where they are read, want one less", known, read)
	}
}

// brief is a context that has ended when it is asked the second time.
type brief struct {
	context.Context
	asked int
}

func (c *brief) Err() error {
	if c.asked++; c.asked > 1 {
		return context.Canceled
	}
	return nil
}

// What thousands of keys spent is not read to its end when nobody waits for it.
func TestSpendsOfWhoLeaves(t *testing.T) {
	t.Parallel()
	db := openMemoryTest(t)
	n := 2 * lookedUp
	for i := range n {
		k, err := db.Series(ctx, "a", "b", fmt.Sprintf("key:%d", i))
		if err != nil {
			t.Fatal(err)
		}
		poll(t, db, k, at(0), 1)
		poll(t, db, k, at(10), 2)
	}
	selects := func(ctx context.Context) (int, error) {
		before := db.Stats().Selects
		_, err := db.Spends(ctx, "a", "b", "key:", at(0), at(10))
		return db.Stats().Selects - before, err
	}
	all, err := selects(ctx)
	if err != nil {
		t.Fatal(err)
	}
	some, err := selects(&brief{Context: ctx})
	if !errors.Is(err, context.Canceled) || some >= all {
		t.Errorf("%d SELECTs of %d, %v, want fewer, and that it was left", some, all, err)
	}
	if again, err := selects(ctx); err != nil || again != all {
		t.Errorf("%d SELECTs after it, %v, want %d", again, err, all)
	}
}

func TestSpendsOfNoSpan(t *testing.T) {
	db, _ := fresh(t)
	if spends, err := db.Spends(ctx, "a", "b", "", at(1), at(1)); err == nil {
		t.Errorf("Spends() = %v, want an error", spends)
	}
	if spends, err := db.Spends(ctx, "a", "b", "", at(0), at(1)); err != nil || len(spends) != 0 {
		t.Errorf("Spends() of nothing = %v, %v, want none", spends, err)
	}
}

// Spends stop where another key's numbers begin, though that is seen only after the end
// of what is asked for, at the end of a gap.
func TestSpendsBeforeAnotherKeysNumbers(t *testing.T) {
	db, s := fresh(t)
	for minute, usage := range []float64{10, 12} {
		poll(t, db, s, at(float64(minute)), usage)
	}
	next := Reading{Series: s, At: at(61), UsageUSD: 72, NewSegment: &Segment{Fingerprint: "0badcafe", Reason: "another key"}}
	if err := db.Record(ctx, PollUpdate{Series: s, Attempt: at(61), Success: at(61), Interval: time.Minute}, next); err != nil {
		t.Fatal(err)
	}
	for _, to := range []float64{31, 61, 62} {
		spends, err := db.Spends(ctx, "personal", "https://openrouter.ai/api/v1", "", at(0), at(to))
		if want := spend(t, db, s, at(0), at(to)); err != nil || len(spends[""]) != 1 || spends[""][0].USD != 2 || want.SpendUSD != 2 {
			t.Errorf("up to minute %v: %+v, %v, want $2 as Buckets() says, $%v", to, spends, err, want.SpendUSD)
		}
	}
}

// What waits in memory counts for its own account at its own place alone, and a series of
// which a day is damaged is left out.
func TestSpendsOfOthersAndOfDamage(t *testing.T) {
	db, s := fresh(t)
	const base = "https://openrouter.ai/api/v1"
	places := map[string]Series{base: s}
	for _, of := range []identity{{"personal", "other", "key"}, {"team", base, "key"}} {
		other, err := db.Series(ctx, of.account, of.baseURL, of.subject)
		if err != nil {
			t.Fatal(err)
		}
		places[of.account+of.baseURL] = other
	}
	for _, s := range places {
		poll(t, db, s, at(0), 1)
		poll(t, db, s, at(1), 2)
	}
	db.readOnly = ErrReadOnly
	usage := 2.0
	for _, s := range places {
		usage += 10
		_ = tryPoll(db, s, at(2), usage)
	}
	spends, err := db.Spends(ctx, "personal", base, "", at(0), at(2))
	if want := spend(t, db, s, at(0), at(2)); err != nil || len(spends) != 1 || spends[""][0].USD != want.SpendUSD {
		t.Errorf("Spends() = %+v, %v, want $%v", spends, err, want.SpendUSD)
	}

	db, s = fresh(t)
	for minute := range 4 * 24 * 6 {
		poll(t, db, s, at(float64(10*minute)), float64(minute))
	}
	if err := db.conn.run("UPDATE sample SET usage = usage + 1000 WHERE at = ?", at(24*60).Unix()); err != nil {
		t.Fatal(err)
	}
	if spends, err = db.Spends(ctx, "personal", base, "", at(24*60), at(3*24*60)); err != nil || len(spends) > 0 {
		t.Errorf("of a damaged day: %+v, %v, want none", spends, err)
	}
	if spends, err = db.Spends(ctx, "personal", base, "", at(2*24*60+60), at(3*24*60)); err != nil || len(spends) != 1 || spends[""][0].USD != 138 {
		t.Errorf("of the days after it: %+v, %v, want $138", spends, err)
	}
}

// TestManyReadings compares heads that were stored one by one with those
// stored, and read again, together.
func TestManyReadings(t *testing.T) {
	db, _ := fresh(t)
	other := openTest(t, db.Path())
	dbs := []*DB{db, other}
	var readings [2][]Reading
	for i := range 50 {
		for d, db := range dbs {
			s, err := db.Series(ctx, "a", "b", fmt.Sprint(i))
			if err != nil {
				t.Fatal(err)
			}
			readings[d] = append(readings[d], Reading{Series: s})
		}
	}
	for m := range 70 {
		// In turns, so that each finds that the other has written.
		rs := readings[m%2]
		for i := range rs {
			rs[i].At = at(float64(m))
			if (i+m)%10 == 0 {
				rs[i].UsageUSD = float64(m + 1)
				readings[1-m%2][i].UsageUSD = float64(m + 1)
			}
		}
		if err := dbs[m%2].Record(ctx, PollUpdate{Interval: time.Minute}, rs...); err != nil {
			t.Fatal(err)
		}
	}
	verify(t, db)
	for i, r := range readings[0] {
		p, ok, err := db.Poll(ctx, r.Series)
		if err != nil || !ok || *p.UsageUSD != r.UsageUSD || !p.Success.Equal(at(69)) || !p.Attempt.Equal(at(69)) || p.Interval != time.Minute {
			t.Errorf("Poll() of series %d = %+v, %v, %v, want %v at minute 69", i, p, ok, err, r.UsageUSD)
		}
		if gaps, err := db.Gaps(ctx, r.Series, at(0), at(100)); err != nil || len(gaps) != 0 {
			t.Errorf("Gaps() of series %d = %v, %v, want none", i, gaps, err)
		}
	}
}
