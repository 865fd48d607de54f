package forecast

import (
	"math"
	"testing"
	"time"
)

func TestCheapestPurchase(t *testing.T) {
	list := []Package{
		{AmountUSD: 10, PriceUSD: usd(10)},
		{AmountUSD: 50, BonusUSD: 10, PriceUSD: usd(50)},
		{AmountUSD: 100},
	}
	for _, c := range []struct {
		name     string
		packages []Package
		needed   float64
		want     []Item  // count and amount alone
		cost     float64 // 0 is unknown
	}{
		{"any amount, by the least fee", nil, 7.2, items(1, 8), 8.80},
		{"any amount, by its share", nil, 99.5, items(1, 100), 105.50},
		{"any amount, however large", nil, 2e6 - .5, items(1, 2e6), 2.11e6},
		{"the smallest that is sold", nil, 0.3, items(1, 5), 5.80},
		{"one", list, 8, items(1, 10), 10.80},
		{"two of a kind", list, 15, items(2, 10), 21.60},
		{"the bonus counts", list, 60, items(1, 50), 52.75},
		{"what is cheaper than five small ones", list, 49, items(1, 50), 52.75},
		{"an unknown price, where no other is there", list[2:], 150, items(2, 100), 0},
		{"the fewest credits, where no price is known", []Package{{AmountUSD: 100}, {AmountUSD: 30}}, 125, items(1, 100, 1, 30), 0},
		{"a mix", []Package{{AmountUSD: 80, PriceUSD: usd(85)}, {AmountUSD: 100, PriceUSD: usd(90)}}, 172, items(1, 100, 1, 80), 184.63},
		{"thousands", list, 90_000, items(1500, 50), 79_125},
		{"cents below what is needed are too little", []Package{{AmountUSD: 9.999, PriceUSD: usd(9)}}, 9.99, items(1, 9.999), 9.80},
		{"and so are two", []Package{{AmountUSD: 9.999, PriceUSD: usd(9)}}, 10, items(2, 9.999), 19.60},
	} {
		b, ok := cheapest(c.packages, c.needed)
		cost := 0.0
		if b.CostUSD != nil {
			cost = *b.CostUSD
		}
		same := len(b.Items) == len(c.want)
		for i := range c.want {
			same = same && b.Items[i].Count == c.want[i].Count && b.Items[i].AmountUSD == c.want[i].AmountUSD
		}
		if !ok || !same || math.Abs(cost-c.cost) > 1e-9 || b.CreditsUSD() < c.needed-1e-9 {
			t.Errorf("%s: cheapest = %+v for %v, %v; want %+v for %v", c.name, b.Items, cost, ok, c.want, c.cost)
		}
	}
	for _, packages := range [][]Package{list[:1], {{AmountUSD: 5, BonusUSD: -5}}, {{AmountUSD: 1e6, PriceUSD: usd(1e6)}}} {
		if b, ok := cheapest(packages, 100_000.01); ok {
			t.Errorf("cheapest = %+v, want none for so much", b)
		}
	}
}

// items are counts of packages of an amount.
func items(pairs ...float64) (list []Item) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, Item{Package: Package{AmountUSD: pairs[i+1]}, Count: int(pairs[i])})
	}
	return list
}

// What is named to be bought does last until then, with 90 % certainty.
func TestWhatIsBoughtLasts(t *testing.T) {
	samples := bursty(5 * 1440)
	m := New(samples[len(samples)-1].At, samples, Options{})
	until := m.at.Add(20 * 24 * time.Hour)
	p := m.Plan(3, Ask{Until: until, Packages: []Package{{AmountUSD: 200, BonusUSD: 1, PriceUSD: usd(200)}}})
	if p.Buy == nil || p.Buy.CreditsUSD() < *p.NeededUSD || p.Buy.Lasts.Time(p.Buy.Lasts.P10).Before(until.Add(-time.Minute)) {
		t.Errorf("Buy = %+v, want what lasts until %v", p.Buy, until)
	}
	if p := m.Plan(1e6, Ask{Until: until}); p.Buy != nil {
		t.Errorf("Buy = %+v, want nothing where nothing is needed", p.Buy)
	}
}
