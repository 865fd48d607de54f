package alert

import (
	"slices"
	"time"
)

// Defaults returns the rules of somebody who configured none.
func Defaults() []Rule {
	const day = 24 * time.Hour
	return []Rule{
		{Kind: Balance, BelowUSD: 20, Level: Warning, Yields: true},
		{Kind: Balance, BelowUSD: 5, Level: Urgent, Yields: true},
		{Kind: Balance, BelowUSD: 0, Level: Urgent},
		{Kind: Runway, Within: 3 * day, Level: Warning},
		{Kind: Runway, Within: day, Level: Urgent},
		{Kind: Spike, Level: Warning},
		{Kind: Leak, Level: Warning},
		{Kind: Limit, AboveRatio: 0.9, Level: Warning},
		{Kind: Free, AboveRatio: 0.9, Level: Warning},
		{Kind: TopUp, Level: Info},
		// Where it is urgent, the rules for the balance and the runway fire: they
		// no longer yield then.
		{Kind: TopUpMissing, Level: Warning},
		{Kind: Stale, Level: Warning},
		{Kind: KeyExpiry, Within: 7 * day, Level: Warning},
		{Kind: KeyExpiry, Within: day, Level: Urgent},
	}
}

// WithDefaults returns own, and the default rules of each kind that own has
// no rule of and that is not in off. These take quiet for their quiet hours.
func WithDefaults(own []Rule, off []Kind, quiet Quiet) []Rule {
	rules := slices.Clone(own)
	for _, d := range Defaults() {
		mine := slices.ContainsFunc(own, func(r Rule) bool { return r.Kind == d.Kind })
		if !mine && !slices.Contains(off, d.Kind) {
			d.Quiet = quiet
			rules = append(rules, d)
		}
	}
	return rules
}
