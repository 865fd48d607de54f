package client

import (
	"fmt"
	"sync"
	"time"
)

// analyticsPerMinute is how many queries the service answers in a minute.
const analyticsPerMinute = 64

// limiter admits analyticsPerMinute requests in any minute. The zero limiter
// has admitted none.
type limiter struct {
	mu       sync.Mutex
	admitted [analyticsPerMinute]time.Time
	oldest   int
}

// admit returns 0 for a request that may be sent now, and otherwise how long
// it has to wait.
func (l *limiter) admit(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, t := range l.admitted {
		if t.After(now) { // the clock was set back
			l.admitted[i] = now
		}
	}
	if t := l.admitted[l.oldest]; !t.IsZero() && now.Sub(t) < time.Minute {
		return time.Minute - now.Sub(t)
	}
	l.admitted[l.oldest] = now
	l.oldest = (l.oldest + 1) % len(l.admitted)
	return 0
}

// tooMany is the error for a request that would be one too many, and is not
// sent.
func tooMany(endpoint string, wait time.Duration) *APIError {
	return &APIError{
		Kind: ErrRateLimited, Endpoint: endpoint,
		Message:    fmt.Sprintf("more than %d requests in a minute", analyticsPerMinute),
		RetryAfter: &wait,
	}
}
