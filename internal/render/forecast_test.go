package render

import (
	"strings"
	"testing"

	"ortop/internal/forecast"
	"ortop/internal/render/rendertest"
)

func TestWhatToBuy(t *testing.T) {
	fixed := rendertest.Fixed()
	ask, needed := forecast.Ask{Until: rendertest.Now.AddDate(0, 0, 9)}, rendertest.USD(40)
	for _, c := range []struct {
		buy  *forecast.Purchases
		want string
	}{
		{&forecast.Purchases{Items: []forecast.Item{{Package: forecast.Package{AmountUSD: 50, PriceUSD: rendertest.USD(50)}, Count: 1}}, CostUSD: rendertest.USD(52.75)}, "buy          $50.00 for $52.75 with fees\n"},
		{&forecast.Purchases{Items: []forecast.Item{{Package: forecast.Package{AmountUSD: 20, BonusUSD: 2}, Count: 2}}}, "buy          2 x $20.00 with $2.00 extra, whose price is not known\n"},
		{&forecast.Purchases{Items: []forecast.Item{{Package: forecast.Package{AmountUSD: 100}, Count: 1}, {Package: forecast.Package{AmountUSD: 80}, Count: 1}}, CostUSD: rendertest.USD(184.63)}, "buy          1 x $100.00 and 1 x $80.00 for $184.63 with fees\n"},
		{nil, "buy          no package of the configuration is enough\n"},
	} {
		got := ForecastText(&fixed, ask, forecast.Plan{NeededUSD: needed, Buy: c.buy}, rendertest.Now) + "\n"
		if !strings.Contains(got, c.want) {
			t.Errorf("it says\n%s\nwant %s", got, c.want)
		}
	}
}

// What is bought is the amount times the count, also of a mix, and packages says of what.
func TestWhatToBuyForScripts(t *testing.T) {
	two := forecast.Item{Package: forecast.Package{AmountUSD: 20, BonusUSD: 2, PriceUSD: rendertest.USD(20)}, Count: 2}
	one := forecast.Item{Package: forecast.Package{AmountUSD: 10, PriceUSD: rendertest.USD(10)}, Count: 1}
	for _, c := range []struct {
		items         []forecast.Item
		amount, bonus float64
		count         int
	}{
		{[]forecast.Item{two}, 20, 2, 2},
		{[]forecast.Item{two, one}, 50, 4, 1},
	} {
		got := buyObject(&forecast.Purchases{Items: c.items, CostUSD: rendertest.USD(53)})
		if got.Amount != c.amount || got.Bonus != c.bonus || got.Count != c.count || *got.Cost != 53 || len(got.Packages) != len(c.items) {
			t.Errorf("%+v: %+v, want %d of %v and %v", c.items, got, c.count, c.amount, c.bonus)
		}
		for i, p := range got.Packages {
			if w := c.items[i]; p.Amount != w.AmountUSD || p.Bonus != w.BonusUSD || p.Count != w.Count {
				t.Errorf("package %d is %+v, want %+v", i, p, w)
			}
		}
	}
	if buyObject(nil) != nil {
		t.Error("nothing to buy is a purchase")
	}
}
