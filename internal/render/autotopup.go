package render

import (
	"time"

	"ortop/internal/account"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// autoTopUpJSON is an automatic top-up as its purchases show it.
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
func autoTopUpObject(s *account.Snapshot) *autoTopUpJSON {
	a := s.AutoTopUp
	if a == nil {
		return nil
	}
	o := &autoTopUpJSON{Threshold: a.ThresholdUSD, Amount: a.AmountUSD, Seen: a.Seen, PerMonth: a.USDPerMonth}
	since, missing := s.TopUpMissing()
	switch f := a.Next; {
	case missing:
		o.MissingSince = Timestamp(since)
	case f.State == forecast.OK:
		o.Next = nextJSON{Timestamp(f.Time(f.P10)), Timestamp(f.Time(f.P50)), Timestamp(f.Time(f.P90))}
	case f.State == forecast.Depleted: // it is due
		o.Next = nextJSON{Timestamp(f.At), Timestamp(f.At), Timestamp(f.At)}
	}
	return o
}

// autoTopUp fills in what is known of an automatic top-up. While it is expected
// nothing runs out, and its own date is shown instead.
func (f *Fields) autoTopUp(s *account.Snapshot, now time.Time) {
	f.Charge, f.ChargeIn, f.ChargeRange, f.AutoTopUp = text.Unknown, text.Unknown, text.Unknown, text.Unknown
	f.Next = f.RunsOut
	if s.Forecast.State == forecast.OK {
		f.Next = "runs out " + soon(s.Forecast, s.Early(), f.RunsOutIn, now)
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
		f.Charge, f.ChargeIn, f.ChargeRange = ofEnd(c, s.Early(), now)
		f.Next = "charge " + soon(c, s.Early(), f.ChargeIn, now)
	case forecast.Depleted:
		f.Charge, f.Next = "due now", "charge due now"
	default:
		return
	}
	f.RunsOut, f.RunsOutIn, f.RunsOutRange = text.Unknown, text.Unknown, text.Unknown
}

// soon is when a forecast ends, in the few words of a status bar.
func soon(f forecast.Forecast, early bool, in string, now time.Time) string {
	if early {
		return text.Between(f.Time(f.P10), f.Time(f.P90), now)
	}
	return "in " + in
}

// Ending is what becomes of the balance: a label, the date, how far off it is
// and its range. Without a distance there is no range.
//
//go:noinline
func (f Fields) Ending() (label, date, in, within string) {
	label, date, in, within = "runs out", f.RunsOut, f.RunsOutIn, f.RunsOutRange
	if f.Charge != text.Unknown {
		label, date, in, within = "next charge", f.Charge, f.ChargeIn, f.ChargeRange
	}
	if in == text.Unknown {
		within = text.Unknown
	}
	return label, date, in, within
}
