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

// The first few and the others have as much as all, and rows that were chosen are
// their own total.
func TestTopAndOnly(t *testing.T) {
	u := func(v float64) *float64 { return &v }
	b := Breakdown{TotalUSD: u(10), UnattributedUSD: u(1), BYOKUSD: u(3), Rows: []Row{
		{ID: "a", SpendUSD: u(5), Share: u(.5), BYOKUSD: u(2)}, {ID: "b", SpendUSD: u(3), Share: u(.3), BYOKUSD: u(1)}, {ID: "c", SpendUSD: u(1), Share: u(.1)}, {ID: "d"},
	}}
	top := b.Top(1)
	if len(top.Rows) != 1 || top.OthersCount != 3 || *top.Others.SpendUSD != 4 || *top.Others.Share != .4 || *top.Others.BYOKUSD != 1 {
		t.Errorf("the first and the others: %+v, %+v", top.Rows, top.Others)
	}
	if *top.TotalUSD != 10 || *top.UnattributedUSD != 1 {
		t.Errorf("the first leave %v and %v, want what all have", *top.TotalUSD, *top.UnattributedUSD)
	}
	if all := b.Top(4); all.Others != nil || len(all.Rows) != 4 {
		t.Errorf("the first four of four: %+v, others %+v", all.Rows, all.Others)
	}
	only := b.Only(b.Rows[1:3])
	if len(only.Rows) != 2 || *only.TotalUSD != 4 || *only.BYOKUSD != 1 || only.UnattributedUSD != nil || !only.Selected {
		t.Errorf("two rows: %+v", only)
	}
	if unknown := b.Only(b.Rows[3:]); unknown.TotalUSD != nil {
		t.Errorf("a row whose spend is not known has a total of %v", *unknown.TotalUSD)
	}
	if *b.TotalUSD != 10 || len(b.Rows) != 4 || b.Others != nil {
		t.Errorf("the breakdown has changed: %+v", b)
	}
}

// Shares are of the account's spend, or of the rows' where that is more; without the
// account's, of the rows' where they are all there is.
func TestShares(t *testing.T) {
	for _, c := range []struct {
		name  string
		total *float64
		alone bool
		want  *float64 // of the row of $3
		rest  *float64
	}{
		{"of the account's", usd(16), false, usd(3. / 16), usd(12)},
		{"of the rows', which are more", usd(2), false, usd(.75), usd(-2)},
		{"of the rows' without an account's", nil, false, usd(.75), nil},
		{"of neither", nil, true, nil, nil},
		{"of the account's, which is known of rows alone", usd(16), true, usd(3. / 16), usd(12)},
	} {
		b := Breakdown{TotalUSD: c.total, Rows: []Row{{ID: "b", SpendUSD: usd(1)}, {ID: "a", SpendUSD: usd(3)}}}
		b.sum(c.alone)
		if got := b.Rows[0].Share; b.Rows[0].ID != "a" || deref(got) != deref(c.want) || deref(b.UnattributedUSD) != deref(c.rest) {
			t.Errorf("%s: %s has %v, want a to have %v; not attributed %v, want %v", c.name, b.Rows[0].ID, deref(got), deref(c.want), deref(b.UnattributedUSD), deref(c.rest))
		}
	}
}

// What a row's use costs, and how its spend changed.
func TestFiguresOfARow(t *testing.T) {
	r := Row{SpendUSD: usd(3)}
	r.use(usage{tokens: usd(2e6), requests: usd(4.4), byokUSD: usd(1)})
	if deref(r.USDPerMtok) != 1.5 || *r.Requests != 4 || *r.Tokens != 2e6 || *r.BYOKUSD != 1 {
		t.Errorf("$3 for 2,000,000 tokens: %v a million, %v requests, %v tokens", deref(r.USDPerMtok), *r.Requests, *r.Tokens)
	}
	for _, c := range []struct {
		before, change *float64
		isNew          bool
	}{{usd(2), usd(.5), false}, {usd(6), usd(-.5), false}, {usd(0), nil, true}, {nil, nil, false}} {
		r := Row{SpendUSD: usd(3)}
		if r.since(c.before); deref(r.ChangeRatio) != deref(c.change) || r.New != c.isNew {
			t.Errorf("after $%v: changed by %v, new: %v, want %v, %v", deref(c.before), deref(r.ChangeRatio), r.New, deref(c.change), c.isNew)
		}
	}
}
