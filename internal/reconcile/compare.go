// Package reconcile compares a log of requests with what an account has spent.
// It is arithmetic over what it is given: it knows neither file nor clock.
package reconcile

import (
	"fmt"
	"math"
	"time"

	"ortop/internal/ledger"
	"ortop/internal/text"
)

// Account is what an account spent in the span of a log.
type Account struct {
	// SpentUSD is nil where it is not known.
	SpentUSD *float64
	// UnsureUSD is how much more or less it may be.
	UnsureUSD float64
	// Read is when the account was last read; zero if it never was.
	Read time.Time
}

// Tolerance is the difference that counts as none: the greater of a share of
// what the account spent, 0 to 1, and an amount.
type Tolerance struct{ Ratio, USD float64 }

// Verdict is the outcome of a comparison.
type Verdict string

// The verdicts.
const (
	Agrees  Verdict = "agrees"
	Differs Verdict = "differs"
	Unknown Verdict = "unknown" // the account's spend or every cost is not known, or not well enough
)

// Cause is one known reason for a difference.
type Cause struct {
	// Kind is bad_lines, no_cost, no_record, lag, other_spenders, retries,
	// byok, caching or other_account.
	Kind string
	Text string // one line for people
}

// Result is the outcome of a comparison in full.
type Result struct {
	LogUSD float64
	// DifferenceUSD is what the account spent more than the log has, and
	// ToleranceUSD what of it counts as none; nil where the account's spend, or
	// any cost, is not known.
	DifferenceUSD, ToleranceUSD *float64
	Verdict                     Verdict
	// Causes are those that fit a difference, the surest first; none where
	// the two agree.
	Causes []Cause
}

// Settle is how long after a request its cost is sure to show: a request is
// charged when it ends, the account's answer may be a minute old, and is
// requested once a minute.
const Settle = 2 * time.Minute

// Compare compares a log with its account. look is what the service's own
// records have of the log; nil if they were not looked up.
func Compare(l ledger.Log, a Account, t Tolerance, look *Lookup) Result {
	r := Result{LogUSD: l.SumUSD(), Verdict: Unknown}
	if a.SpentUSD == nil || l.Unpriced() == len(l.Entries) {
		return r
	}
	d := *a.SpentUSD - r.LogUSD
	within := max(t.USD, t.Ratio*math.Abs(*a.SpentUSD))
	r.DifferenceUSD, r.ToleranceUSD = &d, &within
	const noise = 1e-9 // of sums in floating point
	switch size := math.Abs(d); {
	case size <= within+noise:
		r.Verdict = Agrees
		return r
	case size > within+a.UnsureUSD+noise:
		r.Verdict = Differs
	}
	r.Causes = causes(l, a, d, look)
	return r
}

// causes are the known reasons for a difference of so much.
func causes(l ledger.Log, a Account, difference float64, look *Lookup) []Cause {
	var list causeList
	add := list.add
	byok := 0
	for _, e := range l.Entries {
		if e.BYOK {
			byok++
		}
	}
	_, last, _ := l.Span()
	if difference > 0 {
		if l.Problems.Count > 0 {
			add("bad_lines", "%s of the log could not be read", text.Many(l.Problems.Count, "line"))
		}
		if n := l.Unpriced(); n > 0 {
			add("no_cost", "%s of the log without a cost", text.Many(n, "request"))
		}
		add("other_spenders", "another key, another machine or the web chat spent from the same account")
		add("retries", "retries and requests given up half-way are charged, and may not be in the log")
		if byok > 0 {
			add("byok", "the fee for %s paid to a provider directly", text.Many(byok, "request"))
		} else {
			add("byok", "fees for requests paid to a provider directly (BYOK)")
		}
		add("lag", "a request is charged when it ends: some may have begun before the log")
		return list
	}
	if look != nil && len(look.Missing) > 0 {
		add("no_record", "%s of the log unknown to the service: failed ones are not charged", text.Many(len(look.Missing), "request"))
	}
	if a.Read.Before(last.Add(Settle)) {
		add("lag", "the last requests may not be charged yet: run this again in a few minutes")
	}
	if byok > 0 {
		add("byok", "%s paid to a provider directly: credits lose a fee only", text.Many(byok, "request"))
	} else {
		add("byok", "requests paid to a provider directly (BYOK): credits lose a fee only")
	}
	add("caching", "cached prompts and answers cost less than their tokens do at list prices")
	add("other_account", "the log has requests of another account")
	return list
}

type causeList []Cause

//go:noinline
func (l *causeList) add(kind, format string, args ...any) {
	*l = append(*l, Cause{kind, fmt.Sprintf(format, args...)})
}
