// Package credit has the words of this field: what a reading of a prepaid
// account is, what a cap is, and how the two bound what can still be spent.
// It holds plain values and arithmetic, and imports the standard library only.
package credit

import (
	"math"
	"time"
)

// Sample is one reading of lifetime totals, of an account or of a key.
type Sample struct {
	// At is when the totals were read, in UTC.
	At time.Time
	// UsageUSD is what was spent since the beginning. Within a segment it
	// never falls.
	UsageUSD float64
	// CreditsUSD is what was bought since the beginning; it has a meaning
	// only where CreditsKnown is set. It may fall (a refund).
	CreditsUSD   float64
	CreditsKnown bool
	// Segment names the run of readings that may be compared: the Unix second
	// at which the run began. Differences across two segments mean nothing.
	Segment int64
}

// Balance returns the sample's account balance, or nil if it is not known.
func (s Sample) Balance() *Balance {
	if !s.CreditsKnown {
		return nil
	}
	return &Balance{CreditsUSD: s.CreditsUSD, UsageUSD: s.UsageUSD}
}

// Balance is what an account has bought and what it has spent of that.
type Balance struct {
	CreditsUSD float64 // bought, lifetime
	UsageUSD   float64 // spent, lifetime
}

// LeftUSD is what is left. It is negative where requests that were charged on
// completion overshot.
//
//go:noinline
func (b Balance) LeftUSD() float64 { return b.CreditsUSD - b.UsageUSD }

// UsedRatio is the used share of what was bought, 0 to 1 and above; ok is
// false where nothing was bought.
func (b Balance) UsedRatio() (ratio float64, ok bool) {
	if b.CreditsUSD <= 0 {
		return 0, false
	}
	return b.UsageUSD / b.CreditsUSD, true
}

// Span is the time from From up to, not including, To.
type Span struct{ From, To time.Time }

// Gap is a span in which nothing was read, and why.
type Gap struct {
	Span
	Cause string // "asleep", "not running", Backfilled, or the fault; may be empty
}

// Backfilled is the cause of a gap whose spend was filled in from totals.
const Backfilled = "back-filled"

// NotKnown is the cause of a gap of which nothing tells what was spent.
const NotKnown = "not known"

// Damaged is the cause of a gap whose readings do not match their checksums.
const Damaged = "damaged"

// TopUp is a change of the credits bought: a purchase where AmountUSD is
// above 0; a refund, an expiry or a transfer where it is below.
type TopUp struct {
	At        time.Time
	AmountUSD float64
}

// KeyKind is what a key may read.
type KeyKind string

// The kinds of key. The zero KeyKind is written as KeyUnknown.
const (
	KeyUnknown    KeyKind = "unknown"
	KeyManagement KeyKind = "management" // everything; it cannot run models
	KeyOrdinary   KeyKind = "ordinary"   // its own cap and usage
)

// Key is the key that an account is read with.
type Key struct {
	Kind KeyKind
	// Label is the server's masked form, such as "sk-or-v1-0e6…1c96".
	Label string
	// Creator is the member who made the key, or empty.
	Creator string
	Owner   Owner `json:",omitzero"`
	Cap     Cap
	// Usage is spend in USD, lifetime and in the current UTC day, week (from
	// Monday) and month. BYOK is the same for requests paid to a provider
	// directly, which never deplete credits.
	Usage, BYOK Usage
	FreeTier    bool
	// ExpiresAt is zero where the key does not expire, and with ExpiryUnread
	// where it does at a time that cannot be read.
	ExpiresAt    time.Time
	ExpiryUnread bool `json:",omitempty"`
	// FreeRequests are the account's requests to free models in this UTC day;
	// nil is unknown.
	FreeRequests *FreeRequests `json:",omitempty"`
	// Budgets are those that bind beside the key's cap: each of them does. A
	// management key runs no models: its own are left out, not those of its member
	// or workspace.
	Budgets []Budget `json:",omitempty"`
}

// Owner is whose account a key is of; an empty field is not known, or there is none:
// a person's own account has no organization.
type Owner struct {
	Organization string `json:",omitempty"`
	Workspace    string `json:",omitempty"`
}

// IsKnown reports whether the API said anything of it.
//
//go:noinline
func (o Owner) IsKnown() bool { return o != Owner{} }

// Same reports whether two owners are of one account; known is false where they do
// not tell. Two workspaces may be of one account, a workspace is not of two.
//
//go:noinline
func (o Owner) Same(other Owner) (same, known bool) {
	switch {
	case !o.IsKnown() || !other.IsKnown():
		return false, false
	case o.Organization != other.Organization:
		return false, true
	case o.Organization != "":
		return true, true
	}
	return true, o.Workspace == other.Workspace
}

// Usage is spend in USD over four windows; nil is unknown.
type Usage struct {
	TotalUSD, DailyUSD, WeeklyUSD, MonthlyUSD *float64
}

// By leaves of usage that was read at a time what is known at now: nothing is of a window
// that began since.
//
//go:noinline
func (u *Usage) By(read, now time.Time) {
	if read.Before(DayStart(now)) {
		u.DailyUSD = nil
	}
	if read.Before(WeekStart(now)) {
		u.WeeklyUSD = nil
	}
	if read.Before(MonthStart(now)) {
		u.MonthlyUSD = nil
	}
}

