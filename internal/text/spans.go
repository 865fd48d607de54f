package text

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ParseAhead reads a span, or a time to come as [ParseTime] does: that is as far off
// as it is from now.
func ParseAhead(s string, now time.Time) (time.Duration, error) {
	d, err := ParseSpan(s)
	if err == nil {
		return d, nil
	}
	t, timeErr := ParseTime(s, now)
	switch {
	case timeErr == nil:
		return t.Sub(now), nil
	case errors.Is(timeErr, errNotTime):
		return 0, fmt.Errorf("%w%s", err, toCome.meant(s))
	}
	return 0, timeErr
}

// ParseAgo reads a span, or a time that has passed as [ParseSince] does: that is as
// long ago as it is before now.
func ParseAgo(s string, now time.Time) (time.Duration, error) {
	since, err := ParseSince(s, now)
	return now.Sub(since.From(now)), err
}

// ParseEvery reads a span, or a unit alone: "week" is seven days, "month" thirty.
func ParseEvery(s string, _ time.Time) (time.Duration, error) {
	if _, ok := spanUnits[strings.TrimSpace(strings.ToLower(s))]; ok {
		s = "1" + strings.TrimSpace(s)
	}
	return ParseSpan(s)
}
