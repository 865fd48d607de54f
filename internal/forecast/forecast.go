// Package forecast says when prepaid credits run out: three quantiles of the
// time until the balance is spent, and the chance that it happens within any
// given time.
//
// It is arithmetic alone. The clock, the samples and the balance are
// arguments; nothing is read, kept or waited for. What is forecast is the
// spend, never the balance: a top-up changes only how far the spend has to go.
package forecast

import (
	"math"
	"time"

	"ortop/internal/credit"
)

// State says whether there is a forecast, and if not, why.
type State string

// The states, in the order in which they are tried.
const (
	Depleted State = "depleted" // nothing is left
	Unknown  State = "unknown"  // the balance is not known, or nothing was ever read
	Idle     State = "idle"     // no spend seen
	Cold     State = "cold"     // under MinHistory of samples, or under MinIncrements rises
	OK       State = "ok"
)

// Subject is what runs out.
type Subject string

// The subjects. The zero Subject goes with State Unknown.
const (
	Account Subject = "account" // the account's balance
	Key     Subject = "key"     // the key's own cap
	Budget  Subject = "budget"  // a budget that binds the key
)

// Limit reports whether what runs out is a limit of the key, and not the balance.
//
//go:noinline
func (s Subject) Limit() bool { return s == Key || s == Budget }

// Below these there are too few facts for a number.
const (
	MinHistory    = 5 * time.Minute
	MinIncrements = 2
)

// Options are what New knows beside the samples. The zero Options is usable.
type Options struct {
	// Gaps are the spans in which nothing was polled, and those whose spend was
	// filled in from totals of hours or days. Spend in one is taken as even.
	Gaps []credit.Span
	// ByHour are the parts of Gaps whose spend was filled in from totals of an
	// hour at most. They tell enough of the rates that the range need not be
	// wider for them.
	ByHour []credit.Span
	// Taught is how much wider, in logs, the range is below and above its middle by
	// what earlier forecasts of this account came to.
	Taught [2]float64
	// Coefficients are used instead of those that are built in, if not nil.
	Coefficients *Coefficients
	// Scratch is what the model is made of; nil: of memory of its own.
	Scratch *Scratch
}

// Forecast is what a Model found. The quantiles mean something only where State is
// OK.
type Forecast struct {
	State   State
	Subject Subject
	At      time.Time // when it was made
	// P10, P50 and P90 are seconds from At until nothing is left: with 10, 50
	// and 90 % probability it is sooner. They ascend, and may be far more than
	// a Duration can hold.
	P10, P50, P90 float64
	// History is how far back the samples reach, gaps included.
	History time.Duration
	// LastSpend is when usage last rose; zero if it never did.
	LastSpend time.Time
	// RateUSDPerHour is the rate that the middle of the forecast goes by.
	RateUSDPerHour float64
	// ResetsAt is when the key's cap resets; zero if never, or if there is
	// none. CapLasts reports that the cap probably lasts until then, and so
	// does not run out.
	ResetsAt time.Time
	CapLasts bool
}

// At forecasts when balanceUSD is spent, given the samples up to now, oldest
// first. A nil balance is unknown. Samples of other segments than the last add
// to the path of spend but nothing is computed across the seam.
func At(now time.Time, samples []credit.Sample, balanceUSD *float64, o Options) Forecast {
	return New(now, samples, o).Forecast(balanceUSD)
}

// Time is the moment seconds after the forecast was made; what lies beyond the
// year 9999 is its end, the last that RFC 3339 can write.
func (f Forecast) Time(seconds float64) time.Time {
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	if seconds >= last.Sub(f.At).Seconds() || math.IsNaN(seconds) {
		return last
	}
	return f.At.Add(time.Duration(seconds * float64(time.Second)))
}

// shown is the longest middle whose range was shown to hold on accounts that the
// method did not know.
const shown = 14 * day

// Far reports whether the end is further off than that: its P10 is to be believed and
// its P90 is not, for spend that goes on as it is for weeks is rare.
func (f Forecast) Far() bool { return f.State == OK && f.P50 > shown }

// Chance is the probability, 0 to 1, that it runs out within d of the
// forecast's making; ok is false where there is no forecast. It is a two-piece
// normal distribution of ln t through the three quantiles. A depleted account
// has run out already: 1.
func (f Forecast) Chance(d time.Duration) (p float64, ok bool) {
	switch {
	case f.State == Depleted:
		return 1, true
	case f.State != OK:
		return 0, false
	case d <= 0:
		return 0, true
	}
	const z90 = 1.2815515655446004
	x, m := math.Log(d.Seconds()), math.Log(f.P50)
	side := m - math.Log(f.P10)
	if x > m {
		side = math.Log(f.P90) - m
	}
	z := z90 * (x - m) / max(side, 1e-9)
	return math.Erfc(-z/math.Sqrt2) / 2, true
}

// wider is how much wider, at either end, the range is of a forecast that rests on
// spend of which the one in question is a part.
const wider = 2

// Wider is the forecast with a wider range about the same middle.
func (f Forecast) Wider() Forecast {
	f.P10, f.P90 = f.P10/wider, f.P90*wider
	return f
}

// Quartiles are the seconds until nothing is left with 25 and with 75 %
// probability, of the same distribution as Chance. They mean something only where
// State is OK.
func (f Forecast) Quartiles() (p25, p75 float64) {
	const share = 0.6744897501960817 / 1.2815515655446004 // of the way to P10 and P90, in ln t
	at := func(end float64) float64 { return f.P50 * math.Pow(end/f.P50, share) }
	if f.P50 <= 0 {
		return f.P10, f.P90
	}
	return at(f.P10), at(f.P90)
}

// NotBefore returns the forecast with no quantile at an earlier date than that of an
// earlier forecast.
func (f Forecast) NotBefore(was Forecast) Forecast {
	age := f.At.Sub(was.At).Seconds()
	if f.State != OK || was.State != OK || age < 0 || f.P50 <= 0 {
		return f
	}
	mid := f.P50
	f.P10, f.P50, f.P90 = max(f.P10, was.P10-age), max(f.P50, was.P50-age), max(f.P90, was.P90-age)
	f.RateUSDPerHour *= mid / f.P50
	return f
}

// Sooner returns the forecast of what runs out first: of a balance, or what was
// found to be sooner than that, and of a limit of the key that resets at
// resetsAt (zero: never). A limit that probably lasts past its reset does not run
// out.
func Sooner(account, limit Forecast, of Subject, resetsAt time.Time) Forecast {
	limit.Subject, limit.ResetsAt = of, resetsAt
	lasts := limit.State == OK && !resetsAt.IsZero() && limit.Time(limit.P50).After(resetsAt)
	if !account.Subject.Limit() && (lasts || !account.CapLasts) {
		account.ResetsAt, account.CapLasts = resetsAt, lasts
	}
	key := limit
	switch {
	case key.State == Unknown, account.State == Depleted:
		return account
	case key.State == Depleted:
		return key
	case lasts:
		return account
	case account.State == Unknown:
		return key
	case key.State != OK:
		return account
	case account.State != OK || key.P50 < account.P50:
		return key
	}
	return account
}
