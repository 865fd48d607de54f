package forecast

import "math"

// Package is credits as they are sold.
type Package struct {
	AmountUSD, BonusUSD float64 // the credits bought, and those that are added
	// PriceUSD is what they cost without the fee; nil is unknown.
	PriceUSD *float64
}

// The fee that OpenRouter takes for a purchase by card, and the smallest that it
// sells.
const (
	feeShare    = 0.055
	leastFeeUSD = 0.80
	leastBuyUSD = 5
)

// Purchases is a number of packages of a kind, and how long the balance lasts with
// them.
type Purchases struct {
	Package
	Count   int
	CostUSD *float64 // with the fees; nil is unknown
	Lasts   Forecast
}

// CreditsUSD is what they add to the balance.
func (p *Purchases) CreditsUSD() float64 { return float64(p.Count) * (p.AmountUSD + p.BonusUSD) }

// mostPackages is how many are bought at once at most.
const mostPackages = 20

// cheapest returns the purchases that add neededUSD at the least cost. A cost that
// is not known is more than any that is. Of none given, any whole amount is sold at
// its own price. ok is false where mostPackages of each are too few.
func cheapest(packages []Package, neededUSD float64) (best Purchases, ok bool) {
	if len(packages) == 0 {
		usd := max(leastBuyUSD, roundUp(neededUSD, 1))
		packages = []Package{{AmountUSD: usd, PriceUSD: &usd}}
	}
	for _, p := range packages {
		each := p.AmountUSD + p.BonusUSD
		if !(each > 0) || neededUSD > each*mostPackages*(1+1e-9) {
			continue
		}
		b := Purchases{Package: p, Count: int(max(1, math.Ceil(neededUSD/each-1e-9)))}
		if p.PriceUSD != nil {
			cost := roundUp(float64(b.Count)*(*p.PriceUSD+max(leastFeeUSD, feeShare**p.PriceUSD)), 0.01)
			b.CostUSD = &cost
		}
		if !ok || b.cheaper(&best) {
			best, ok = b, true
		}
	}
	return best, ok
}

// cheaper reports whether b costs less than than, or is fewer credits where neither
// price is known.
func (b *Purchases) cheaper(than *Purchases) bool {
	switch {
	case b.CostUSD == nil && than.CostUSD == nil:
		return b.CreditsUSD() < than.CreditsUSD()
	case b.CostUSD == nil || than.CostUSD == nil:
		return than.CostUSD == nil
	}
	return *b.CostUSD < *than.CostUSD || *b.CostUSD == *than.CostUSD && b.CreditsUSD() > than.CreditsUSD()
}
