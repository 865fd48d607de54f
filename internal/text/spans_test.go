package text

import (
	"strings"
	"testing"
	"time"
)

func TestSpansToAndFromATime(t *testing.T) {
	now := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC) // a Friday
	const h = time.Hour
	for _, c := range []struct {
		name  string
		parse func(string, time.Time) (time.Duration, error)
		text  string
		want  time.Duration
		err   string
	}{
		{"ahead", ParseAhead, "2d", 48 * h, ""},
		{"ahead", ParseAhead, "60", time.Minute, ""},
		{"ahead", ParseAhead, "mon", 54 * h, ""},
		{"ahead", ParseAhead, "19:30", 90 * time.Minute, ""},
		{"ahead", ParseAhead, "tomorrow", 30 * h, ""},
		{"ahead", ParseAhead, "2026-11-26", 0, "it has passed"},
		{"ahead", ParseAhead, "tommorow", 0, "did you mean tomorrow?"},
		{"ahead", ParseAhead, "", 0, "is not a span"},
		{"ago", ParseAgo, "90m", 90 * time.Minute, ""},
		{"ago", ParseAgo, "today", 18 * h, ""},
		{"ago", ParseAgo, "17:00", h, ""},
		{"ago", ParseAgo, "tomorrow", 0, "is still to come"},
		{"ago", ParseAgo, "soon", 0, "is not a span, a day or a time"},
		{"every", ParseEvery, "week", 168 * h, ""},
		{"every", ParseEvery, "Day", 24 * h, ""},
		{"every", ParseEvery, "month", 720 * h, ""},
		{"every", ParseEvery, "1h", h, ""},
		{"every", ParseEvery, "today", 0, "is not a span"},
	} {
		got, err := c.parse(c.text, now)
		if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) || err == nil && got != c.want {
			t.Errorf("%s %q = %v, %v, want %v, %s", c.name, c.text, got, err, c.want, c.err)
		}
	}
}
