package client

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// unreadableWait is the wait for a value that cannot be read: long enough
// never to be a burst, short enough to come back.
const unreadableWait = time.Hour

// believableSkew is how far a server's clock may be from ours to be used.
const believableSkew = 24 * time.Hour

// clocks are the two times at which an answer came: ours, and the one in its
// Date header, zero if none.
type clocks struct{ local, server time.Time }

// retryAfter returns how long the server wants no request, nil if it did not
// say: by Retry-After, else, for a rate limit, by X-RateLimit-Reset. Each is
// looked up in the headers first, then in inBody, those that OpenRouter repeats
// in error.metadata.headers. A time that has passed, and 0, count as none.
func retryAfter(kind error, header, inBody http.Header, at clocks) *time.Duration {
	for _, h := range []http.Header{header, inBody} {
		if d := parseWait(h.Get("Retry-After"), at); d > 0 {
			return &d
		}
	}
	if kind != ErrRateLimited {
		return nil
	}
	for _, h := range []http.Header{header, inBody} {
		if d := parseReset(h.Get("X-RateLimit-Reset"), at); d > 0 {
			return &d
		}
	}
	return nil
}

// parseWait reads a Retry-After, in whole seconds or as an HTTP date. It
// returns 0 for one that is absent, zero or past, and an hour for one that is
// malformed or beyond a time.Duration.
func parseWait(s string, at clocks) time.Duration {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0
	}
	if digits(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n > math.MaxInt64/int64(time.Second) {
			return unreadableWait
		}
		return time.Duration(n) * time.Second
	}
	t, err := http.ParseTime(s)
	if err != nil {
		return unreadableWait
	}
	return at.until(t)
}

// parseReset reads an X-RateLimit-Reset: Unix time, in milliseconds or in
// seconds, with the results of parseWait.
func parseReset(s string, at clocks) time.Duration {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || !digits(s) {
		return unreadableWait
	}
	// As seconds, 1e11 is the year 5138; as milliseconds, it is 1973.
	if n >= 1e11 {
		return at.until(time.UnixMilli(n))
	}
	return at.until(time.Unix(n, 0))
}

// until returns the time to t by whichever clock is the slower one, for
// either may be wrong and a wait must not be too short.
func (c clocks) until(t time.Time) time.Duration {
	d := t.Sub(c.local)
	if skew := c.skew(); skew != nil && skew.Abs() <= believableSkew {
		d = max(d, t.Sub(c.server))
	}
	if d == math.MaxInt64 { // Sub stops there
		return unreadableWait
	}
	return max(d, 0)
}

// skew returns how far the server's clock is ahead of ours; nil is unknown.
func (c clocks) skew() *time.Duration {
	if c.server.IsZero() {
		return nil
	}
	skew := c.server.Sub(c.local)
	return &skew
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
