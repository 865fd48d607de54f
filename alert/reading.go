package alert

import (
	"time"

	"ortop/credit"
	"ortop/forecast"
)

// Reading is what is known of an account at one moment. What is nil is not
// known, and nothing is concluded from it.
type Reading struct {
	Account string
	// Now is the moment of judgement. Its zone is that of quiet hours and of
	// the times in texts.
	Now time.Time
	// At is when the values were read; zero if they never were.
	At time.Time
	// Fresh reports whether the values come from a good reading that is not
	// old. If it is false, rules of kind Stale alone are evaluated.
	Fresh bool
	// Silence is for how long no reading came although one was due: not while
	// the machine slept, the program was stopped or polling was paused. Cause
	// is why, in one line.
	Silence time.Duration
	Cause   string

	BalanceUSD *float64
	UsedRatio  *float64 // 0 to 1 and above
	Forecast   forecast.Forecast
	// DayUSD, WeekUSD and MonthUSD are spend in the current UTC window.
	DayUSD, WeekUSD, MonthUSD *float64
	// LastHourUSD and Last24hUSD are spend up to Now, PeakHourUSD is that of
	// the dearest of the 24 hours.
	LastHourUSD, Last24hUSD, PeakHourUSD *float64
	// UsualHourUSD and UsualDayUSD are the most that an hour and a day cost
	// without being remarkable, such as the 0.95 quantile of the last weeks.
	UsualHourUSD, UsualDayUSD *float64
	// Limits and Keys are complete where they are not nil.
	Limits []Allowance
	Keys   []Expiry
	// TopUps are the changes of the credits bought in the last days, at least
	// as many as quiet hours can hold back.
	TopUps []credit.TopUp
}

// Allowance is a key's cap or a workspace's budget.
type Allowance struct {
	ID       string // ID is its own as long as it lives, such as a key's hash.
	Name     string // Name is for people: `key "ci"`, `workspace "web"`.
	UsedUSD  float64
	LimitUSD float64
	ResetsAt time.Time // ResetsAt is zero where it never starts anew.
}

// Expiry is a key that expires.
type Expiry struct {
	ID   string
	Name string
	At   time.Time
}
