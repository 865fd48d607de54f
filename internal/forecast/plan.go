package forecast

import (
	"math"
	"time"
)

// Ask is what a plan is asked for. The zero Ask asks for auto-top-up of a week.
type Ask struct {
	// TopUpUSD is what is bought now; nil is nothing.
	TopUpUSD *float64
	// Until is the moment that the balance should reach; zero: none.
	Until time.Time
	// Days is how long the amount of one automatic top-up should last. If
	// zero, it is 7.
	Days float64
	// Packages are what is sold; none: any amount, at its own price.
	Packages []Package
}

// Plain reports whether a plan for it at a moment would have an automatic top-up of a
// week alone, which goes by no balance.
func (a *Ask) Plain(at time.Time) bool {
	return a.TopUpUSD == nil && !a.Until.After(at) && !(a.Days > 0)
}

// Plan is what the forecast means for buying credits. Fees are in the cost of Buy
// alone.
type Plan struct {
	// WithTopUp is the forecast of the balance and the top-up together; the zero
	// Forecast where none was asked about.
	WithTopUp Forecast
	// NeededUSD is the least top-up, in whole cents, with which the balance
	// reaches Until with 90 % probability; 0 if it does anyway. It is nil
	// without an Until in the future or a forecast.
	NeededUSD *float64
	// Buy is the cheapest purchase that adds so much; nil where nothing is needed,
	// or nothing that is sold is enough.
	Buy *Purchases
	// AllowanceUSDPerDay spends the balance evenly up to Until; nil without an
	// Until in the future, or where nothing is left.
	AllowanceUSDPerDay *float64
	// Auto is nil where there is no forecast.
	Auto *AutoTopUp
}

// AutoTopUp are settings of automatic top-up that suit the burn rate.
type AutoTopUp struct {
	// ThresholdUSD, in whole dollars, is enough for the next day with 90 %
	// probability: the time to notice that a payment failed.
	ThresholdUSD float64       `json:"threshold_usd"`
	AmountUSD    float64       `json:"amount_usd"`    // a round sum
	Every        time.Duration `json:"every"`         // how often it would be bought
	USDPerMonth  float64       `json:"usd_per_month"` // in 30 days
}

// Planner plans for one balance. What one plan is made of, the next goes by too, so
// that a person can try one after another. Only one goroutine may use it at a time.
type Planner struct {
	model      *Model
	balanceUSD float64
	ladder     ladder   // empty: no plan needed it yet
	nextDayUSD *float64 // what a day spends at most; nil: no plan needed it yet, or it is not known
}

// Planner plans for an account with balanceUSD left, which may be below 0.
func (m *Model) Planner(balanceUSD float64) *Planner {
	return &Planner{model: m, balanceUSD: balanceUSD, ladder: ladder{model: m}}
}

// Plan is one plan of a Planner.
func (m *Model) Plan(balanceUSD float64, a Ask) Plan { return m.Planner(balanceUSD).Plan(a) }

// Plan plans. What it says never falls with the sum: of two balances the larger lasts
// longer.
func (pl *Planner) Plan(a Ask) Plan {
	m, balanceUSD := pl.model, pl.balanceUSD
	topUp := 0.0
	if a.TopUpUSD != nil && *a.TopUpUSD > 0 {
		topUp = *a.TopUpUSD
	}
	sum := balanceUSD + topUp
	var p Plan
	if a.TopUpUSD != nil {
		p.WithTopUp = m.Forecast(&sum)
	}
	left := a.Until.Sub(m.at).Seconds()
	if left > 0 && balanceUSD > 0 {
		v := balanceUSD / (left / day)
		p.AllowanceUSDPerDay = &v
	}
	if !m.ready() || !finite(sum) {
		return p
	}
	l := &pl.ladder
	if len(l.rungs) == 0 {
		l.start(balanceUSD)
	}
	if p.WithTopUp.State == OK {
		q := l.seconds(sum)
		p.WithTopUp.P10, p.WithTopUp.P50, p.WithTopUp.P90 = q[0], q[1], q[2]
		p.WithTopUp.RateUSDPerHour = sum / q[1] * hour
	}
	if left > 0 {
		if usd, ok := l.reach(left); ok {
			v := max(0, roundUp(usd-balanceUSD, 0.01))
			p.NeededUSD = &v
			p.Buy = m.buy(l, balanceUSD, v, a.Packages)
		}
	}
	p.Auto = pl.auto(a.Days)
	return p
}

