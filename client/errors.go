package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ortop/internal/text"
)

// What went wrong, for errors.Is. Each error of a request, except of one that
// its caller cancelled, is exactly one of these.
var (
	ErrUnauthorized = errors.New("unauthorized")         // 401: the key is missing, wrong, disabled or expired
	ErrPayment      = errors.New("payment required")     // 402
	ErrForbidden    = errors.New("forbidden")            // 403: of account endpoints, not a management key
	ErrNotFound     = errors.New("not found")            // 404, 410: no such thing, or the base URL is wrong
	ErrTimeout      = errors.New("request timed out")    // 408: the server gave up
	ErrRateLimited  = errors.New("rate limited")         // 429
	ErrServer       = errors.New("server error")         // 5xx
	ErrRequest      = errors.New("request not accepted") // every other status that is not a success; or a request not sent, being wrong
	ErrRedirect     = errors.New("redirect refused")     // 301, 302, 303, 307, 308
	ErrMalformed    = errors.New("malformed answer")     // a success that cannot be believed
	ErrNetwork      = errors.New("no answer")            // nothing came back, or not all of it
)

// maxMessageBytes bounds a server's message, and so its width in cells.
const maxMessageBytes = 200

// APIError is an answer that is a refusal, or one that was not understood; or
// a request that was not sent because it would have been refused.
type APIError struct {
	// Status is the HTTP status. It is 200 for an answer that was malformed,
	// or that had an "error" in its body, and 0 if nothing was sent.
	Status int
	// Message is one clean line of at most 200 bytes, without keys: the
	// server's own words where it had any. It may be empty.
	Message string
	// Kind is one of the Err values of this package.
	Kind error
	// RetryAfter is how long the server wants no further request, from when the
	// answer came: by Retry-After, else, for ErrRateLimited, by
	// X-RateLimit-Reset, which are observed in the body too. It is nil if the
	// server did not say. A well-formed wait is given as it is, however long;
	// one that cannot be read is an hour.
	RetryAfter *time.Duration
	// NotJSON reports that a refusal had another body than the API's own: a
	// proxy's page, or none.
	NotJSON bool
	// Endpoint is the endpoint, without identifiers: "credits",
	// "workspaces/budgets".
	Endpoint string
}

// Error returns a line such as
// "reading credits: 429 rate limited: slow down".
func (e *APIError) Error() string {
	s := "reading " + e.Endpoint + ": "
	if e.Status != 0 && e.Status != http.StatusOK {
		s += strconv.Itoa(e.Status) + " "
	}
	s += e.Kind.Error()
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s
}

// Unwrap returns the kind.
func (e *APIError) Unwrap() error { return e.Kind }

// NetworkError is a request without a whole answer. It is ErrNetwork, the
// errors below Err and, where time ran out, context.DeadlineExceeded.
type NetworkError struct {
	Endpoint string // without identifiers: "credits"
	Host     string // with its port if it has one: "openrouter.ai"
	// Err is why, without secrets: a *net.DNSError, a *net.OpError, a
	// *tls.CertificateVerificationError, a *ProxyError, ErrProxyURL,
	// ErrNotLoopback, ErrNotHTTP, ErrHeaderTooLarge, context.DeadlineExceeded, or
	// any other of the transport.
	Err error
	// Timeout is the client's own bound that ran out: Config.Timeout, or that
	// of a connection, where Err is a *net.OpError. It is 0 if no such bound did.
	Timeout time.Duration
	// QuickRetry reports whether another request at once makes sense: a
	// connection was refused or reset. It is never set after a time-out.
	QuickRetry bool
	timedOut   bool // without Err being context.DeadlineExceeded
}

// Error returns a line such as
// "reading credits: no answer: dial tcp: lookup openrouter.ai: no such host".
func (e *NetworkError) Error() string {
	return text.Clean(fmt.Sprintf("reading %s: %v: %v", e.Endpoint, ErrNetwork, e.Err), maxMessageBytes)
}

// Unwrap returns ErrNetwork, Err and, after a time-out,
// context.DeadlineExceeded.
func (e *NetworkError) Unwrap() []error {
	errs := []error{ErrNetwork, e.Err}
	if e.timedOut {
		errs = append(errs, context.DeadlineExceeded)
	}
	return errs
}

// kindOf returns the kind of an answer with this status, which is not 200.
//
//go:noinline
func kindOf(status int) error {
	switch status {
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusPaymentRequired:
		return ErrPayment
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound, http.StatusGone:
		return ErrNotFound
	case http.StatusRequestTimeout:
		return ErrTimeout
	case http.StatusTooManyRequests:
		return ErrRateLimited
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return ErrRedirect
	}
	switch status / 100 {
	case 3, 4:
		return ErrRequest
	case 5:
		return ErrServer
	}
	return ErrMalformed
}

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
