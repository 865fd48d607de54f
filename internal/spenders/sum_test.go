package spenders

import "testing"

func TestSumsOfRows(t *testing.T) {
	usd := func(v float64) *float64 { return &v }
	rows := []Row{{SpendUSD: usd(5), Share: usd(0.5), BYOKUSD: usd(1)}, {SpendUSD: usd(2)}, {}}
	sum := Together("3 more", rows)
	if sum.Name != "3 more" || *sum.SpendUSD != 7 || *sum.Share != 0.5 || *sum.BYOKUSD != 1 {
		t.Errorf("Together = %+v", sum)
	}
	if *rows[0].SpendUSD != 5 {
		t.Errorf("the rows have changed: %v", *rows[0].SpendUSD)
	}
	if none := Together("", rows[2:]); none.SpendUSD != nil || none.Share != nil {
		t.Errorf("Together of what is not known = %+v, want unknown", none)
	}
	b := Breakdown{TotalUSD: usd(10)}
	if got := b.Besides(rows[:2]); got == nil || *got != 3 {
		t.Errorf("Besides = %v, want 3", got)
	}
	if b.Besides(rows) != nil || (Breakdown{}).Besides(rows[:1]) != nil {
		t.Error("what is besides the unknown is known")
	}
	if got := b.ShareOf(usd(2)); got == nil || *got != 0.2 {
		t.Errorf("ShareOf = %v, want 0.2", got)
	}
	if b.ShareOf(nil) != nil || (Breakdown{TotalUSD: usd(0)}).ShareOf(usd(1)) != nil {
		t.Error("a share of nothing, or of the unknown, is known")
	}
}
