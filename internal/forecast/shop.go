package forecast

import (
	"cmp"
	"math"
	"slices"

	"ortop/internal/sorted"
)

// Package is credits as they are sold.
type Package struct {
	AmountUSD, BonusUSD float64 // the credits bought, and those that are added
	// PriceUSD is what they cost without the fee; nil is unknown.
	PriceUSD *float64
}

// creditsUSD is what one adds to the balance.
func (p *Package) creditsUSD() float64 { return p.AmountUSD + p.BonusUSD }

// The fee that OpenRouter takes for each purchase by card, and the smallest that
// it sells.
const (
	feeShare    = 0.055
	leastFeeUSD = 0.80
	leastBuyUSD = 5
)

// mostUSD is how much is bought at most, and what the largest package adds or costs.
const mostUSD = 100_000

// Item is a package and how many of it are bought, one purchase each.
type Item struct {
	Package
	Count int
}

// Purchases is what to buy, and how long the balance lasts with it.
type Purchases struct {
	Items   []Item   // of different packages, the largest first
	CostUSD *float64 // with the fees; nil is unknown
	Lasts   Forecast
}

// AmountUSD is the credits bought, BonusUSD those that are added to them.
func (p *Purchases) AmountUSD() (usd float64) {
	for i := range p.Items {
		usd += float64(p.Items[i].Count) * p.Items[i].AmountUSD
	}
	return usd
}

// BonusUSD is the credits that are added to those bought.
func (p *Purchases) BonusUSD() (usd float64) {
	for i := range p.Items {
		usd += float64(p.Items[i].Count) * p.Items[i].BonusUSD
	}
	return usd
}

// CreditsUSD is what they add to the balance.
func (p *Purchases) CreditsUSD() float64 { return p.AmountUSD() + p.BonusUSD() }

// cheapest returns the purchases that add neededUSD at the least cost, and of the
// same cost the most credits. Where no price is known they are the fewest credits. Of
// no packages given, any whole amount is sold at its own price. ok is false where
// nothing is sold, or mostUSD is too little.
func cheapest(packages []Package, neededUSD float64) (best Purchases, ok bool) {
	if len(packages) == 0 {
		usd := max(leastBuyUSD, roundUp(neededUSD, 1))
		one := Package{AmountUSD: usd, PriceUSD: &usd}
		cost := float64(one.cents()) / 100
		return Purchases{Items: []Item{{one, 1}}, CostUSD: &cost}, true
	}
	if neededUSD > mostUSD {
		return best, false
	}
	known := slices.ContainsFunc(packages, func(p Package) bool { return p.PriceUSD != nil })
	var offers []offer
	for i := range packages {
		o := offer{credits: int64(math.Floor(packages[i].creditsUSD()*100 + 1e-6)), of: i}
		o.cost = o.credits
		if known {
			if packages[i].PriceUSD == nil {
				continue
			}
			o.cost = packages[i].cents()
		}
		if o.credits > 0 && o.cost > 0 && o.cost <= 2*cents(mostUSD) && o.credits <= cents(mostUSD) {
			offers = append(offers, o)
		}
	}
	counts := mix(offers, len(packages), max(1, cents(neededUSD)))
	cost := int64(0)
	for _, o := range offers {
		if n := counts[o.of]; n > 0 {
			best.Items = append(best.Items, Item{packages[o.of], n})
			cost += int64(n) * o.cost
		}
	}
	if usd := float64(cost) / 100; known {
		best.CostUSD = &usd
	}
	sorted.Rows(best.Items, func(a, b *Item) int { return cmp.Compare(b.creditsUSD(), a.creditsUSD()) })
	return best, len(best.Items) > 0
}

// cents is usd in whole cents, rounded up.
func cents(usd float64) int64 { return int64(math.Ceil(usd*100 - 1e-6)) }

// cents is what one costs with its fee, of a price that is known.
func (p *Package) cents() int64 { return cents(*p.PriceUSD + max(leastFeeUSD, feeShare**p.PriceUSD)) }
