package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"strings"
	"syscall"

	"ortop/internal/text"
)

// errTimeout is why a request's own context ended, where Config.Timeout did it.
var errTimeout = errors.New("time is up")

// networkError returns the error for a request that failed with err before
// its answer was whole. ctx is the request's own context.
func (c *Client) networkError(ctx context.Context, endpoint string, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("reading %s: %w", endpoint, context.Canceled)
	}
	c.CloseIdle()
	e := &NetworkError{Endpoint: endpoint, Host: c.base.Host}
	switch why := context.Cause(ctx); {
	case errors.Is(why, errTimeout):
		e.Timeout, e.Err = c.timeout, context.DeadlineExceeded
	case why != nil:
		e.Err = context.DeadlineExceeded
	default:
		e.Err = c.withoutSecrets(err)
		e.timedOut = isTimeout(err)
		var op *net.OpError
		if e.timedOut && errors.As(err, &op) && op.Op == "dial" {
			e.Timeout = dialTimeout
		}
		e.QuickRetry = !e.timedOut && (errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET))
	}
	return e
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

// withoutSecrets returns a transport's error without its URL; an error that
// repeats a secret, or has control characters, loses its type with them.
func (c *Client) withoutSecrets(err error) error {
	var u *url.Error // of a transport that was passed in
	if errors.As(err, &u) {
		err = u.Err
	}
	for _, words := range []string{"malformed HTTP", "malformed MIME", "too many 1xx"} { // some repeat what came
		if strings.Contains(err.Error(), words) {
			return ErrNotHTTP
		}
	}
	if strings.Contains(err.Error(), "response headers exceeded") {
		return ErrHeaderTooLarge
	}
	if line := text.Safe(err.Error(), math.MaxInt, c.key.Reveal()); line != strings.TrimSpace(err.Error()) {
		return errors.New(line)
	}
	return err
}
