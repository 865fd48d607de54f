package render

import (
	"fmt"
	"math"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/text"
)

// Fields are what status --format offers, and what status prints.
type Fields struct {
	Account      string
	State        string // live, stale, depleted, or what is wrong
	Balance      string // what is left
	Bought       string
	Used         string
	LeftPercent  string
	Spendable    string
	Binding      string // account, key, budget, or —
	Today        string // the UTC day
	LastHour     string
	LastDay      string
	LastWeek     string
	PerHour      string
	PerDay       string
	RunsOut      string   // "Thu 26 Nov", "Sun 22 Nov, 14:00", its range in words while it is early, or why there is no date
	RunsOutIn    string   // "10 to 11 days", "31 to 32 hours", or that it is depleted; — while it is early
	DaysLeft     *float64 // 9.5: until RunsOut, to a tenth of a day; nil is unknown
	RunsOutRange string   // "Tue 24 to Sun 29", within three days with hours; "after Tue 24" where no more is claimed
	Next         string   // "runs out in 5 to 6 days", "charge in 50 to 51 hours", or why there is no date
	Charge       string   // of an automatic top-up: "Thu 26 Nov, 14:20", or —
	ChargeIn     string
	ChargeRange  string
	AutoTopUp    string // "$25.00 below $10.00, about $330.40 a month", or —
	Cap          string // the key's cap: "$14.87 left of $20.00, resets 1 Dec (UTC)"
	Budget       string // that of the key: "$2.00 left of $50.00, member budget, resets 1 Dec (UTC)", or —
	Age          string // "4 s ago"
	Error        string
	JSON         StatusObject
}

// fieldWords is what each of the fields is, for the help.
const fieldWords = `  Account       the name of the account
  State         live, stale, depleted, or what is wrong
  Balance       what is left
  Bought        all credits that were bought
  Used          what of them was used
  LeftPercent   what of them is left, in percent
  Spendable     what can still be spent
  Binding       what binds that: account, key or budget
  Today         spent since midnight UTC
  LastHour      spent in the last hour
  LastDay       spent in the last 24 hours
  LastWeek      spent in the last 7 days
  PerHour       the rate of now, an hour
  PerDay        the rate of now, a day
  RunsOut       when it runs out, or why there is no date
  RunsOutIn     in how long
  DaysLeft      in how many days, a number
  RunsOutRange  from when to when, with 80 % certainty
  Next          the next event: that it runs out, or a charge
  Charge        when an automatic top-up is charged next
  ChargeIn      in how long
  ChargeRange   from when to when, with 80 % certainty
  AutoTopUp     how much it buys, and below what
  Cap           what is left of the key's limit
  Budget        what is left of the key's budget
  Age           how old the reading is
  Error         what went wrong`

// FieldNames lists the fields for the help.
func FieldNames() string { return fieldWords }

// NewFields are the words of s at now.
func NewFields(s *account.Snapshot, now time.Time) Fields {
	f := Fields{
		Account: s.Account, State: state(s, now), Balance: text.Unknown, Bought: text.Unknown,
		Used: text.Unknown, LeftPercent: text.Unknown, Spendable: text.MaybeUSD(s.SpendableUSD),
		Binding: text.Unknown, Today: text.MaybeUSD(s.TodayUSD(now)), LastHour: text.MaybeUSD(s.Spend.Last1hUSD),
		LastDay: text.MaybeUSD(s.Spend.Last24hUSD), LastWeek: text.MaybeUSD(s.Spend.Last7dUSD),
		PerHour: rate(s.Burn.USDPerHour, "/h"), PerDay: rate(s.Burn.USDPerDay, "/day"),
		RunsOutIn: text.Unknown, RunsOutRange: text.Unknown, Cap: text.Unknown, Age: text.Unknown,
		JSON: Status(s, now),
	}
	if b := s.Balance; b != nil {
		f.Balance, f.Bought, f.Used = text.USD(b.LeftUSD()), text.USD(b.CreditsUSD), text.USD(b.UsageUSD)
		if used, ok := b.UsedRatio(); ok {
			f.LeftPercent = text.Percent(max(0, 1-used))
		}
	}
	if s.Binding != "" {
		f.Binding = string(s.Binding)
	}
	if age, ok := s.Age(now); ok {
		f.Age = text.Ago(age)
	}
	if s.Key != nil {
		f.Cap = capText(*s.Key, now)
	}
	if g := s.Key.Budget(); g != nil {
		f.Budget = BudgetText(*g, now)
	}
	if s.Fault != nil {
		f.Error = s.Fault.Message
	}
	f.RunsOut = noDate(s, now)
	switch fc := s.Forecast; fc.State {
	case forecast.Depleted:
		f.RunsOutIn, f.DaysLeft = depleted(s), new(float64)
	case forecast.OK:
		days := max(0, math.Round(fc.Time(fc.P50).Sub(now).Hours()/2.4)/10)
		f.DaysLeft = &days
		f.RunsOut, f.RunsOutIn, f.RunsOutRange = ofEnd(s.Published(), s.Early(), now)
	}
	f.autoTopUp(s, now)
	return f
}

