package sim

import (
	"math"
	"time"
)

// nano is money in billionths of a US dollar: sums are exact, and any sum of
// up to nine decimals below nine million dollars survives the way to float64.
type nano int64

//go:noinline
func toNano(usd float64) nano { return nano(math.Round(usd * 1e9)) }
func (n nano) usd() float64   { return float64(n) / 1e9 }

// unix returns t in Unix nanoseconds, or the nearest that there is for a
// time before 1700 or after 2200.
func unix(t time.Time) int64 {
	switch s := t.Unix(); {
	case s < -8e9:
		return math.MinInt64 + 1
	case s > 8e9:
		return math.MaxInt64
	}
	return t.UnixNano()
}

func fromUnix(n int64) time.Time { return time.Unix(0, n).UTC() }

// ledger is a running total: its steps are in order of time, and each holds
// the total from its time on. Steps may be negative.
type ledger []step

type step struct {
	at    int64 // Unix nanoseconds
	total nano
}

// add books amount at a time. Appending is the usual case; a step in the
// past raises all totals after it.
func (l *ledger) add(at int64, amount nano) {
	s := *l
	i := len(s)
	for i > 0 && s[i-1].at > at {
		i--
	}
	before := nano(0)
	if i > 0 {
		before = s[i-1].total
	}
	s = append(s, step{})
	copy(s[i+1:], s[i:])
	s[i] = step{at, before}
	for ; i < len(s); i++ {
		s[i].total += amount
	}
	*l = s
}

// at returns the total at a time, steps of that very time included.
func (l ledger) at(t int64) nano {
	if n := len(l); n == 0 || l[n-1].at <= t {
		return l.last()
	}
	lo, hi := 0, len(l)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if l[mid].at <= t {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return 0
	}
	return l[lo-1].total
}

// since returns the sum of the steps from a time up to and including to.
func (l ledger) since(from, to int64) nano { return l.at(to) - l.at(from-1) }

func (l ledger) last() nano {
	if len(l) == 0 {
		return 0
	}
	return l[len(l)-1].total
}
