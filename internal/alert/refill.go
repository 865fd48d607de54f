package alert

import (
	"fmt"
	"time"

	"ortop/internal/text"
)

// Refill is an automatic top-up that is known of.
type Refill struct {
	ThresholdUSD, AmountUSD float64
	// MissingSince is since when it should have come and did not; zero if it
	// is not late.
	MissingSince time.Time
}

// refilled reports whether an automatic top-up will come before the balance
// runs out.
func (in *Reading) refilled() bool { return in.Refill != nil && in.Refill.MissingSince.IsZero() }

// missing is that an automatic top-up is late, after a comma; empty if it is not.
func (in *Reading) missing() string {
	if in.Refill == nil || in.refilled() {
		return ""
	}
	return ", and the automatic top-up of " + text.USD(in.Refill.AmountUSD) + " did not come"
}

// yields reports whether the rule does not fire while automatic top-ups come:
// they buy when the balance is lower than the rule's threshold.
//
//go:noinline
func (r *Rule) yields(to *Refill) bool {
	return r.Yields && to != nil && to.MissingSince.IsZero() && r.BelowUSD >= to.ThresholdUSD
}

// LowUSD returns the balances, above 0, below which a rule fires for an account; the
// refill is nil where no automatic top-up is known of.
func LowUSD(rules []Rule, account string, refill *Refill) []float64 {
	usd := make([]float64, len(rules))
	n := 0
	for i := range rules {
		if r := &rules[i]; r.Kind == Balance && r.BelowUSD > 0 && r.of(account) && !r.yields(refill) {
			usd[n] = r.BelowUSD
			n++
		}
	}
	return usd[:n]
}

// byPattern reports whether the rule goes by the automatic top-up itself, and
// not by a balance.
func (r *Rule) byPattern() bool { return r.Kind == TopUpMissing && r.BelowUSD == 0 }

func topUpMissing(in *Reading) (f finding, known bool) {
	left, ok := usd(in.BalanceUSD)
	if !ok {
		return f, false
	}
	f.number, f.value = left, text.USD(left)
	if in.Refill == nil || in.refilled() {
		f.clear, f.text, f.clears = true, f.value+" is left", "no automatic top-up is missing any more"
		return f, true
	}
	f.over = true
	f.text = fmt.Sprintf("the automatic top-up of %s below %s, expected since %s, did not come, %s is left",
		text.USD(in.Refill.AmountUSD), text.USD(in.Refill.ThresholdUSD), text.Moment(in.Refill.MissingSince, in.Now), f.value)
	f.title = fmt.Sprintf("the automatic top-up of %s did not come, %s left", text.USD(in.Refill.AmountUSD), f.value)
	return f, true
}
