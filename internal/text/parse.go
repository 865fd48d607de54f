package text

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxSpan is the longest span that can be given.
const maxSpan = 36500 * 24 * time.Hour

// ParseSpan reads a span such as "60" (seconds), "90m", "36h", "5d", "2w", "1mo" (30
// days), "1y" (365) or "1d12h", of a hundred years at most. A capital M is refused:
// it may be a minute or a month.
func ParseSpan(s string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is not a span: write 90m, 36h, 5d or 2w", s)
	var total time.Duration
	rest := strings.ReplaceAll(s, " ", "")
	if rest == "" || strings.Contains(rest, "M") { // a minute, or a month?
		return 0, wrong
	}
	rest = strings.ToLower(rest)
	if n, err := strconv.ParseFloat(rest, 64); err == nil && n >= 0 && n <= maxSpan.Seconds() && strings.Trim(rest, "0123456789.") == "" {
		return time.Duration(n * float64(time.Second)), nil
	}
	for _, unit := range []struct {
		name string
		span time.Duration
	}{{"y", 365 * 24 * time.Hour}, {"mo", 30 * 24 * time.Hour}, {"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		number, after, found := strings.Cut(rest, unit.name)
		if !found {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || !(n >= 0 && n*unit.span.Hours() <= maxSpan.Hours()) {
			return 0, wrong
		}
		total += time.Duration(n * float64(unit.span))
		rest = after
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 || d > maxSpan {
			return 0, wrong
		}
		total += d
	}
	if total < 0 || total > maxSpan { // three times maxSpan overflows
		return 0, wrong
	}
	return total, nil
}

// grouped is a number whose commas stand between thousands. Elsewhere a comma
// may be meant as a decimal point.
var grouped = regexp.MustCompile(`^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$`)

// ParseUSD reads an amount of money above 0, such as "25", "$25.00" or "1,000".
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
	if grouped.MatchString(number) {
		number = strings.ReplaceAll(number, ",", "")
	}
	if strings.Contains(number, ",") {
		return 0, fmt.Errorf("%q has a comma that may be a decimal point: write %s", s, strings.ReplaceAll(number, ",", "."))
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
