package render

import (
	"math"
	"time"

	"ortop/internal/text"
)

// Clean is s on one line, without what terminals would obey.
//
//go:noinline
func Clean(s string) string { return text.Clean(s, 1000) }

// TimeLayout is how machines read a time: RFC 3339, in UTC.
const TimeLayout = "2006-01-02T15:04:05Z"

// Word is a string that is null where it is empty.
//
//go:noinline
func Word[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	v := string(s)
	return &v
}

// Timestamp is t in RFC 3339 and UTC, in whole seconds.
//
//go:noinline
func Timestamp(t time.Time) *string {
	v := t.UTC().Format(TimeLayout)
	return &v
}

// TimestampOrNull is timestamp, and null for a zero time.
//
//go:noinline
func TimestampOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return Timestamp(t)
}

// hours is a number of seconds in hours.
func hours(seconds float64) *float64 {
	h := seconds / 3600
	return &h
}

// exact is a difference of amounts without the noise of floating point.
//
//go:noinline
func exact(usd *float64) *float64 {
	if usd == nil {
		return nil
	}
	v := math.Round(*usd*1e9)/1e9 + 0 // no negative zero
	return &v
}
