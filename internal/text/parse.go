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

// ParseSpan reads a span such as "90m", "36h", "5d", "2w" or "1d12h", of a
// hundred years at most.
func ParseSpan(s string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is not a span: write 90m, 36h, 5d or 2w", s)
	var total time.Duration
	rest := strings.ReplaceAll(s, " ", "")
	if rest == "" {
		return 0, wrong
	}
	for _, unit := range []struct {
		name string
		span time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
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
var grouped = regexp.MustCompile(`^\d{1,3}(,\d{3})+(\.\d*)?$`)

// ParseUSD reads an amount of money above 0, such as "25", "$25.00" or "1,000".
func ParseUSD(s string) (float64, error) {
	number := strings.TrimPrefix(strings.TrimSpace(s), "$")
	if grouped.MatchString(number) {
		number = strings.ReplaceAll(number, ",", "")
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v > 0 && v <= 1e9) {
		return 0, fmt.Errorf("%q is not an amount in USD: write 25 or 25.00", s)
	}
	return v, nil
}
