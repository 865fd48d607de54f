package config

// Package is one [[packages]] table: credits as they are sold.
type Package struct {
	// AmountUSD are the credits bought, BonusUSD those that are added to them.
	AmountUSD, BonusUSD float64
	PriceUSD            *float64 // PriceUSD is what they cost without OpenRouter's fee; nil is unknown.
}

var packageSettings = settings[Package]{
	"amount": func(p *Package, v value) error { return v.number(&p.AmountUSD) },
	"bonus":  func(p *Package, v value) error { return v.number(&p.BonusUSD) },
	"price": func(p *Package, v value) error {
		p.PriceUSD = new(float64)
		return v.number(p.PriceUSD)
	},
}

func (c *Config) checkPackages(at places) *Error {
	for i, p := range c.Packages {
		t := at.table("packages", i)
		if !t.set("amount") {
			return t.problem("", "this package has no amount")
		}
		if p.AmountUSD <= 0 {
			return t.problem("amount", "amount must be above 0")
		}
	}
	return nil
}
