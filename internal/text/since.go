package text

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Since is from when on something is looked at: so long before its end, or at a
// time. The zero Since is the end itself.
type Since struct {
	Span time.Duration
	At   time.Time
}

// From is when it begins, of what ends at a time.
func (s Since) From(end time.Time) time.Time {
	if !s.At.IsZero() {
		return s.At
	}
	return end.Add(-s.Span)
}

// ParseSince reads a span, or a time that has passed, as [ParseTime] does: "today",
// "yesterday", "week", "last week", "month" and "last month" begin as OpenRouter counts
// them, in UTC; a day without a year is the last one, and so is a weekday.
func ParseSince(s string, now time.Time) (Since, error) {
	s = strings.Join(strings.Fields(s), " ")
	at, err := passed.parse(s, now)
	if errors.Is(err, errNotTime) {
		if span, err := ParseSpan(s); err == nil {
			return Since{Span: span}, nil
		}
		return Since{}, fmt.Errorf("%q is no span, day or time: write 7d, today, week, mon, 2026-11-01 or 1 Nov%s", s, meantDay(s))
	}
	if err == nil && at.After(now) {
		err = errors.New("is still to come")
	}
	if err != nil {
		return Since{}, fmt.Errorf("%q %w", s, err)
	}
	return Since{At: at}, nil
}