// Cap is a key's own spending limit. The zero Cap is no limit.
type Cap struct {
	LimitUSD     *float64 // nil: no cap
	RemainingUSD *float64 // of the current window; may be negative; nil: no cap, or not known
	Reset        Reset
	// IncludesBYOK reports whether own-provider-key spend counts against it.
	IncludesBYOK bool
}

// UsedUSD is what was used of the limit in the current window; nil is unknown.
func (c Cap) UsedUSD() *float64 {
	if c.LimitUSD == nil || c.RemainingUSD == nil {
		return nil
	}
	used := *c.LimitUSD - *c.RemainingUSD
	return &used
}

// UsedRatio is the used share of the limit, 0 to 1 and above, below 0 where
// more is left than that; ok is false where either is not known or nothing may
// be spent.
func (c Cap) UsedRatio() (ratio float64, ok bool) {
	if c.LimitUSD == nil || c.RemainingUSD == nil || *c.LimitUSD <= 0 {
		return 0, false
	}
	return 1 - *c.RemainingUSD / *c.LimitUSD, true
}

// Binding names what bounds the spendable amount.
type Binding string

// The bindings. The zero Binding means that none is known.
const (
	BoundByAccount Binding = "account"
	BoundByKey     Binding = "key"
	BoundByBudget  Binding = "budget"
)

// FreeRequests counts requests to free models, which reset at 00:00 UTC; nil is
// unknown.
type FreeRequests struct{ Used, Limit, Remaining *int64 }

// Today returns what is known at now of counts that were read at a time: two say the
// third, and those of another UTC day are over. nil is that nothing is known.
func (r *FreeRequests) Today(read, now time.Time) *FreeRequests {
	if r == nil || !DayStart(read).Equal(DayStart(now)) || r.Used == nil && r.Limit == nil && r.Remaining == nil {
		return nil
	}
	d := *r
	less := func(a, b *int64) *int64 {
		if a == nil || b == nil {
			return nil
		}
		v := *a - *b
		return &v
	}
	switch {
	case d.Remaining == nil:
		d.Remaining = less(d.Limit, d.Used)
	case d.Used == nil:
		d.Used = less(d.Limit, d.Remaining)
	case d.Limit == nil:
		sum := *d.Used + *d.Remaining
		d.Limit = &sum
	}
	return &d
}

// UsedRatio is the used share of the limit, 0 to 1 and above; ok is false where it
// is not known or nothing is allowed.
func (r *FreeRequests) UsedRatio() (ratio float64, ok bool) {
	if r == nil || r.Used == nil || r.Limit == nil || *r.Limit <= 0 {
		return 0, false
	}
	return float64(*r.Used) / float64(*r.Limit), true
}

// FreeInUse returns the counts where they concern the account, which never bought
// credits or used free models today; else nil.
//
//go:noinline
func (k *Key) FreeInUse() *FreeRequests {
	if k == nil || k.FreeRequests == nil {
		return nil
	}
	if used := k.FreeRequests.Used; !k.FreeTier && (used == nil || *used <= 0) {
		return nil
	}
	return k.FreeRequests
}

// Spendable returns the amount that can still be spent, the least of the account's
// balance, the rest of the key's cap and the rest of its budgets, and which of them
// binds.
//
// A management key cannot run models, so neither its cap nor a budget of it binds.
// Where one of them is not known (k is nil, or a limit has no rest) neither is the
// amount, and usd is nil. What is known to be spent still stops the key: binding is
// then that of the limit, and a spent balance is the amount whatever the others are.
func Spendable(b *Balance, k *Key) (usd *float64, binding Binding) {
	remaining, binding, known := k.limit()
	switch {
	case b == nil && remaining != nil && *remaining <= 0:
		return nil, binding
	case b == nil, !known && b.LeftUSD() > 0 && (remaining == nil || *remaining > 0):
		return nil, ""
	case remaining != nil && *remaining < b.LeftUSD():
		v := *remaining
		return &v, binding
	}
	v := b.LeftUSD()
	return &v, BoundByAccount
}

// limit is the least that a cap and the budgets leave a key, nil where none is
// known, and whether all of them are.
func (k *Key) limit() (remaining *float64, binding Binding, known bool) {
	if k == nil {
		return nil, "", false
	}
	known = true
	least := func(left *float64, by Binding) {
		if left == nil {
			known = false
		} else if remaining == nil || *left < *remaining {
			remaining, binding = left, by
		}
	}
	if k.Cap.LimitUSD != nil && k.Kind != KeyManagement {
		least(k.Cap.RemainingUSD, BoundByKey)
	}
	for _, g := range k.Budgets {
		least(g.RemainingUSD, BoundByBudget)
	}
	return remaining, binding, known
}

// Plausible reports whether v can be an amount of money of this API: finite, and
// at most a billion dollars either way.
func Plausible(v float64) bool { return math.Abs(v) <= 1e9 }

// Sum is the sum of two that are both known, and else nil.
//
//go:noinline
func Sum(a, b *float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	sum := *a + *b
	return &sum
}
