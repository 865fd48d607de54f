package text

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrPast is a moment that has passed.
var ErrPast = errors.New("it has passed")

// ParseMoment reads a moment to come: RFC 3339, "2026-12-01", "2026-12-01
// 15:04", "1 Dec" or a weekday in now's zone, or a span from now such as
// "36h", "5d" or "2w". A day without a time is its beginning.
func ParseMoment(s string, now time.Time) (time.Time, error) {
	s = strings.Join(strings.Fields(s), " ")
	t, ok := parseMoment(s, now)
	switch {
	case !ok:
		return time.Time{}, fmt.Errorf("%q is no moment: write 2026-12-01, 1 Dec 15:04, Tue or 5d", s)
	case !t.After(now):
		return time.Time{}, fmt.Errorf("%q: %w", s, ErrPast)
	}
	return t, nil
}

func parseMoment(s string, now time.Time) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, true
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02", "2 Jan 2006", "Mon 2 Jan 2006"} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, true
		}
	}
	for _, layout := range []string{"2 Jan", "Mon 2 Jan", "2 Jan 15:04", "Mon 2 Jan, 15:04"} {
		t, err := time.ParseInLocation(layout, s, now.Location())
		if err != nil {
			continue
		}
		t = time.Date(now.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, now.Location())
		if !t.After(now) {
			t = t.AddDate(1, 0, 0)
		}
		return t, true
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := d.String(); strings.EqualFold(s, name) || strings.EqualFold(s, name[:3]) {
			days := (int(d) - int(now.Weekday()) + 7) % 7
			if days == 0 {
				days = 7
			}
			y, m, day := now.Date()
			return time.Date(y, m, day+days, 0, 0, 0, 0, now.Location()), true
		}
	}
	d, err := ParseSpan(s)
	return now.Add(d), err == nil
}

// maxSpan is the longest span that is understood.
const maxSpan = 36500 * 24 * time.Hour

// ParseSpan reads a span such as "90m", "36h", "5d", "2w" or "1d12h", of a
// hundred years at most.
func ParseSpan(s string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is no span: write 90m, 36h, 5d or 2w", s)
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

// ParseUSD reads a sum of money above 0, such as "25", "$25.00" or "1,000".
func ParseUSD(s string) (float64, error) {
	number := strings.TrimPrefix(strings.TrimSpace(s), "$")
	if grouped.MatchString(number) {
		number = strings.ReplaceAll(number, ",", "")
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v > 0 && v <= 1e9) {
		return 0, fmt.Errorf("%q is no sum in USD: write 25 or 25.00", s)
	}
	return v, nil
}
