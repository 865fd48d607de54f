package credit

import "time"

// Outcome is how a forecast ended.
type Outcome string

// The outcomes: the balance ran out between P10 and P90, before, or had not at
// P90. Void is a forecast that cannot be graded, such as one whose segment ended.
const (
	OutcomeOpen  Outcome = "open"
	OutcomeHeld  Outcome = "held"
	OutcomeEarly Outcome = "early"
	OutcomeLate  Outcome = "late"
	OutcomeVoid  Outcome = "void"
)

// Forecast is one that was made, to be graded when it has ended. Its series
// and At, in whole seconds, name it.
type Forecast struct {
	At time.Time // when it was made
	// UsageUSD and BalanceUSD are what was used and what was left then.
	UsageUSD, BalanceUSD float64
	// P10, P50 and P90 are the seconds from At until it runs out.
	P10, P50, P90 float64
	// EndedAt is zero while Outcome is OutcomeOpen.
	EndedAt time.Time
	// True is the seconds that it really took, or nil where that was not seen.
	True    *float64
	Outcome Outcome // if empty, it is OutcomeOpen
}
