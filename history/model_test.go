package history

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"
	"time"
	_ "time/tzdata"

	"ortop/internal/longtest"
)

// reading is one reading of the model, which knows all of them.
type reading struct {
	at      time.Time
	usage   float64
	segment bool // begins one
	gap     bool // ends one
}

// spend is what the package documentation says, by going through all readings.
func modelSpend(rs []reading, from, to time.Time) (usd float64) {
	for i := 1; i < len(rs); i++ {
		a, b := rs[i-1], rs[i]
		switch {
		case b.segment:
		case b.gap:
			s, e := a.at, b.at
			if from.After(s) {
				s = from
			}
			if to.Before(e) {
				e = to
			}
			if e.After(s) {
				usd += (b.usage - a.usage) * float64(e.Sub(s)) / float64(b.at.Sub(a.at))
			}
		case b.at.After(from) && !b.at.After(to):
			usd += b.usage - a.usage
		}
	}
	return usd
}

func modelObserved(rs []reading, from, to time.Time) float64 {
	seen := time.Duration(0)
	for i := 1; i < len(rs); i++ {
		a, b := rs[i-1].at, rs[i].at
		if a.Before(from) {
			a = from
		}
		if b.After(to) {
			b = to
		}
		if !rs[i].gap && b.After(a) {
			seen += b.Sub(a)
		}
	}
	return float64(seen) / float64(to.Sub(from))
}

// random records the same random readings in each of the histories.
func random(t *testing.T, rng *rand.Rand, n int, before func(i int), dbs ...*DB) (rs []reading) {
	t.Helper()
	now, usage, credits := at(0), rng.Float64()*10, 20.0
	for i := range n {
		r := reading{at: now, usage: usage}
		var segment *Segment
		event := rng.IntN(40)
		if i > 0 && now.Sub(rs[i-1].at) > time.Hour && rng.IntN(3) == 0 {
			event = 0 // another key after a gap
		}
		switch event {
		case 0:
			segment = &Segment{Fingerprint: fmt.Sprint(i), Reason: "another key"}
		case 1:
			r.usage *= rng.Float64()
		case 2, 3, 4:
			credits += float64(rng.IntN(3)-1) * 10
		}
		r.segment = i == 0 || segment != nil || r.usage < rs[i-1].usage
		r.gap = i > 0 && now.Sub(rs[i-1].at) > 150*time.Second
		rs, usage = append(rs, r), r.usage
		before(i)
		for _, db := range dbs {
			s := account(t, db)
			err := db.Record(ctx, PollUpdate{Series: s, Attempt: now, Success: now, Interval: time.Minute},
				Reading{Series: s, At: now, UsageUSD: r.usage, CreditsUSD: credits, CreditsKnown: true, NewSegment: segment})
			if err != nil && db.Writable() {
				t.Fatal(err)
			}
		}
		if rng.IntN(3) == 0 {
			usage += rng.ExpFloat64()
		}
		switch rng.IntN(25) {
		case 0:
			now = now.Add(time.Duration(rng.IntN(20000)) * time.Second)
		case 1:
			now = now.Add(time.Duration(1+rng.IntN(10)) * time.Second)
		}
		now = now.Add(time.Minute)
	}
	return rs
}

