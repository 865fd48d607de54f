package cmd

import (
	"time"

	"ortop/forecast"
	"ortop/monitor"
	"ortop/text"
)

// autoTopUpJSON is an automatic top-up as its purchases tell of it.
type autoTopUpJSON struct {
	Threshold    float64  `json:"threshold_usd"`
	Amount       float64  `json:"amount_usd"`
	Seen         int      `json:"seen"`
	Next         nextJSON `json:"next"`
	PerMonth     *float64 `json:"usd_per_month"`
	MissingSince *string  `json:"missing_since"`
}

// nextJSON is when it buys next; null without a forecast, and while one is
// missing.
type nextJSON struct {
	P10 *string `json:"p10"`
	P50 *string `json:"p50"`
	P90 *string `json:"p90"`
}

// autoTopUpObject is nil, which is null, where no automatic top-up is known.
func autoTopUpObject(s monitor.Snapshot) *autoTopUpJSON {
	a := s.AutoTopUp
	if a == nil {
		return nil
	}
	o := &autoTopUpJSON{Threshold: a.ThresholdUSD, Amount: a.AmountUSD, Seen: a.Seen, PerMonth: a.USDPerMonth}
	since, missing := s.TopUpMissing()
	switch f := a.Next; {
	case missing:
		o.MissingSince = moment(since)
	case f.State == forecast.OK:
		o.Next = nextJSON{moment(f.Time(f.P10)), moment(f.Time(f.P50)), moment(f.Time(f.P90))}
	case f.State == forecast.Depleted: // it is due
		o.Next = nextJSON{moment(f.At), moment(f.At), moment(f.At)}
	}
	return o
}

// autoTopUp fills in what is known of an automatic top-up. While it is expected
// nothing runs out, and its own date stands in the place of that.
func (f *fields) autoTopUp(s monitor.Snapshot, now time.Time) {
	f.Charge, f.ChargeIn, f.ChargeRange, f.AutoTopUp = text.Unknown, text.Unknown, text.Unknown, text.Unknown
	f.Next = f.RunsOut
	if s.Forecast.State == forecast.OK {
		f.Next = "runs out in " + f.RunsOutIn
	}
	a := s.AutoTopUp
	if a == nil {
		return
	}
	f.AutoTopUp = text.USD(a.AmountUSD) + " below " + text.USD(a.ThresholdUSD)
	if a.USDPerMonth != nil {
		f.AutoTopUp += ", about " + text.USD(*a.USDPerMonth) + " a month"
	}
	if since, missing := s.TopUpMissing(); missing {
		f.AutoTopUp += "; expected since " + text.Moment(since, now) + ", did not come"
	}
	if !s.Refilled() {
		return
	}
	switch c := a.Next; c.State {
	case forecast.OK:
		f.Charge, f.ChargeRange = text.Moment(c.Time(c.P50), now), text.Range(c.Time(c.P10), c.Time(c.P90), now)
		f.ChargeIn = text.Seconds(max(0, c.P50-now.Sub(c.At).Seconds()))
		f.Next = "charge in " + f.ChargeIn
	case forecast.Depleted:
		f.Charge, f.Next = "due now", "charge due now"
	default:
		return
	}
	f.RunsOut, f.RunsOutIn, f.RunsOutRange = text.Unknown, text.Unknown, text.Unknown
}

// ending is what becomes of the balance: a label, the date, how far off it is
// and its range, of which the last two may be unknown.
func (f fields) ending() (label, date, in, within string) {
	if f.Charge != text.Unknown {
		return "next charge", f.Charge, f.ChargeIn, f.ChargeRange
	}
	return "runs out", f.RunsOut, f.RunsOutIn, f.RunsOutRange
}
