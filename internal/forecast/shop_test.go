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
		name         string
		packages     []Package
		needed       float64
		count        int
		amount, cost float64 // a cost of 0 is unknown
	}{
		{"any amount, by the least fee", nil, 7.2, 1, 8, 8.80},
		{"any amount, by its share", nil, 99.5, 1, 100, 105.50},
		{"the smallest that is sold", nil, 0.3, 1, 5, 5.80},
		{"one", list, 8, 1, 10, 10.80},
		{"two of a kind", list, 15, 2, 10, 21.60},
		{"the bonus counts", list, 60, 1, 50, 52.75},
		{"what is cheaper than five small ones", list, 49, 1, 50, 52.75},
		{"an unknown price, where no other is there", list[2:], 150, 2, 100, 0},
	} {
		b, ok := cheapest(c.packages, c.needed)
		cost := 0.0
		if b.CostUSD != nil {
			cost = *b.CostUSD
		}
		if !ok || b.Count != c.count || b.AmountUSD != c.amount || math.Abs(cost-c.cost) > 1e-9 {
			t.Errorf("%s: cheapest = %d of %v for %v, %v; want %d of %v for %v", c.name, b.Count, b.AmountUSD, cost, ok, c.count, c.amount, c.cost)
		}
	}
	if b, ok := cheapest(list[:1], 1e6); ok {
		t.Errorf("cheapest = %+v, want none for so much", b)
	}
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