func TestPlotsAgreeWithAModel(t *testing.T) {
	t.Parallel()
	for seed := range longtest.Of[uint64](4, 6) {
		rng := rand.New(rand.NewPCG(seed, 3))
		disk, s := fresh(t)
		memory := openMemoryTest(t)
		// The third stores half and keeps the rest in memory.
		kept := openTest(t, filepath.Join(t.TempDir(), "kept.db"))
		account(t, memory)
		account(t, kept)
		rs := random(t, rng, 250, func(i int) {
			if i == 120 {
				kept.readOnly = ErrReadOnly
			}
		}, disk, memory, kept)
		first, last := rs[0].at, rs[len(rs)-1].at
		for i := range 40 {
			from := first.Add(time.Duration(rng.Int64N(int64(last.Sub(first)))) - time.Hour)
			to := from.Add(time.Second + time.Duration(rng.Int64N(int64(last.Sub(first)))))
			n := 1 + rng.IntN(50)
			if i == 0 {
				from, to = first.Add(-time.Hour), last.Add(time.Hour)
			}
			p, err := disk.Buckets(ctx, s, from, to, n)
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for _, b := range p.Buckets {
				if b.Known {
					sum += b.SpendUSD
				}
				if want := modelSpend(rs, b.From, b.To); b.Known && math.Abs(b.SpendUSD-want) > 1e-6 || !b.Known && want != 0 || b.SpendUSD < 0 {
					t.Fatalf("seed %d: spend of %v to %v = %v (known %v), want %v", seed, b.From, b.To, b.SpendUSD, b.Known, want)
				}
				if want := modelObserved(rs, b.From, b.To); math.Abs(b.Observed-want) > 1e-6 {
					t.Fatalf("seed %d: observed share of %v to %v = %v, want %v", seed, b.From, b.To, b.Observed, want)
				}
			}
			if want := modelSpend(rs, from, to); math.Abs(sum-want) > 1e-6 {
				t.Fatalf("seed %d: %d buckets sum to %v, want %v", seed, n, sum, want)
			}
			rows, err := disk.Range(ctx, s, from, to)
			if err != nil {
				t.Fatal(err)
			}
			at, ok, _ := disk.At(ctx, s, to)
			for name, db := range map[string]*DB{"memory": memory, "kept": kept} {
				if q, err := db.Buckets(ctx, s, from, to, n); err != nil || !reflect.DeepEqual(p, q) {
					t.Fatalf("seed %d: %s: Buckets() = %+v, %v, want %+v", seed, name, q, err, p)
				}
				if q, err := db.Range(ctx, s, from, to); err != nil || !reflect.DeepEqual(rows, q) {
					t.Fatalf("seed %d: %s: Range() = %+v, %v, want %+v", seed, name, q, err, rows)
				}
				if q, k, err := db.At(ctx, s, to); err != nil || k != ok || q != at {
					t.Fatalf("seed %d: %s: At() = %+v, %v, want %+v", seed, name, q, err, at)
				}
			}
		}
		verify(t, disk)
		verify(t, memory)
		// Once it can be written, the file is the same as if it always could.
		kept.readOnly = nil
		end := last.Add(time.Minute)
		poll(t, kept, s, end, 1e6)
		poll(t, disk, s, end, 1e6)
		verify(t, kept)
		a, err := disk.Buckets(ctx, s, first, end, 33)
		b, err2 := kept.Buckets(ctx, s, first, end, 33)
		if err != nil || err2 != nil || !reflect.DeepEqual(a, b) {
			t.Fatalf("seed %d: after the flush Buckets() = %+v, %v, want %+v, %v", seed, b, err2, a, err)
		}
	}
}

func TestT03DaysOfOddLength(t *testing.T) {
	for _, c := range []struct {
		zone  string
		day   time.Time
		hours float64
	}{
		{"America/New_York", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), 25},
		{"America/New_York", time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC), 23},
		{"Europe/Berlin", time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), 25},
		{"Australia/Lord_Howe", time.Date(2026, 4, 5, 0, 0, 0, 0, time.UTC), 24.5},
		{"Australia/Lord_Howe", time.Date(2026, 10, 4, 0, 0, 0, 0, time.UTC), 23.5},
		{"UTC", time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC), 24},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		var bounds []time.Time
		for d := -1; d <= 2; d++ {
			bounds = append(bounds, time.Date(c.day.Year(), c.day.Month(), c.day.Day()+d, 0, 0, 0, 0, zone))
		}
		db := openMemoryTest(t)
		s := account(t, db)
		// A dime in ten minutes, so that spend counts the minutes.
		cents := 0
		for now := bounds[0]; !now.After(bounds[3]); now = now.Add(10 * time.Minute) {
			update := PollUpdate{Series: s, Interval: 10 * time.Minute}
			if err := db.Record(ctx, update, Reading{Series: s, At: now, UsageUSD: float64(cents) / 100}); err != nil {
				t.Fatal(err)
			}
			cents += 10
		}
		p, err := db.BucketsAt(ctx, s, bounds)
		if err != nil || len(p.Buckets) != 3 {
			t.Fatalf("BucketsAt() = %+v, %v", p, err)
		}
		sum := 0.0
		for i, want := range []float64{24, c.hours, 24} {
			b := p.Buckets[i]
			sum += b.SpendUSD
			if math.Abs(b.SpendUSD-want*0.6) > 1e-6 || b.Observed != 1 {
				t.Errorf("%s: day %d = %v USD, observed %v, want %v", c.zone, i, b.SpendUSD, b.Observed, want*0.6)
			}
		}
		if math.Abs(sum-float64(cents-10)/100) > 1e-6 {
			t.Errorf("%s: days sum to %v, want %v", c.zone, sum, float64(cents-10)/100)
		}
	}
}

