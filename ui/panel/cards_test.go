package panel

import (
	"strings"
	"testing"

	"ortop/internal/spenders"
)

// A little less than nothing is billing on its way, and takes nobody's line.
func TestCardsLeaveOutNoise(t *testing.T) {
	for usd, want := range map[float64]bool{-0.0008: false, 0: true, 0.12: true, -2: true} {
		b := &spenders.Breakdown{Rows: []spenders.Row{{Name: "laptop", SpendUSD: new(12.0)}}, TotalUSD: new(12.0), UnattributedUSD: &usd}
		lines := strings.Join(cardLines(plainPen, b, 46, 4), "\n")
		if got := strings.Contains(lines, "not attributed"); got != want {
			t.Errorf("%v that are in no row stand there: %v, want %v\n%s", usd, got, want, lines)
		}
	}
}

// What many rows come to is summed up once for a list, and anew for another and for
// others of its rows.
func TestOthersAreSummedOnce(t *testing.T) {
	list := func(usd float64) (rows []spenders.Row) {
		for range keptRows + 10 {
			rows = append(rows, spenders.Row{SpendUSD: &usd, Trend: []float64{usd, 2 * usd}})
		}
		return rows
	}
	one, two := list(1), list(2)
	first := othersOf(one, 5)
	for _, c := range []struct {
		rows []spenders.Row
		n    int
		usd  float64
	}{{one, 5, keptRows + 5}, {one, 6, keptRows + 4}, {two, 6, 2 * (keptRows + 4)}, {two[:20], 6, 2 * 14}, {one, 5, keptRows + 5}} {
		got := othersOf(c.rows, c.n)
		if *got.sum.SpendUSD != c.usd || got.highest != 2**c.rows[0].SpendUSD {
			t.Errorf("%d rows from %d on come to %v, the highest part %v", len(c.rows), c.n, *got.sum.SpendUSD, got.highest)
		}
	}
	again := othersOf(one, 5)
	if again == first || othersOf(one, 5) != again {
		t.Error("the sum of a list is not kept, or not that of the last alone")
	}
}
