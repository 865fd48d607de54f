package alert

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"ortop/internal/text"
)

// Level is how much an alert matters.
type Level string

// The levels. The zero Level of a rule is Warning, of one about top-ups Info.
const (
	Info    Level = "info"
	Warning Level = "warning"
	Urgent  Level = "urgent"
)

// Rank orders levels: 0 for what is none, then info, warning, urgent.
//
//go:noinline
func (l Level) Rank() int {
	switch l {
	case Info:
		return 1
	case Warning:
		return 2
	case Urgent:
		return 3
	}
	return 0
}

// Kind is what a rule looks at.
type Kind string

// The kinds, with the fields of Rule that each uses.
const (
	Balance      Kind = "balance"        // the balance is below BelowUSD, or spent
	Used         Kind = "used"           // the used share of what was bought is AboveRatio or more
	Runway       Kind = "runway"         // the chance that it runs out within Within is Chance or more
	Spend        Kind = "spend"          // spend in the UTC Window is above AboveUSD
	Spike        Kind = "spike"          // an hour or a day costs Factor times its usual most, or more
	Leak         Kind = "leak"           // spend has risen for weeks, to Factor times what it was, or more
	Limit        Kind = "limit"          // a key's cap or a workspace's budget is used to AboveRatio or more
	Free         Kind = "free"           // the used share of the day's requests to free models is AboveRatio or more
	TopUp        Kind = "top_up"         // credits were bought, or taken back
	TopUpMissing Kind = "top_up_missing" // an automatic top-up did not come: by its pattern, or the balance is below BelowUSD for For
	Stale        Kind = "stale"          // no good reading for For
	KeyExpiry    Kind = "key_expiry"     // a key expires within Within
)

// Window is a span that OpenRouter counts spend in, in UTC.
type Window string

// The windows. The zero Window is Day.
const (
	Day   Window = "day"
	Week  Window = "week" // from Monday
	Month Window = "month"
)

// Rule is when to notify whom. Its Kind, with its threshold, Window, Chance and
// For, is its identity: of two rules that agree in these the first counts.
type Rule struct {
	Kind  Kind
	Level Level // Level is Warning if empty, and Info for TopUp.
	// Account is the name of the one account that the rule is for. If empty,
	// it is for every account.
	Account string
	// Channels are the names of the channels to notify. If empty, it is all.
	Channels []string

	BelowUSD   float64 // BelowUSD is for TopUpMissing by the pattern of its purchases if zero.
	AboveUSD   float64
	AboveRatio float64       // AboveRatio is 0 to 1. If zero, it is 0.9.
	Window     Window        // Window is Day if empty.
	Within     time.Duration // Within is 24 h for Runway and 7 d for KeyExpiry if zero.
	Chance     float64       // Chance is 0 to 1. If zero, it is 0.9 for an urgent rule and 0.5 for others.
	// Factor is 3 for Spike and 1.5 for Leak if zero. A day counts from two
	// thirds of a Spike's: it varies less than an hour.
	Factor float64
	MinUSD float64 // MinUSD is the least excess that counts for Spike and Leak. If zero, it is 1.

	// Yields holds a Balance rule back while an automatic top-up is expected
	// that comes at BelowUSD or below.
	Yields bool

	// For is how long the condition must hold before the alert fires. If zero,
	// it is 10 min for Stale, 1 h for TopUpMissing below a sum, and nothing for
	// others.
	For time.Duration
	// Cooldown is the least time from one notification of the condition to the
	// next, once it had cleared. If zero, it is an hour.
	Cooldown time.Duration
	// Quiet are hours in which nothing is notified but what is urgent. With
	// QuietUrgent, that is not notified either.
	Quiet       Quiet
	QuietUrgent bool

	muted bool // at the reading's Now
}

// What is unusual where no rule says otherwise.
const (
	SpikeFactor = 3.0
	LeakFactor  = 1.5
)

// LeastFactor returns the least factor at which a rule of that kind, which is
// Spike or Leak, fires for an account, and no more than the default: what is
// found by it is enough for every rule.
func LeastFactor(rules []Rule, kind Kind, account string) float64 {
	least := Rule{Kind: kind}.Filled().Factor
	for _, r := range rules {
		if r.Kind == kind && r.of(account) {
			least = min(least, r.Filled().Factor)
		}
	}
	return least
}

// ForAll returns the rules, those that name every one of the channels as rules
// that are for all: what these say at one time is one message then.
func ForAll(rules []Rule, channels []Channel) []Rule {
	names := make([]string, len(channels))
	for i, c := range channels {
		names[i] = c.Name
	}
	rules = slices.Clone(rules)
	for i := range rules {
		if len(names) > 0 && to(names).without(to(rules[i].Channels)).empty() {
			rules[i].Channels = nil
		}
	}
	return rules
}

