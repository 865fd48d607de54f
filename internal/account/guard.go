package account

import (
	"fmt"

	"ortop/internal/text"
)

// Guard is what a command may use up: it may spend while BelowUSD is left, and
// QuotaUSD, if that is not nil.
type Guard struct {
	BelowUSD float64
	QuotaUSD *float64
}

// Judge is whether the command may go on, and why. p is of BelowUSD; spentUSD is
// what counts against the quota, nil if that is not known.
func (g Guard) Judge(p Preflight, spentUSD *float64) (Answer, string) {
	past := g.QuotaUSD != nil && spentUSD != nil && *spentUSD > *g.QuotaUSD+slack
	switch {
	case past:
		return Short, fmt.Sprintf("%s spent, the quota is %s", text.USD(*spentUSD), text.USD(*g.QuotaUSD))
	case p.Answer != Enough:
		return p.Answer, p.Reason
	case p.SpendableUSD != nil && *p.SpendableUSD <= slack:
		return Short, "nothing is left to spend"
	case g.QuotaUSD != nil && spentUSD == nil:
		return CannotBeSaid, "what was spent of the quota is not known"
	}
	return Enough, p.Reason
}