func TestBoundsThatMakeNoBuckets(t *testing.T) {
	db := openMemoryTest(t)
	s := account(t, db)
	for name, f := range map[string]func() error{
		"no count":   func() error { _, err := db.Buckets(ctx, s, at(0), at(1), 0); return err },
		"no span":    func() error { _, err := db.Buckets(ctx, s, at(1), at(1), 5); return err },
		"one bound":  func() error { _, err := db.BucketsAt(ctx, s, []time.Time{at(0)}); return err },
		"descending": func() error { _, err := db.BucketsAt(ctx, s, []time.Time{at(1), at(0)}); return err },
	} {
		if err := f(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	p, err := db.Buckets(ctx, s, at(0), at(1), 3)
	if err != nil || len(p.Buckets) != 3 || p.Buckets[0].Known {
		t.Errorf("Buckets() of nothing = %+v, %v, want 3 unknown", p, err)
	}
}

func TestPendingIsWrittenAsFarAsItGoes(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 0)
	db.readOnly = ErrReadOnly
	for m := 1; m <= 150; m++ {
		_ = tryPoll(db, s, at(float64(m)), float64(m))
	}
	db.readOnly = nil
	fails := `CREATE TRIGGER fails BEFORE INSERT ON sample WHEN new.usage = 100 BEGIN SELECT raise(ABORT, 'no'); END`
	if err := db.conn.exec(fails); err != nil {
		t.Fatal(err)
	}
	var se *StorageError
	if err := tryPoll(db, s, at(151), 151); !errors.As(err, &se) || se.Kept != 151-maxBatch {
		t.Errorf("Record() = %+v, want %d kept", err, 151-maxBatch)
	}
	check := func() {
		t.Helper()
		rows, err := db.Range(ctx, s, at(0), at(1e4))
		if err != nil || len(rows) != 152 {
			t.Errorf("Range() has %d rows, %v, want 152", len(rows), err)
		}
		if p, _, err := db.Poll(ctx, s); err != nil || *p.UsageUSD != 151 {
			t.Errorf("Poll() = %v, %v, want 151", *p.UsageUSD, err)
		}
	}
	check()
	if len(db.tails[s].changes) != 151-maxBatch {
		t.Errorf("%d changes wait, want %d", len(db.tails[s].changes), 151-maxBatch)
	}
	if err := db.conn.exec("DROP TRIGGER fails"); err != nil {
		t.Fatal(err)
	}
	poll(t, db, s, at(151), 151)
	check()
	verify(t, db)
}

func TestPendingIsBounded(t *testing.T) {
	db, s := fresh(t)
	poll(t, db, s, at(0), 1)
	db.readOnly = ErrReadOnly
	for m := 1; m <= maxPending+10; m++ {
		_ = tryPoll(db, s, at(float64(m)), float64(m))
	}
	if len(db.pending) != maxPending || db.dropped != 10 {
		t.Errorf("%d pending, %d dropped, want %d and 10", len(db.pending), db.dropped, maxPending)
	}
	db.readOnly = nil
	poll(t, db, s, at(maxPending+11), 1e5)
	gaps, err := db.Gaps(ctx, s, at(0), at(1e5))
	if err != nil || len(gaps) != 1 || !gaps[0].To.Equal(at(11)) {
		t.Errorf("Gaps() = %v, %v, want what was dropped", gaps, err)
	}
	verify(t, db)
}