// buy returns the cheapest purchase that adds neededUSD, and how long the balance
// lasts with it by l.
func (m *Model) buy(l *ladder, balanceUSD, neededUSD float64, packages []Package) *Purchases {
	if neededUSD == 0 {
		return nil
	}
	best, ok := cheapest(packages, neededUSD)
	if !ok {
		return nil
	}
	sum := balanceUSD + best.CreditsUSD()
	if best.Lasts = m.Forecast(&sum); best.Lasts.State == OK {
		q := l.seconds(sum)
		best.Lasts.P10, best.Lasts.P50, best.Lasts.P90 = q[0], q[1], q[2]
	}
	return &best
}

// auto returns settings by which one top-up lasts for the given days.
func (pl *Planner) auto(days float64) *AutoTopUp {
	if !(days > 0) {
		days = 7
	}
	if pl.nextDayUSD == nil {
		usd, ok := pl.model.SpendWithin(24 * time.Hour)
		if !ok {
			return nil
		}
		pl.nextDayUSD = &usd
	}
	month, _ := pl.model.MonthUSD()
	perDay := month / 30
	a := &AutoTopUp{ThresholdUSD: roundUp(*pl.nextDayUSD, 1), AmountUSD: roundSum(perDay * days), USDPerMonth: month}
	a.Every = duration(a.AmountUSD / perDay * day)
	return a
}

// MonthUSD returns what is spent in 30 days at the base rate, and so what an
// automatic top-up charges in them, in USD; ok is false where there are too few
// facts.
func (m *Model) MonthUSD() (usd float64, ok bool) {
	return m.now.base * 30 * day, m.ready()
}

// quietTimes is how often the span that is asked about must fit into a history
// without any spend, for spend in it to have at most 10 % probability: with
// nothing known of the rate, that of spend within d after a time h without is
// d / (h + d).
const quietTimes = 9

// SpendWithin returns what is spent at most, with 90 % probability, within d of
// the model's moment, in USD: the least balance that lasts so long with that
// probability. It never falls as d grows, and is 0 for a d of 0. ok is false
// where there are too few facts. No spend is expected where there was none
// for nine times as long.
func (m *Model) SpendWithin(d time.Duration) (usd float64, ok bool) {
	if d <= 0 {
		return 0, true
	}
	if p := &m.path; len(p.samples) > 0 && p.end.rises == 0 {
		return 0, p.now-p.first >= quietTimes*d.Seconds()
	}
	if !m.ready() {
		return 0, false
	}
	l := ladder{model: m}
	l.start(0)
	return l.reach(d.Seconds())
}

// roundUp rounds usd up to a multiple of step, of which a share that is mere
// floating point does not count.
func roundUp(usd, step float64) float64 {
	n := math.Ceil(usd/step - 1e-6)
	if step < 1 {
		return n / math.Round(1/step)
	}
	return n * step
}

// leastTopUpUSD is the smallest sum that is worth it: the least fee by card is
// 0.80 USD.
const leastTopUpUSD = 5

// roundSum rounds usd up to a sum that people choose.
func roundSum(usd float64) float64 {
	usd = max(leastTopUpUSD, usd)
	scale := math.Pow(10, math.Floor(math.Log10(usd)))
	for _, step := range [...]float64{1, 1.5, 2, 2.5, 3, 4, 5, 7.5} {
		if usd <= step*scale*(1+1e-9) {
			return step * scale
		}
	}
	return 10 * scale
}