func state(s *account.Snapshot, now time.Time) string {
	words := reading(s, now)
	switch {
	case s.StorageNote == "":
	case s.Damage != "":
		words += ", history damaged"
	default:
		words += ", history unusable"
	}
	return words
}

// reading is whether the account is read, and how old what was read is.
func reading(s *account.Snapshot, now time.Time) string {
	age, ok := s.Age(now)
	switch {
	case !ok && s.Fault != nil:
		return faultWords(*s.Fault)
	case !ok:
		return "nothing read yet"
	case s.Forecast.State == forecast.Depleted && s.Stale(now):
		return depleted(s) + ", stale " + text.Span(age)
	case s.Forecast.State == forecast.Depleted:
		return depleted(s)
	case s.Stale(now):
		return "stale " + text.Span(age)
	case s.Balance == nil:
		return "live, key only"
	}
	return "live"
}

// limited reports whether a limit of the key binds, and not the balance.
func limited(s *account.Snapshot) bool {
	return s.Binding == credit.BoundByKey || s.Binding == credit.BoundByBudget
}

// depleted is what is spent: the account, or a limit of its key.
func depleted(s *account.Snapshot) string {
	switch s.Forecast.Subject {
	case forecast.Key:
		return "key cap depleted"
	case forecast.Budget:
		return s.LimitName(forecast.Budget) + " depleted"
	}
	return "depleted"
}

func rate(v *float64, per string) string {
	if v == nil {
		return text.Unknown
	}
	return text.USD(*v) + per
}

func capText(k credit.Key, now time.Time) string {
	if k.Cap.LimitUSD == nil {
		return "no cap"
	}
	s := text.MaybeUSD(k.Cap.RemainingUSD) + " left of " + text.USD(*k.Cap.LimitUSD)
	if at, ok := k.Cap.Reset.Next(now); ok {
		s += ", resets " + at.Format("2 Jan") + " (UTC)"
	}
	return s
}

// BudgetText is what a budget leaves, of how much, and whose it is.
func BudgetText(g credit.Budget, now time.Time) string {
	s := text.MaybeUSD(g.RemainingUSD) + " left"
	if g.LimitUSD != nil {
		s += " of " + text.USD(*g.LimitUSD)
	}
	s += ", " + g.Name()
	if at, ok := g.Next(now); ok {
		s += ", resets " + at.UTC().Format("2 Jan") + " (UTC)"
	}
	return s
}

// freeText is how many requests to free models were made today, of how many.
func freeText(r credit.FreeRequests) string {
	return fmt.Sprintf("%s of %s requests to free models used today, %s left, resets 00:00 (UTC)",
		maybe(r.Used, text.Count), maybe(r.Limit, text.Count), maybe(r.Remaining, text.Count))
}

// ofEnd is a forecast's date, how far off it is, and its range. While it is
// early there is no middle: the range in words takes the place of the date.
func ofEnd(f forecast.Forecast, early bool, now time.Time) (date, in, within string) {
	end := account.EndOf(f, now)
	if !early {
		return end.Date(), end.In(), end.Range()
	}
	from, mid, to := end.From, end.Mid, end.To
	date = text.Between(from, to, now)
	if probably := text.Probably(from, mid, to, now); probably != "" {
		date += ", " + probably
	}
	return date, text.Unknown, text.Days(from, to, now)
}

// noDate is why there is no date.
func noDate(s *account.Snapshot, now time.Time) string {
	switch f := s.Forecast; s.Outlook() {
	case forecast.Depleted:
		words := depleted(s)
		since := " since "
		if s.RanOutUnseen {
			since += "before "
		}
		if !s.RanOutAt.IsZero() {
			words += since + text.Moment(s.RanOutAt, now)
		}
		if _, at, ok := s.Limit(now); ok && !at.IsZero() {
			words += ", until " + at.UTC().Format("2 Jan") + " (UTC)"
		}
		return words
	case forecast.Idle:
		if f.LastSpend.IsZero() {
			return "idle: no spend seen in " + text.Span(f.History)
		}
		return "idle: no spend for " + text.Span(now.Sub(f.LastSpend))
	case forecast.Cold:
		return "not enough history: " + text.Span(s.Seen())
	}
	return text.Unknown
}
