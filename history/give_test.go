package history

import (
	"testing"
	"time"
)

func BenchmarkLoad(b *testing.B) {
	db := openMemoryTest(b)
	s, err := db.Series(b.Context(), "a", "u", "account")
	if err != nil {
		b.Fatal(err)
	}
	const n = 16_000
	var readings []Reading
	for i := range n {
		readings = append(readings, Reading{Series: s, At: time.Unix(1_790_000_000+int64(i)*300, 0), UsageUSD: float64(i)})
	}
	if err := db.Record(b.Context(), PollUpdate{Series: s}, readings...); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		past, err := db.Load(b.Context(), Want{Account: s})
		if err != nil {
			b.Fatal(err)
		}
		if got := len(past.Trails[s].Samples); got != n {
			b.Fatalf("%d samples, want %d", got, n)
		}
	}
}

// A row of another type is damage, not another number.
func TestASampleOfAnotherType(t *testing.T) {
	db := openMemoryTest(t)
	for _, of := range []string{"1, 'x', 2.0", "1, 2, 'x'", "1, 2, 3", "1, NULL, 2.0"} {
		taken := 0
		err := db.given("SELECT count(give(?1, "+of+"))", func(int64, row) { taken++ })
		if err == nil || taken > 0 {
			t.Errorf("(%s) = %d rows, %v, want none and an error", of, taken, err)
		}
	}
}
