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

// ErrToCome is a time that has not passed.
var ErrToCome = errors.New("is still to come")

// ParseSince reads a span, or a time that has passed, as [ParseTime] does: "today",
// "yesterday", "week", "last week", "month" and "last month" mean their beginning; a
// day without a year is the last one, and so is a weekday.
func ParseSince(s string, now time.Time) (Since, error) {
	s = strings.Join(strings.Fields(s), " ")
	at, err := passed.parse(s, now)
	if errors.Is(err, errNotTime) {
		if span, err := ParseSpan(s); err == nil {
			return Since{Span: span}, nil
		}
		return Since{}, fmt.Errorf("%q is not a span, a day or a time: write 7d, today, week, mon, 2026-11-01 or 1 Nov%s", s, passed.meant(s))
	}
	switch {
	case err == nil && at.After(now):
		err = ErrToCome
	case err == nil && at.Unix() < 0:
		err = errors.New("is before anything was counted: write a year from 1970 on")
	}
	if err != nil {
		return Since{}, fmt.Errorf("%q %w", s, err)
	}
	return Since{At: at}, nil
}
