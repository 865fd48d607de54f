package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

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
	why := context.Cause(ctx)
	e := &NetworkError{Endpoint: endpoint}
	switch {
	case errors.Is(why, errTimeout):
		e.Cause = "no answer within " + seconds(c.timeout)
		e.timedOut = context.DeadlineExceeded
	case why != nil:
		e.Cause = "no answer in the time that was left"
		e.timedOut = context.DeadlineExceeded
	case isTimeout(err):
		e.Cause = timeoutCause(err, c.base.Host)
		e.timedOut = context.DeadlineExceeded
	default:
		e.Cause = cause(err, c.base.Host)
		e.QuickRetry = errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET)
	}
	e.Cause = text.Safe(e.Cause, maxMessageBytes, c.key.Reveal())
	return e
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

func timeoutCause(err error, host string) string {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return fmt.Sprintf("cannot resolve %s: no answer from the name server", dns.Name)
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return fmt.Sprintf("no connection to %s within %s", host, seconds(dialTimeout))
	}
	return fmt.Sprintf("no answer from %s in time", host)
}

// cause puts a transport's error in plain words, and never its URL.
func cause(err error, host string) string {
	var (
		op        *net.OpError
		refusal   *proxyRefusal
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
	)
	if errors.As(err, &op) && op.Op == "proxyconnect" {
		host, err = "the proxy", op.Err
		if errors.As(err, &op) && op.Addr != nil {
			host += " " + op.Addr.String()
		}
	}
	switch {
	case errors.As(err, &refusal):
		return refusal.Error()
	case errors.Is(err, errProxyURL):
		return errProxyURL.Error()
	case errors.Is(err, errNotLoopback):
		return fmt.Sprintf("%s is not this machine, and http is for this machine only", host)
	case errors.As(err, &dns):
		return "cannot resolve " + dns.Name
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused by " + host
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset by " + host
	case errors.Is(err, syscall.ENETUNREACH):
		return "network unreachable"
	case errors.Is(err, syscall.EHOSTUNREACH):
		return "no route to " + host
	case errors.As(err, &authority):
		return "certificate not trusted: unknown authority"
	case errors.As(err, &name):
		return "certificate not trusted: not made for " + host
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "certificate not trusted: expired or not yet valid by this machine's clock"
	case errors.As(err, &verify):
		return "certificate not trusted: " + verify.Err.Error()
	case errors.As(err, &record):
		return host + " does not speak TLS"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("connection closed by %s before the answer was whole", host)
	case strings.Contains(err.Error(), "client connection lost"): // HTTP/2, a ping without an answer
		return "connection to " + host + " lost"
	case strings.Contains(err.Error(), "malformed HTTP"):
		return host + " does not speak HTTP"
	}
	var u *url.Error // of a transport that was passed in
	if errors.As(err, &u) {
		err = u.Err
	}
	return "request failed: " + err.Error()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%g s", d.Seconds()) }
