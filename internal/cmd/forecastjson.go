package cmd

import (
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
)

// The object of forecast --json. Every key is always there; null is unknown.
type forecastReportJSON struct {
	Schema  int     `json:"schema"`
	Account string  `json:"account"`
	At      *string `json:"at"`
	Stale   bool    `json:"stale"`
	forecastJSON
	AutoTopUp *autoTopUpJSON `json:"auto_top_up"`
	Chance    chanceJSON     `json:"chance"`
	Drivers   []string       `json:"drivers"`
	Track     trackJSON      `json:"track"`
	Plan      planJSON       `json:"plan"`
	Error     *errorJSON     `json:"error"`
}

type chanceJSON struct {
	H1 *float64 `json:"1h"`
	H6 *float64 `json:"6h"`
	D1 *float64 `json:"1d"`
	D3 *float64 `json:"3d"`
	D7 *float64 `json:"7d"`
}

type trackJSON struct {
	Made   int      `json:"made"`
	Held   int      `json:"held"`
	Factor *float64 `json:"typical_factor"`
}

type planJSON struct {
	TopUp     *float64      `json:"top_up_usd"`
	WithTopUp *forecastJSON `json:"with_top_up"` // null without a top-up
	Until     *string       `json:"until"`
	Needed    *float64      `json:"needed_usd"`
	Allowance *float64      `json:"allowance_usd_per_day"`
	Auto      autoJSON      `json:"auto_top_up"`
}

type autoJSON struct {
	Threshold *float64 `json:"threshold_usd"`
	Amount    *float64 `json:"amount_usd"`
	PerMonth  *float64 `json:"usd_per_month"`
}

func forecastReport(s account.Snapshot, ask forecast.Ask, p forecast.Plan, now time.Time) forecastReportJSON {
	o := forecastReportJSON{
		Schema: 1, Account: s.Account, Stale: s.Stale(now), forecastJSON: forecastObject(s.Forecast),
		AutoTopUp: autoTopUpObject(s),
		Drivers:   append([]string{}, s.Why(now)...),
		Track:     trackJSON{Made: s.Track.Made, Held: s.Track.Held},
		Plan:      planJSON{TopUp: ask.TopUpUSD, Needed: p.NeededUSD, Allowance: p.AllowanceUSDPerDay},
	}
	if !s.At.IsZero() {
		o.At = moment(s.At)
	}
	chance := func(d time.Duration) *float64 {
		if c, ok := s.Forecast.Chance(d); ok {
			return &c
		}
		return nil
	}
	c := chanceSpans
	o.Chance = chanceJSON{chance(c[0].span), chance(c[1].span), chance(c[2].span), chance(c[3].span), chance(c[4].span)}
	if s.Track.Made > 0 {
		o.Track.Factor = &s.Track.Factor
	}
	if ask.TopUpUSD != nil {
		f := forecastObject(p.WithTopUp)
		o.Plan.WithTopUp = &f
	}
	if !ask.Until.IsZero() {
		o.Plan.Until = moment(ask.Until)
	}
	if auto := p.Auto; auto != nil {
		o.Plan.Auto = autoJSON{&auto.ThresholdUSD, &auto.AmountUSD, &auto.USDPerMonth}
	}
	if s.Fault != nil {
		o.Error = &errorJSON{s.Fault.Kind, s.Fault.Message}
	}
	return o
}
