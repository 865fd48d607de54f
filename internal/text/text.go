// Package text writes numbers, spans and times as people read them, reads those
// that people type, and makes foreign text safe to show. Every screen, report
// and message uses it, so that one value reads the same everywhere.
package text

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Unknown is what stands where a value is not known.
const Unknown = "—"

// USD writes an amount of money: two decimals, thousands in groups, and as many
// decimals as it takes to show an amount below a cent. A minus stands before the
// dollar sign. It never uses an exponent.
func USD(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Unknown
	}
	sign, a := "", math.Abs(v)
	if a < 5e-10 { // the noise of floating point
		a = 0
	}
	decimals := 2
	if a > 0 && a < 0.00995 {
		decimals = min(2+int(-math.Floor(math.Log10(a)))-1, 9)
	}
	s := strconv.FormatFloat(a, 'f', decimals, 64)
	if v < 0 && strings.Trim(s, "0.") != "" {
		sign = "-"
	}
	return sign + "$" + group(s)
}

// MaybeUSD writes an amount of money, or Unknown for nil.
//
//go:noinline
func MaybeUSD(v *float64) string {
	if v == nil {
		return Unknown
	}
	return USD(*v)
}

// group puts commas between the thousands of a plain decimal number.
func group(s string) string {
	whole, frac, _ := strings.Cut(s, ".")
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if frac != "" {
		b.WriteString("." + frac)
	}
	return b.String()
}

// Percent writes a share of 0 to 1 in whole percent; what is not quite none or
// not quite all is "<1 %" or ">99 %". The noise of sums in floating point is neither.
func Percent(share float64) string {
	const noise = 5e-10
	p := math.Round(share * 100)
	switch {
	case math.IsNaN(share) || math.IsInf(share, 0):
		return Unknown
	case share > noise && p < 1:
		return "<1 %"
	case share < 1-noise && p >= 100:
		return ">99 %"
	}
	return strconv.FormatFloat(p+0, 'f', 0, 64) + " %"
}

// Chance writes a probability of a forecast, which is never 0 % or 100 %,
// however close it is.
//
//go:noinline
func Chance(p float64) string { return Percent(min(1-1e-9, max(1e-9, p))) }

// Span writes a length of time with two units at most: "5 d 3 h",
// "3 h 10 min", "12 min", "4 s". Beyond a year it is "> 1 year".
func Span(d time.Duration) string {
	return Seconds(d.Seconds())
}

// Seconds is Span for lengths that a Duration cannot hold.
func Seconds(s float64) string {
	const minute, hour, day = 60, 3600, 86400
	switch {
	case math.IsNaN(s):
		return Unknown
	case s < 0:
		return "-" + Seconds(-s)
	case s < 59.5:
		return fmt.Sprintf("%.0f s", s)
	case s < hour-30:
		return fmt.Sprintf("%.0f min", s/minute)
	case s < day-30:
		return two(s, hour, "h", minute, "min")
	case s < 14*day:
		return two(s, day, "d", hour, "h")
	case s <= 365*day:
		return fmt.Sprintf("%.0f d", s/day)
	}
	return "> 1 year"
}

func two(s, big float64, bigName string, small float64, smallName string) string {
	n := math.Round(s / small)
	per := math.Round(big / small)
	whole, rest := math.Floor(n/per), math.Mod(n, per)
	if rest == 0 {
		return fmt.Sprintf("%.0f %s", whole, bigName)
	}
	return fmt.Sprintf("%.0f %s %.0f %s", whole, bigName, rest, smallName)
}
