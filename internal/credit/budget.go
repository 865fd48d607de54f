package credit

import (
	"strings"
	"time"
)

// Budget is a limit that binds a key beside its own cap, such as that of a member
// or of a workspace. RemainingUSD is the rest of the current window: at 0 or below
// requests are refused.
type Budget struct {
	Cap
	// Scope is whose budget it is, in the API's word; others than are known may
	// come.
	Scope string
	// ID tells two budgets of a scope apart, or is empty.
	ID string `json:",omitempty"`
	// SpendUSD is what was spent in the current window; nil is unknown.
	SpendUSD *float64
	// ResetsAt is when it resets; zero: never, or not known.
	ResetsAt time.Time
}

// Name is a budget in words, such as "member budget".
func (g Budget) Name() string {
	switch g.Scope {
	case "workspace_default_member":
		return "workspace's member budget"
	case "workspace_default_key":
		return "workspace's key budget"
	case "api_key":
		return "key budget"
	case "key_limit":
		return "key limit"
	case "":
		return "budget"
	}
	return strings.ReplaceAll(g.Scope, "_", " ") + " budget"
}

// Next is when it resets after now; ok is false where it never does, or where
// that is not known.
func (g Budget) Next(now time.Time) (at time.Time, ok bool) {
	if g.ResetsAt.After(now) {
		return g.ResetsAt, true
	}
	return g.Reset.Next(now)
}

// OfKey reports whether a budget is of one key alone, and of nothing wider.
func (g Budget) OfKey() bool {
	return g.Scope == "api_key" || g.Scope == "key_limit" || g.Scope == "workspace_default_key"
}

// Budget is that with the least rest; nil: none has a known one, or none binds.
//
//go:noinline
func (k *Key) Budget() *Budget {
	if k == nil {
		return nil
	}
	var least *Budget
	for i, g := range k.Budgets {
		if g.RemainingUSD != nil && (least == nil || *g.RemainingUSD < *least.RemainingUSD) {
			least = &k.Budgets[i]
		}
	}
	return least
}
