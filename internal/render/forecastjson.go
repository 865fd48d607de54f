package render

import (
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
)

// ForecastObject is what forecast --json prints. Every key is always there; null is unknown.
type ForecastObject struct {
	Schema  int     `json:"schema"`
	Account string  `json:"account"`
	At      *string `json:"at"`
	Stale   bool    `json:"stale"`
	ForecastJSON
	AutoTopUp *autoTopUpJSON `json:"auto_top_up"`
	Chance    chanceJSON     `json:"chance"`
	Limits    []boundJSON    `json:"limits"`
	Rhythm    *rhythmJSON    `json:"rhythm"` // null: it is not used
	Drivers   []string       `json:"drivers"`
	Track     TrackJSON      `json:"track"`
	Plan      planJSON       `json:"plan"`
	Error     *ErrorJSON     `json:"error"`
}

// boundJSON is a limit of the key, and how likely it is spent before it resets.
type boundJSON struct {
	ForecastJSON
	ResetsAt *string  `json:"resets_at"`
	Chance   *float64 `json:"chance"` // null: not known, or it never resets
}

// rhythmJSON is when the account spends, relative to the mean.
type rhythmJSON struct {
	Hours []float64 `json:"hours_utc"`
	Days  []float64 `json:"days_from_monday"` // null: they are not used
}

type chanceJSON struct {
	H1 *float64 `json:"1h"`
	H6 *float64 `json:"6h"`
	D1 *float64 `json:"1d"`
	D3 *float64 `json:"3d"`
	D7 *float64 `json:"7d"`
}

// TrackJSON is how earlier forecasts did.
type TrackJSON struct {
	Made   int      `json:"made"`
	Held   int      `json:"held"`
	Factor *float64 `json:"typical_factor"`
}

type planJSON struct {
	TopUp     *float64      `json:"top_up_usd"`
	WithTopUp *ForecastJSON `json:"with_top_up"` // null without a top-up
	Until     *string       `json:"until"`
	Needed    *float64      `json:"needed_usd"`
	Buy       *buyJSON      `json:"buy"` // null: nothing is needed, or nothing is enough
	Allowance *float64      `json:"allowance_usd_per_day"`
	Auto      autoJSON      `json:"auto_top_up"`
}

// buyJSON is a purchase. Of one kind of package, amount, bonus and count are that
// package and how many of it; of a mix they are the sums, and count is 1.
type buyJSON struct {
	Amount   float64      `json:"amount_usd"`
	Bonus    float64      `json:"bonus_usd"`
	Count    int          `json:"count"`
	Cost     *float64     `json:"cost_usd"` // of all, with the fees; null: not known
	Packages []itemJSON   `json:"packages"`
	With     ForecastJSON `json:"with"`
}

// itemJSON is a package, and how many of it are bought.
type itemJSON struct {
	Amount float64 `json:"amount_usd"` // of one
	Bonus  float64 `json:"bonus_usd"`
	Count  int     `json:"count"`
}

func buyObject(b *forecast.Purchases) *buyJSON {
	if b == nil {
		return nil
	}
	o := buyJSON{b.AmountUSD(), b.BonusUSD(), 1, b.CostUSD, nil, ForecastJSONOf(b.Lasts)}
	for _, i := range b.Items {
		o.Packages = append(o.Packages, itemJSON{i.AmountUSD, i.BonusUSD, i.Count})
	}
	if len(o.Packages) == 1 {
		one := o.Packages[0]
		o.Amount, o.Bonus, o.Count = one.Amount, one.Bonus, one.Count
	}
	return &o
}

type autoJSON struct {
	Threshold *float64 `json:"threshold_usd"`
	Amount    *float64 `json:"amount_usd"`
	PerMonth  *float64 `json:"usd_per_month"`
}

// Forecast is the forecast of s, and the plan p that answers ask, as scripts see
// them at now.
func Forecast(s *account.Snapshot, ask forecast.Ask, p forecast.Plan, now time.Time) ForecastObject {
	o := ForecastObject{
		Schema: 1, Account: s.Account, At: TimestampOrNull(s.At), Stale: s.Stale(now), ForecastJSON: ForecastJSONOf(s.Forecast),
		AutoTopUp: autoTopUpObject(s),
		Drivers:   append([]string{}, s.Why(now)...),
		Track:     TrackJSONOf(s.Track),
		Plan:      planJSON{TopUp: ask.TopUpUSD, Until: TimestampOrNull(ask.Until), Needed: p.NeededUSD, Buy: buyObject(p.Buy), Allowance: p.AllowanceUSDPerDay},
		Error:     ErrorJSONOf(s.Fault, s.Damage),
	}
	of := &o.Chance
	for i, to := range [...]**float64{&of.H1, &of.H6, &of.D1, &of.D3, &of.D7} {
		if c, ok := s.Forecast.Chance(chanceSpans[i].span); ok {
			*to = &c
		}
	}
	o.Limits = []boundJSON{}
	for _, b := range s.Bounds {
		l := boundJSON{ForecastJSON: ForecastJSONOf(b.Forecast), ResetsAt: TimestampOrNull(b.ResetsAt)}
		if p, ok := b.Chance(); ok {
			l.Chance = &p
		}
		o.Limits = append(o.Limits, l)
	}
	if r := s.Rhythm; r != nil {
		o.Rhythm = &rhythmJSON{Hours: r.Hours[:]}
		if r.Days != [7]float64{} {
			o.Rhythm.Days = r.Days[:]
		}
	}
	if ask.TopUpUSD != nil {
		f := ForecastJSONOf(p.WithTopUp)
		o.Plan.WithTopUp = &f
	}
	if auto := p.Auto; auto != nil {
		o.Plan.Auto = autoJSON{&auto.ThresholdUSD, &auto.AmountUSD, &auto.USDPerMonth}
	}
	return o
}

// TrackJSONOf is t as JSON.
func TrackJSONOf(t account.Track) TrackJSON {
	o := TrackJSON{Made: t.Made, Held: t.Held}
	if t.Made > 0 {
		o.Factor = &t.Factor
	}
	return o
}
