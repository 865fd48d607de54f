package sorted

import (
	"cmp"
	"slices"
	"testing"
	"testing/quick"
)

func TestByIsStable(t *testing.T) {
	type row struct {
		key   uint8
		place int
	}
	holds := func(keys []uint8) bool {
		rows := make([]row, len(keys))
		for i, k := range keys {
			rows[i] = row{k % 8, i}
		}
		want := slices.Clone(rows)
		byKey := func(a, b row) int { return cmp.Compare(a.key, b.key) }
		slices.SortStableFunc(want, byKey)
		By(rows, byKey)
		return slices.Equal(rows, want)
	}
	if err := quick.Check(holds, &quick.Config{MaxCount: 500}); err != nil {
		t.Error(err)
	}
}
