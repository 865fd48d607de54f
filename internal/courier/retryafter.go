package courier

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ortop/internal/alert"
)

// waitError is an error of a channel that asks for no other attempt before a
// while has passed.
type waitError struct {
	error
	after time.Duration
}

func (e *waitError) Unwrap() error { return e.error }

// RetryAfter is what an answer's Retry-After asks for, in seconds or as a
// date, within an hour; zero where there is none.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 63); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(alert.LongestRetryAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date // by the clock that at is of
	}
	return min(max(at.Sub(now), 0), alert.LongestRetryAfter)
}
