package alert

import (
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// Reading is what is known of an account at one moment. What is nil is not
// known, and nothing is concluded from it.
type Reading struct {
	Account string
	// Now is the moment of judgement. Its zone is that of quiet hours and of
	// the times in texts.
	Now time.Time
	// Mutes hold back what would be notified.
	Mutes Mutes
	// At is when the values were read; zero if they never were.
	At time.Time
	// Fresh reports whether the values come from a good reading that is not
	// old. If it is false, rules of kind Stale alone are evaluated, unless the
	// reading is Viewed.
	Fresh bool
	// Viewed reports that the values are judged as somebody looks at them, and
	// so however old they are; Gap is not known then.
	Viewed bool
	// Alone reports that nobody else judges the account: what the state has of
	// rules that this reading does not answer is not known any more.
	Alone bool
	// Gap is how long no reading came although one was due: not while
	// the machine slept, the program was stopped or polling was paused. Cause
	// is why, in one line.
	Gap   time.Duration
	Cause string

	// Why is what drives the spend, in a sentence; empty: nobody knows.
	Why string

	BalanceUSD *float64
	UsedRatio  *float64 // 0 to 1 and above
	Forecast   forecast.Forecast
	// Published is the forecast as surfaces for people show it; zero: as it is.
	Published forecast.Forecast
	Early     bool // the middle of Forecast rests on too little to be shown
	// DayUSD, WeekUSD and MonthUSD are spend in the current UTC window.
	DayUSD, WeekUSD, MonthUSD *float64
	// LeastDayUSD and the others are what was seen of those that are nil.
	LeastDayUSD, LeastWeekUSD, LeastMonthUSD *float64
	// Free are the requests to free models in the current UTC day.
	Free *credit.FreeRequests
	// Refill is nil where no automatic top-up is known of.
	Refill *Refill
	// Unusual is what goes on that is not usual. Like Limits and Keys it is
	// complete where it is not nil.
	Unusual []Unusual
	Limits  []Allowance
	Keys    []Expiry
	// Partial reports that Limits and Keys are not all that there are: of what
	// is missing nothing is known.
	Partial bool
	// TopUps are the changes of the credits bought in the last days, at least
	// as many as quiet hours can hold back.
	TopUps []credit.TopUp
}

// Unusual is spend that is not usual, from its beginning until it is over.
// Whoever makes the reading judges that; a rule adds how much of it matters.
type Unusual struct {
	Kind Kind   // Spike or Leak
	ID   string // ID tells it from others of its kind: "hour", "day".
	// Times is how many times the usual most it came to, by the scale of
	// Rule.Factor. ExcessUSD is how much more than usual that is.
	Times, ExcessUSD float64
	Value            string // such as "$8.20"
	USD              float64
	Text             string // what is unusual, and who drives it
}

// Allowance is a key's cap or a workspace's budget.
type Allowance struct {
	ID   string // ID is its own as long as it lives, such as a key's hash.
	Name string // Name is for people: `key "ci"`, `workspace "web"`.
	// UsedUSD is nil where it is not known just now: its alert stays as it is.
	UsedUSD  *float64
	LimitUSD float64
	ResetsAt time.Time // ResetsAt is zero where it never resets.
}

// Expiry is a key that expires.
type Expiry struct {
	ID   string
	Name string
	At   time.Time
}
