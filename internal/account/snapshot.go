package account

import (
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// Snapshot is everything that ortop knows of an account at one time. Each
// surface is a view of it, and none computes money by itself.
type Snapshot struct {
	// Account is its configured name; Host the API's host where that is not
	// OpenRouter's own; Demo the simulated profile, or empty.
	Account, Host, Demo string
	// Now is when the snapshot was made. Spans and rates end here.
	Now time.Time
	// At is when the values were last read; zero if they never were.
	At       time.Time
	Interval time.Duration
	Source   Source
	// Key is the key as the API last described it; nil if it never did.
	Key *credit.Key
	// Balance is nil where it is not known; BalanceNote is then the reason.
	Balance      *credit.Balance
	BalanceNote  string
	SpendableUSD *float64
	Binding      credit.Binding
	Spend        Spend
	// Unseen are the holes for which a window of Spend is not known, the newest
	// first.
	Unseen   []credit.Hole
	Burn     Burn
	Usual    Usual
	Rise     *Rise // nil: none
	Forecast forecast.Forecast
	Track    Track // of the account's forecasts
	// Rhythm is when the account spends, as Forecast uses it; nil: it does not.
	Rhythm *forecast.Rhythm
	// Standing is how long the middle of the forecast for people has stood.
	Standing Standing
	// Bounds are the limits of an ordinary key, as something that runs out of its own.
	Bounds []Bound
	// AutoTopUp is nil where no automatic top-up is known; see Refilled.
	AutoTopUp *AutoTopUp
	// Planned are settings of automatic top-up that suit the balance; nil: none are known.
	Planned *forecast.AutoTopUp
	// LastTopUp is what was bought last; zero: no purchase is known.
	LastTopUp credit.TopUp
	// RanOutAt is when the balance or cap was first seen spent; zero if it is
	// not spent or that was not seen. RanOutUnseen reports that it was spent before
	// that, in a gap.
	RanOutAt     time.Time
	RanOutUnseen bool
	// Fault is why the last poll failed; nil if it did not.
	Fault *Fault
	Phase Phase
	// Due is when the next poll is made; zero while none is planned.
	Due time.Time
	// Collecting reports whether this process polls on schedule; if not,
	// another does and this one reads what it stores.
	Collecting bool
	// HistorySince is the first sample, OwnSince the first that was read and
	// not filled in; zero if there is none. Gaps are those of the last weeks.
	HistorySince, OwnSince time.Time
	Gaps                   int
	// StorageNote is why history is not being written to disk, or what of it is
	// damaged, or empty.
	StorageNote string
	// Damage says what of the history is damaged and left out; empty: nothing.
	Damage string
	// Alerts are those that hold by these values and were not acknowledged, the
	// most urgent first; nil where nobody could judge.
	Alerts []alert.Event
	// LowUSD are the balances below which a rule alerts, but for those that an
	// automatic top-up comes before; in the order of the rules.
	LowUSD []float64
	// RiseSince is since when the rise of spend goes on that an event is about; zero:
	// none does. RiseFactor is how many times its first week one comes to at least.
	RiseSince  time.Time
	RiseFactor float64
	// Undelivered names the channels that do not take their alerts, and why;
	// empty: all did.
	Undelivered string
	// Waiting is how many alerts are not delivered yet, one for each of their
	// channels; below 0: unknown.
	Waiting int
	// Mutes are those that hold back notifications now.
	Mutes alert.Mutes
	// Notes are lines that a person should see, such as another account's
	// numbers behind the same name, newest first.
	Notes []string

	recent    Recent // to be stored
	published [3]time.Time
}

// Source is where the values of a snapshot come from.
type Source string

// The sources. The zero Source means that there are no values.
const (
	FromCredits Source = "credits" // GET /credits, just now
	FromKey     Source = "key"     // GET /key, for its balance cannot be known
	FromPerson  Source = "stated"  // a person's own figure, less what the key spent since
	FromHistory Source = "history" // stored earlier
	FromShare   Source = "share"   // stored by a collector of the team
)

// Spend is what was spent in USD over windows that end at the snapshot's Now.
// A window that history covers only in part is nil.
type Spend struct {
	TodayUSD   *float64 // the UTC day
	Last1hUSD  *float64
	Last24hUSD *float64
	Last7dUSD  *float64
	Last30dUSD *float64
	// WeekUSD and MonthUSD are the current UTC week, from Monday, and month.
	WeekUSD, MonthUSD *float64
	// LeastTodayUSD, LeastWeekUSD and LeastMonthUSD are what was seen of those that
	// are nil.
	LeastTodayUSD, LeastWeekUSD, LeastMonthUSD *float64 `json:",omitempty"`
}

// Burn is how fast credits are spent; nil is unknown.
type Burn struct {
	USDPerHour *float64 // over the last hour
	USDPerDay  *float64 // over the last 24 h
	// WeekUSDPerDay is the daily mean of the last 7 d, and TrendRatio is how
	// far the last 24 h are above it (0.13) or below (-0.2).
	WeekUSDPerDay, TrendRatio *float64
	// UsualUSDPerHour is the mean of this hour of day over the last four
	// weeks; nil with less than three days of it.
	UsualUSDPerHour *float64
}

// Fault is why values are missing or old.
type Fault struct {
	Kind credit.FaultKind
	// Message is one sanitised line.
	Message string
	// NotAPI reports a refusal that is not in the API's form: a proxy's.
	NotAPI bool
}

// Phase is what the pipeline is doing.
type Phase string

// The phases. The zero Phase is Starting.
const (
	Starting Phase = ""        // nothing was requested yet
	Waiting  Phase = "waiting" // for the next poll
	Asking   Phase = "asking"  // a request is in flight
	Paused   Phase = "paused"  // by the user
	Held     Phase = "held"    // the server named the time of the next request
	Refused  Phase = "refused" // the key is not accepted; tried again rarely
)

// Age is how old the values are at now; ok is false if there are none.
func (s *Snapshot) Age(now time.Time) (age time.Duration, ok bool) {
	if s.At.IsZero() {
		return 0, false
	}
	return max(0, now.Sub(s.At)), true
}

// Stale reports whether the values are not those of the newest attempt, or are
// old: nothing calls them live.
//
//go:noinline
func (s *Snapshot) Stale(now time.Time) bool { return s.Fault != nil || s.Old(now) }

// Old reports whether the values are older at now than a working collector
// would leave them, or there are none.
func (s *Snapshot) Old(now time.Time) bool {
	age, ok := s.Age(now)
	return !ok || tooOld(age, s.Interval)
}

// tooOld reports whether an age is more than a working collector leaves values that
// are read at an interval.
func tooOld(age, interval time.Duration) bool { return age > 5*interval/2 }

// TodayUSD is what was spent on the UTC day of now: not known before its first reading.
//
//go:noinline
func (s *Snapshot) TodayUSD(now time.Time) *float64 {
	if !credit.DayStart(s.At).Equal(credit.DayStart(now)) {
		return nil
	}
	return s.Spend.TodayUSD
}

// WindowEnd is from when windows are counted back: the newest reading, or now where
// that is older than a working collector would leave it.
func (s *Snapshot) WindowEnd(now time.Time) time.Time {
	if s.Old(now) {
		return now
	}
	return s.At
}

// Outlook is the forecast's state for a person: that nothing was spent in the
// first minutes means too early, and not idle.
// It is not inlined: seven copies are 3 kB of program.
//
//go:noinline
func (s *Snapshot) Outlook() forecast.State {
	if f := s.Forecast; f.State == forecast.Idle && f.LastSpend.IsZero() && f.History < forecast.MinHistory {
		return forecast.Cold
	}
	return s.Forecast.State
}

// Published is the forecast for people, in alerts too: it stands still until a charge,
// a purchase or a tenth of its range moves it. Programs get Forecast.
func (s *Snapshot) Published() forecast.Forecast {
	f := s.Forecast
	if f.State != forecast.OK || s.published[1].IsZero() {
		return f
	}
	f.P10, f.P50, f.P90 = max(0, s.published[0].Sub(f.At).Seconds()), s.published[1].Sub(f.At).Seconds(), s.published[2].Sub(f.At).Seconds()
	return f
}

// Ahead is the forecast, as people are told it, of what comes next: of the next
// automatic top-up where one comes before the balance runs out, else of that.
func (s *Snapshot) Ahead() forecast.Forecast {
	if s.Refilled() {
		return s.AutoTopUp.Next
	}
	return s.Published()
}

// EndOf is a forecast as people are told it.
//
//go:noinline
func EndOf(f forecast.Forecast, now time.Time) text.End {
	return text.End{From: f.Time(f.P10), Mid: f.Time(f.P50), To: f.Time(f.P90), Now: now, Far: f.Far()}
}

// earlyHistory is how much history of its own the middle of a forecast takes.
const earlyHistory = 15 * time.Minute

// Early reports whether there is a forecast whose middle rests on too little
// to be shown: people get its range in words.
func (s *Snapshot) Early() bool {
	f := s.Forecast
	if f.State != forecast.OK {
		return false
	}
	return f.History < earlyHistory || !s.OwnSince.IsZero() && f.At.Sub(s.OwnSince) < earlyHistory
}

// Seen is for how long the account was watched: what was filled in or imported
// from before is not part of it.
func (s *Snapshot) Seen() time.Duration {
	if s.OwnSince.IsZero() {
		return 0
	}
	return max(0, s.At.Sub(s.OwnSince))
}

// KeyKind is the kind of the key, credit.KeyUnknown if it is not known.
//
//go:noinline
func (s *Snapshot) KeyKind() credit.KeyKind {
	if s.Key == nil || s.Key.Kind == "" {
		return credit.KeyUnknown
	}
	return s.Key.Kind
}
