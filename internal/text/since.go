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

// ParseSince reads a span, or a time that has passed: "today", "yesterday", "week",
// "month" (as OpenRouter counts, in UTC, weeks from Monday), a weekday, which is the
// last one, a date or a time in now's zone, or RFC 3339.
func ParseSince(s string, now time.Time) (Since, error) {
	word := strings.ToLower(strings.TrimSpace(s))
	y, m, d := now.UTC().Date()
	day := func(days int) time.Time { return time.Date(y, m, d-days, 0, 0, 0, 0, time.UTC) }
	monday := (int(now.UTC().Weekday()) + 6) % 7
	switch word {
	case "today":
		return Since{At: day(0)}, nil
	case "yesterday":
		return Since{At: day(1)}, nil
	case "week":
		return Since{At: day(monday)}, nil
	case "month":
		return Since{At: time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)}, nil
	}
	if span, err := ParseSpan(s); err == nil {
		return Since{Span: span}, nil
	}
	if on, ok := weekday(word); ok {
		return Since{At: day((int(now.UTC().Weekday()) - int(on) + 7) % 7)}, nil
	}
	at, err := pastTime(strings.Join(strings.Fields(s), " "), now)
	if errors.Is(err, errNotTime) {
		return Since{}, fmt.Errorf("%q is no span, day or time: write 7d, today, week, mon, 2026-11-01 or 1 Nov", s)
	}
	if err == nil && at.After(now) {
		err = errors.New("is still to come")
	}
	if err != nil {
		return Since{}, fmt.Errorf("%q %w", s, err)
	}
	return Since{At: at}, nil
}

// pastTime is parseTime, where a date without a year is the last one.
func pastTime(s string, now time.Time) (time.Time, error) {
	t, err := parseTime(s, now)
	if err != nil || !t.After(now) || strings.Contains(s, "20") && len(s) >= len("2006-01-02") {
		return t, err
	}
	return t.AddDate(-1, 0, 0), nil
}