// of reports whether the rule is for an account.
//
//go:noinline
func (r *Rule) of(account string) bool {
	return r.Account == "" || strings.EqualFold(r.Account, account)
}

// Filled returns the rule with its defaults in place.
func (r Rule) Filled() Rule {
	if r.Level == "" && r.Kind == TopUp {
		r.Level = Info
	}
	r.Level = cmp.Or(r.Level, Warning)
	r.AboveRatio = cmp.Or(r.AboveRatio, 0.9)
	r.Window = cmp.Or(r.Window, Day)
	r.MinUSD = cmp.Or(r.MinUSD, 1)
	r.Cooldown = cmp.Or(r.Cooldown, time.Hour)
	switch r.Kind {
	case Runway:
		r.Within = cmp.Or(r.Within, 24*time.Hour)
		if r.Chance == 0 {
			r.Chance = 0.5
			if r.Level == Urgent {
				r.Chance = 0.9
			}
		}
	case KeyExpiry:
		r.Within = cmp.Or(r.Within, 7*24*time.Hour)
	case Spike:
		r.Factor = cmp.Or(r.Factor, SpikeFactor)
	case Leak:
		r.Factor = cmp.Or(r.Factor, LeakFactor)
	case Stale:
		r.For = cmp.Or(r.For, 10*time.Minute)
	case TopUpMissing:
		if !r.byPattern() {
			r.For = cmp.Or(r.For, time.Hour)
		}
	}
	return r
}

// String describes when the rule fires: "balance below $20.00".
func (r Rule) String() string {
	r = r.Filled()
	hold := ""
	if r.For > 0 && r.Kind != Stale {
		hold = " for " + text.Span(r.For)
	}
	if r.byPattern() {
		return string(r.Kind) + hold
	}
	switch r.Kind {
	case Balance, TopUpMissing:
		return fmt.Sprintf("%s below %s%s", r.Kind, text.USD(r.BelowUSD), hold)
	case Used, Limit, Free:
		return fmt.Sprintf("%s above %s%s", r.Kind, text.Percent(r.AboveRatio), hold)
	case Spend:
		return fmt.Sprintf("%s per %s above %s%s", r.Kind, r.Window, text.USD(r.AboveUSD), hold)
	case Runway:
		return fmt.Sprintf("%s within %s, %s sure%s", r.Kind, text.Span(r.Within), text.Percent(r.Chance), hold)
	case KeyExpiry:
		return fmt.Sprintf("%s within %s", r.Kind, text.Span(r.Within))
	case Spike, Leak:
		return fmt.Sprintf("%s above %g x the usual%s", r.Kind, r.Factor, hold)
	case Stale:
		return fmt.Sprintf("%s for %s", r.Kind, text.Span(r.For))
	}
	return string(r.Kind)
}

// threshold is the number by which rules of one kind differ; the larger, the
// stricter.
func (r *Rule) threshold() float64 {
	switch r.Kind {
	case Balance, TopUpMissing:
		return 0 - r.BelowUSD // 0 has no sign
	case Used, Limit, Free:
		return r.AboveRatio
	case Spend:
		return r.AboveUSD
	case Runway, KeyExpiry:
		return -r.Within.Seconds()
	case Stale:
		return r.For.Seconds()
	case Spike, Leak:
		return r.Factor
	}
	return 0
}

// figures are the number of a finding, its unit, and the threshold in the same
// unit.
func (r *Rule) figures(in *Reading, f finding) (number *float64, unit Unit, threshold *float64) {
	limit := r.threshold()
	switch r.Kind {
	case Balance, TopUpMissing:
		unit, limit = USD, r.BelowUSD
		if r.byPattern() {
			if in.Refill == nil {
				return &f.number, unit, nil
			}
			limit = in.Refill.ThresholdUSD
		}
	case Used, Limit, Free:
		unit = Ratio
	case Runway, KeyExpiry:
		unit, limit = Seconds, r.Within.Seconds()
	case Stale:
		unit = Seconds
	case Spike, Leak:
		unit, limit = USD, f.limit
	case Spend:
		unit = USD
	case TopUp:
		return &f.number, USD, nil
	}
	if f.value == text.Unknown || math.IsNaN(f.number) || math.IsInf(f.number, 0) {
		return nil, unit, &limit
	}
	return &f.number, unit, &limit
}

// id names the rule in a State.
func (r *Rule) id() string {
	id := string(r.Kind)
	switch r.Kind {
	case Spend:
		id += " " + string(r.Window)
	case Runway:
		id += " " + strconv.FormatFloat(r.Chance, 'g', -1, 64)
	}
	id += " " + strconv.FormatFloat(r.threshold(), 'g', -1, 64)
	if r.For > 0 && r.Kind != Stale {
		id += " for " + r.For.String()
	}
	return id
}
