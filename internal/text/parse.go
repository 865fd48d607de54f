package text

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// maxSpan is the longest span that can be given.
const maxSpan = 36500 * 24 * time.Hour

// spanPart is a number and its unit.
var spanPart = Form(`^ ?(\d+\.?\d*|\.\d+) ?([a-zµ]+)`)

// spanUnits are the units of a span.
var spanUnits = map[string]time.Duration{
	"ns": 1, "us": time.Microsecond, "µs": time.Microsecond, "ms": time.Millisecond,
	"s": time.Second, "sec": time.Second, "second": time.Second,
	"m": time.Minute, "min": time.Minute, "minute": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hour": time.Hour,
	"d": day, "day": day, "w": 7 * day, "week": 7 * day, "mo": 30 * day, "month": 30 * day, "y": 365 * day, "year": 365 * day,
}

const day = 24 * time.Hour

// ParseSpan reads a span such as "60" (seconds), "90m", "36h", "5 days", "2w", "1mo"
// (30 days), "1y" (365) or "1d12h", larger units first, of a hundred years at most. A capital M is
// refused: it may be a minute or a month.
func ParseSpan(s string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is not a span: write 90m, 36h, 5d or 2w", s)
	rest := strings.Join(strings.Fields(s), " ")
	if digits().MatchString(rest) {
		rest += "s"
	}
	total, last := 0.0, time.Duration(math.MaxInt64)
	for rest != "" {
		m := spanPart().FindStringSubmatch(strings.ToLower(rest))
		if m == nil || strings.HasSuffix(rest[:len(m[0])], "M") {
			return 0, wrong
		}
		unit, ok := spanUnits[m[2]]
		if !ok && len(m[2]) > 2 { // days, not ms
			unit, ok = spanUnits[strings.TrimSuffix(m[2], "s")]
		}
		n, err := strconv.ParseFloat(m[1], 64)
		if total += n * float64(unit); !ok || err != nil || total > float64(maxSpan) || unit >= last {
			return 0, wrong
		}
		last = unit
		rest = rest[len(m[0]):]
	}
	if strings.TrimSpace(s) == "" {
		return 0, wrong
	}
	return time.Duration(math.Round(total)), nil
}

// digits is a whole number without a unit. One with a point may be a date.
var digits = Form(`^\d+$`)

// grouped is a number whose commas stand between thousands. Elsewhere a comma
// may be meant as a decimal point.
var grouped = Form(`^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$`)

// ambiguous is a number whose one comma may stand for either.
var ambiguous = Form(`^[1-9]\d{0,2},\d{3}$`)

// ParseUSD reads an amount of money above 0, such as "25", "$25.00" or "$1,000".
func ParseUSD(s string) (float64, error) {
	v, err := ParseBalance(s)
	if err == nil && v <= 0 {
		err = fmt.Errorf("%q is not an amount in USD: write 25 or 25.00", s)
	}
	if err != nil {
		return 0, err
	}
	return v, nil
}

// ParseBalance reads a sum of money, which may be 0 or below.
func ParseBalance(s string) (float64, error) {
	number := strings.TrimSpace(s)
	negative := strings.HasPrefix(number, "-")
	number = strings.TrimPrefix(strings.TrimPrefix(number, "-"), "$")
	if ambiguous().MatchString(strings.TrimPrefix(strings.TrimSpace(s), "-")) {
		return 0, fmt.Errorf("%q has a comma that may be a decimal point: write %s or %s", s, strings.ReplaceAll(number, ",", ""), strings.ReplaceAll(number, ",", "."))
	}
	if grouped().MatchString(number) {
		number = strings.ReplaceAll(number, ",", "")
	}
	if strings.Contains(number, ",") {
		return 0, fmt.Errorf("%q has a comma that may be a decimal point: write %s", s, strings.Replace(strings.ReplaceAll(number, ".", ""), ",", ".", 1))
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v >= 0 && v <= 1e9) || strings.HasPrefix(number, "-") || strings.HasPrefix(number, "+") {
		return 0, fmt.Errorf("%q is not an amount in USD: write 25 or 25.00", s)
	}
	if negative {
		v = -v
	}
	return v, nil
}
