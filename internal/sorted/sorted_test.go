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
		too := slices.Clone(rows)
		By(rows, byKey)
		Rows(too, func(a, b *row) int { return byKey(*a, *b) })
		return slices.Equal(rows, want) && slices.Equal(too, want)
	}
	if err := quick.Check(holds, &quick.Config{MaxCount: 500}); err != nil {
		t.Error(err)
	}
}
