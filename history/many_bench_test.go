package history

import (
	"fmt"
	"testing"
	"time"
)

// manyKeys is how many keys a large account has.
const manyKeys = 5000

// keyReadings returns a reading of each of manyKeys key series.
func keyReadings(b *testing.B, db *DB) []Reading {
	b.Helper()
	readings := make([]Reading, manyKeys)
	for i := range readings {
		s, err := db.Series(ctx, "personal", "https://openrouter.ai/api/v1", fmt.Sprintf("key:%064x", i))
		if err != nil {
			b.Fatal(err)
		}
		readings[i] = Reading{Series: s, UsageUSD: float64(i)}
	}
	return readings
}

// recordKeys records the nth poll; every hundredth reading changed. Polls are
// a second apart, for the hourly rows of all keys would fall together here.
func recordKeys(b *testing.B, db *DB, readings []Reading, n int) {
	b.Helper()
	for i := range readings {
		readings[i].At = at(float64(n) / 60)
		if i%100 == n%100 {
			readings[i].UsageUSD += 0.01
		}
	}
	update := PollUpdate{Series: account(b, db), Attempt: readings[0].At, Interval: 5 * time.Minute}
	if err := db.Record(ctx, update, readings...); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRecordMany is one durable poll of 5,000 keys, of which 50 changed.
func BenchmarkRecordMany(b *testing.B) {
	db, _ := fresh(b)
	readings := keyReadings(b, db)
	recordKeys(b, db, readings, 0)
	n := 0
	for b.Loop() {
		n++
		recordKeys(b, db, readings, n)
	}
}

// BenchmarkSeriesMany names 5,000 series that are known.
func BenchmarkSeriesMany(b *testing.B) {
	db, _ := fresh(b)
	keyReadings(b, db)
	for b.Loop() {
		keyReadings(b, db)
	}
}

// BenchmarkSpends is the spend of 5,000 keys over a day of a day and a half of hourly rows.
func BenchmarkSpends(b *testing.B) {
	for _, gap := range []bool{false, true} {
		b.Run(fmt.Sprintf("gap at the start %v", gap), func(b *testing.B) {
			db, _ := fresh(b)
			readings := keyReadings(b, db)
			const hours = 36
			update := PollUpdate{Series: account(b, db), Interval: time.Hour}
			for n := range hours {
				if gap && n > hours-28 && n < hours-20 {
					continue
				}
				for i := range readings {
					readings[i].At = at(float64(60 * n))
					if i%10 == n%10 {
						readings[i].UsageUSD += 0.01
					}
				}
				if err := db.Record(ctx, update, readings...); err != nil {
					b.Fatal(err)
				}
			}
			from, to := at(60*(hours-24)), at(60*hours)
			for b.Loop() {
				spends, err := db.Spends(ctx, "personal", "https://openrouter.ai/api/v1", "key:", from, to)
				if err != nil || len(spends) != manyKeys {
					b.Fatal(len(spends), err)
				}
			}
		})
	}
}
