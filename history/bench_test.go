//go:build linux

package history

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ortop/internal/credit"
)

// floor times one small write and fdatasync to a file beside the history.
func floor(b *testing.B, n int) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	line := make([]byte, 40*10)
	start := time.Now()
	for range n {
		if _, err := f.Write(line); err != nil {
			b.Fatal(err)
		}
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start) / time.Duration(n)
}

// BenchmarkRecord is one durable poll of ten series, all of which changed;
// with forecasts, it stores the latest, one to be graded and one that ended.
func BenchmarkRecord(b *testing.B) {
	for _, place := range []string{"disk", "disk with forecasts", "memory"} {
		b.Run(place, func(b *testing.B) {
			db, _ := fresh(b)
			if place == "memory" {
				db = openMemoryTest(b)
			}
			var readings []Reading
			for i := range 10 {
				s, _ := db.Series(ctx, "a", "b", fmt.Sprint(i))
				readings = append(readings, Reading{Series: s, CreditsUSD: 100, CreditsKnown: i == 0})
			}
			key := []byte(fmt.Sprintf(`{"label":"sk-or-v1-0e6…1c96","creator":"%0300d"}`, 0))
			minute := 0
			fill := func(n int) time.Duration {
				start := time.Now()
				for range n {
					minute++
					now := at(float64(minute))
					for i := range readings {
						readings[i].At = now
						readings[i].UsageUSD += 0.01 * float64(i+1)
					}
					u := PollUpdate{Series: readings[0].Series, Attempt: now, Success: now, Due: now.Add(time.Minute), Interval: time.Minute, State: fmt.Appendf(nil, `{"p50":%d,"key":%s}`, minute, key)}
					if place == "disk with forecasts" {
						u.State = fmt.Appendf(nil, `{"p50":%d,"key":%s,"curve":"%01000d"}`, minute, key, 0)
						u.Remember = []Forecast{made(float64(minute)), ended(made(float64(minute-60)), float64(minute), credit.OutcomeHeld)}
					}
					if err := db.Record(ctx, u, readings...); err != nil {
						b.Fatal(err)
					}
				}
				return time.Since(start)
			}
			fill(100)
			var took, syncs time.Duration
			b.ResetTimer()
			// In turns, for the disk's own speed varies from second to second.
			for done := 0; done < b.N; {
				n := min(200, b.N-done)
				took += fill(n)
				b.StopTimer()
				if place != "memory" {
					syncs += floor(b, n) * time.Duration(n)
				}
				b.StartTimer()
				done += n
			}
			if place != "memory" {
				b.ReportMetric(float64(took)/float64(syncs), "x-fdatasync")
				b.ReportMetric(float64(syncs.Microseconds())/float64(b.N), "floor-us/op")
			}
		})
	}
}

// long is five million samples of ten series, a year of one a minute, of which
// every fifth changed.
var long = sync.OnceValues(func() (path string, err error) {
	folder, err := os.MkdirTemp("", "ortop-long-*")
	if err != nil {
		return "", err
	}
	path = filepath.Join(folder, "history.db")
	db, err := Open(ctx, path, Options{})
	if err != nil {
		return "", err
	}
	defer db.Close()
	return path, generate(db, longMinutes, 10)
})

const longMinutes = 530_000

// longEnd is the last minute of what generate made.
var longEnd = at(longMinutes)

// generate records polls of the given number of series, a fifth of whose
// readings change, with a gap each day, through the code that Record uses,
// with a transaction for many polls.
func generate(db *DB, minutes, series int) error {
	rng := rand.New(rand.NewPCG(1, 2))
	readings := make([]Reading, series)
	for i := range readings {
		s, err := db.Series(ctx, "personal", "https://openrouter.ai/api/v1", []string{"", fmt.Sprint(i)}[min(i, 1)])
		if err != nil {
			return err
		}
		readings[i] = Reading{Series: s, CreditsUSD: 1e6, CreditsKnown: i == 0}
	}
	var batch []entry
	for m := 1; m <= minutes; m++ {
		if m%1440 < 30 && m != minutes {
			continue
		}
		for i := range readings {
			readings[i].At = at(float64(m))
			if rng.IntN(5) == 0 {
				readings[i].UsageUSD += float64(rng.IntN(1e6)) * 1e-7
			}
		}
		e := entry{update: PollUpdate{Series: readings[0].Series, Attempt: readings[0].At, Interval: time.Minute}, readings: append([]Reading(nil), readings...)}
		if batch = append(batch, e); len(batch) == 100 || m == minutes {
			db.mu.Lock()
			err := db.write(batch)
			db.mu.Unlock()
			if err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return nil
}

func openLong(b *testing.B) (*DB, Series) {
	b.Helper()
	path, err := long()
	if err != nil {
		b.Fatal(err)
	}
	db := openTest(b, path)
	return db, account(b, db)
}

func BenchmarkLong(b *testing.B) {
	if testing.Short() {
		b.Skip("makes a file of five million samples")
	}
	b.Cleanup(func() {
		if path, err := long(); err == nil {
			os.RemoveAll(filepath.Dir(path))
		}
	})
	year := longEnd.AddDate(-1, 0, 0)
	b.Run("size", func(b *testing.B) {
		db, _ := openLong(b)
		db.Close()
		info, err := os.Stat(db.Path())
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
		}
		// Half an hour of each day is a gap.
		samples := float64(longMinutes*10) * (1410.0 / 1440)
		b.ReportMetric(float64(info.Size())/samples, "B/sample")
		b.ReportMetric(0, "ns/op")
	})
	b.Run("open and first query", func(b *testing.B) {
		openLong(b)
		path, _ := long()
		for b.Loop() {
			db, err := Open(ctx, path, Options{})
			if err != nil {
				b.Fatal(err)
			}
			s := account(b, db)
			if _, ok, err := db.At(ctx, s, longEnd); !ok || err != nil {
				b.Fatal(ok, err)
			}
			b.StopTimer()
			db.Close()
			b.StartTimer()
		}
	})
	b.Run("last 24 h", func(b *testing.B) {
		db, s := openLong(b)
		rows := 0
		for b.Loop() {
			got, err := db.Range(ctx, s, longEnd.Add(-24*time.Hour), longEnd)
			if err != nil {
				b.Fatal(err)
			}
			rows = len(got)
		}
		b.ReportMetric(float64(rows), "rows")
	})
	for _, n := range []int{1, 120, 365} {
		b.Run(fmt.Sprintf("one year in %d", n), func(b *testing.B) {
			db, s := openLong(b)
			for b.Loop() {
				p, err := db.Buckets(ctx, s, year, longEnd, n)
				if err != nil || len(p.Buckets) != n {
					b.Fatal(len(p.Buckets), err)
				}
			}
		})
	}
	b.Run("poll and changed", func(b *testing.B) {
		db, s := openLong(b)
		for b.Loop() {
			if _, err := db.Changed(ctx); err != nil {
				b.Fatal(err)
			}
			if _, _, err := db.Poll(ctx, s); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		db, _ := openLong(b)
		for b.Loop() {
			verify(b, db)
		}
	})
}
