package fleet

import (
	"math"
	"strings"

	"ortop/internal/text"
)

// Sorts are the columns that the rows can be sorted by; the first is the order in
// which they come, who runs out first at the top.
var Sorts = []string{"runs out", "account", "state", "left", "a day", "collector", "read"}

// Compare is negative where the row comes before another in one of Sorts: names from
// a to z, who needs somebody, the least that is left, the dearest day and the oldest
// reading first, and what is not known last.
func (r *Row) Compare(o *Row, by string) int {
	x, a := r.place(by)
	y, b := o.place(by)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return strings.Compare(a, b)
}

// place is where a row stands in an order: by a number first, and where that is the same
// by a word.
//
//go:noinline
func (r *Row) place(by string) (n float64, word string) {
	switch by {
	case "account":
		word = r.Account
	case "state":
		n, word = float64(urgency(r.State)), r.State
	case "collector":
		if word = r.Collector; word == text.Unknown {
			n = 1
		}
	case "read":
		n = float64(r.ReadAt.Unix())
		if r.ReadAt.IsZero() {
			n = math.MaxFloat64
		}
	case "left":
		if n = math.MaxFloat64; r.LeftUSD != nil {
			n = *r.LeftUSD
		}
	case "a day":
		if n = math.MaxFloat64; r.DayUSD != nil {
			n = -*r.DayUSD
		}
	}
	return n, strings.ToLower(word)
}

// urgency is how bad a state is: 0 the worst.
func urgency(state string) int {
	switch {
	case !troubled(state):
		return 2
	case state == "stale", state == "warning":
		return 1
	}
	return 0
}
