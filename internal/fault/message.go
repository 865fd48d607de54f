package fault

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

	"ortop/client"
)

// Message returns the text of err, with a request that had no answer put in
// plain words: "reading credits: cannot resolve openrouter.ai".
func Message(err error) string {
	var e *client.NetworkError
	if !errors.As(err, &e) {
		return err.Error()
	}
	return strings.Replace(err.Error(), e.Error(), "reading "+e.Endpoint+": "+cause(e), 1)
}

// cause says why there was no answer.
func cause(e *client.NetworkError) string {
	if !errors.Is(e, context.DeadlineExceeded) {
		return failure(e.Err, e.Host)
	}
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(e.Err, &dns):
		return fmt.Sprintf("cannot resolve %s: no answer from the name server", dns.Name)
	case errors.As(e.Err, &op) && op.Op == "dial" && e.Timeout != 0:
		return fmt.Sprintf("no connection to %s within %s", e.Host, seconds(e.Timeout))
	case e.Timeout != 0:
		return "no answer within " + seconds(e.Timeout)
	case errors.Is(e.Err, context.DeadlineExceeded):
		return "no answer in the time that was left"
	}
	return fmt.Sprintf("no answer from %s in time", e.Host)
}

// Transport says in plain words why a request to a host had no answer within a time,
// without its URL.
func Transport(err error, host string, within time.Duration) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if strings.Contains(err.Error(), "malformed HTTP") { // it repeats what came
		err = client.ErrNotHTTP
	}
	return cause(&client.NetworkError{Err: err, Host: host, Timeout: within})
}

// failure says why a request failed in its transport.
func failure(err error, host string) string {
	var (
		op        *net.OpError
		proxy     *client.ProxyError
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
	case errors.As(err, &proxy):
		return proxy.Error()
	case errors.Is(err, client.ErrProxyURL):
		return client.ErrProxyURL.Error()
	case errors.Is(err, client.ErrNotLoopback):
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
	case errors.Is(err, client.ErrNotHTTP):
		return host + " does not speak HTTP"
	case errors.Is(err, client.ErrHeaderTooLarge):
		return "the header of the answer from " + host + " is too large"
	}
	return unforeseen(err, host)
}

// unforeseen is what is left of an error of Go's transport without the names of
// its packages, functions and sockets.
func unforeseen(err error, host string) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	words := err.Error()
	lead := "request failed: "
	if _, after, is := strings.Cut(words, "tls: "); is {
		lead, words = "no secure connection to "+host+": ", after
	}
	return lead + packages.Replace(words)
}

var packages = strings.NewReplacer("net/http: ", "", "HTTP/1.x transport connection broken: ", "", "http2: ", "", "x509: ", "", "remote error: ", "")

func seconds(d time.Duration) string { return fmt.Sprintf("%g s", d.Seconds()) }
