package gate

import (
	"errors"
	"time"

	"ortop/client"
)

// failures are how many there were since the last success, by kind.
type failures [kinds]int

// wait is what is known of one endpoint: that it is closed for a span, from a
// time on, by an error.
type wait struct {
	from     time.Time
	span     time.Duration
	err      error
	byServer bool // the server named the span
	failures failures
}

// after is the wait that follows from the outcome of a request. Of two waits
// the one that ends later counts. draw, from 0 to 1, is the random part.
func (w wait) after(err error, p Policy, now time.Time, draw float64) wait {
	left := w.left(now)
	if err == nil {
		w.failures = failures{}
		if !w.byServer {
			w.span = 0
		}
		return w
	}
	k, waits := p.of(err)
	if k != unauthorized {
		w.failures[unauthorized] = 0
	}
	w.failures[k]++
	span := waits.nth(w.failures[k])
	if p.Spread && (k == failure || k == network) {
		span -= time.Duration((1 - draw) * float64(span) / 2)
	}
	var answer *client.APIError
	byServer := errors.As(err, &answer) && answer.RetryAfter != nil
	if byServer {
		span = *answer.RetryAfter
	}
	if span >= left {
		w.from, w.span, w.err, w.byServer = now, span, err, byServer
	}
	return w
}

// left is how much of the wait is left. A clock that was set back to before the
// wait began begins it anew.
func (w *wait) left(now time.Time) time.Duration {
	// Setting the clock moves its wall time alone, and while the machine sleeps
	// that alone goes on.
	passed := max(now.Sub(w.from), now.Round(0).Sub(w.from.Round(0)))
	if passed < 0 {
		w.from, passed = now, 0
	}
	return max(0, w.span-passed)
}

// reason is why the endpoint is closed, for as long as that is from now on.
func (w wait) reason(left time.Duration) error {
	var answer *client.APIError
	if !w.byServer || !errors.As(w.err, &answer) {
		return w.err
	}
	rest := *answer
	rest.RetryAfter = &left
	return &rest
}
