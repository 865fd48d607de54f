package sorted

import (
	"cmp"
	"math"
	"math/rand/v2"
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

func TestWithoutLeavesTheList(t *testing.T) {
	type numbers []int
	odd := func(n *int) bool { return *n%2 == 1 }
	list := numbers{1, 2, 3, 4}
	rest := Without(list, odd)
	if !slices.Equal(rest, numbers{2, 4}) {
		t.Errorf("without the odd ones: %v", rest)
	}
	rest[0] = 7
	if !slices.Equal(list, numbers{1, 2, 3, 4}) {
		t.Errorf("the list became %v", list)
	}
	if all := Without(numbers{1}, odd); all == nil || len(all) > 0 {
		t.Errorf("nothing left is not the same as no list: %#v", all)
	}
	if none := Without(numbers(nil), odd); none != nil {
		t.Errorf("no list became %#v", none)
	}
}

func TestNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		got := make([]float64, n)
		for i := range got {
			got[i] = math.Round(rng.NormFloat64() * 20)
		}
		want := slices.Clone(got)
		slices.Sort(want)
		if Numbers(got); !slices.Equal(got, want) {
			t.Fatalf("Numbers of %d = %v, want %v", n, got, want)
		}
	}
}

func TestInsert(t *testing.T) {
	for i := range 4 {
		want := slices.Insert([]string{"a", "b", "c"}, i, "x")
		if got := Insert([]string{"a", "b", "c"}, i, "x"); !slices.Equal(got, want) {
			t.Errorf("Insert at %d = %v, want %v", i, got, want)
		}
	}
}
