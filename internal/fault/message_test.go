package fault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ortop/client"
)

// canary stands for a real key: it must never be seen in what is said.
const canary = "sk-or-v1-c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00"

// transport is a network where every request fails.
type transport func(*http.Request) error

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return nil, f(r) }

// request returns the error of a request to base over a failing network.
func request(t *testing.T, ctx context.Context, base string, fail transport) error {
	t.Helper()
	c, err := client.New(client.Config{BaseURL: base, Key: client.NewSecret(canary), Transport: fail})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Credits(ctx)
	return err
}

func TestMessageOfNoAnswer(t *testing.T) {
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 3128}, Err: err}
	}
	proxy := func(err error) error { return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: err} }
	for _, tt := range []struct {
		err  error
		want string
	}{
		{dial(&net.DNSError{Err: "no such host", Name: "openrouter.ai", IsNotFound: true}), "cannot resolve openrouter.ai"},
		{dial(&net.DNSError{Err: "i/o timeout", Name: "openrouter.ai", IsTimeout: true}), "cannot resolve openrouter.ai: no answer from the name server"},
		{dial(syscall.ECONNREFUSED), "connection refused by openrouter.ai"},
		{dial(syscall.ENETUNREACH), "network unreachable"},
		{dial(syscall.EHOSTUNREACH), "no route to openrouter.ai"},
		{dial(context.DeadlineExceeded), "no connection to openrouter.ai within 5 s"},
		{dial(client.ErrNotLoopback), "openrouter.ai is not this machine, and http is for this machine only"},
		{proxy(dial(syscall.ECONNREFUSED)), "connection refused by the proxy 192.0.2.1:3128"},
		{proxy(dial(&net.DNSError{Err: "no such host", Name: "proxy.example"})), "cannot resolve proxy.example"},
		{proxy(&client.ProxyError{Status: 502}), "the proxy answered 502 Bad Gateway"},
		{proxy(&client.ProxyError{Status: 599}), "the proxy answered 599"},
		{client.ErrProxyURL, "the proxy named in the environment is not a URL"},
		{syscall.ECONNRESET, "connection reset by openrouter.ai"},
		{syscall.EPIPE, "connection reset by openrouter.ai"},
		{io.EOF, "connection closed by openrouter.ai before the answer was whole"},
		{io.ErrUnexpectedEOF, "connection closed by openrouter.ai before the answer was whole"},
		{errors.New(`malformed HTTP response "<html>"`), "openrouter.ai does not speak HTTP"},
		{errors.New("net/http: HTTP/1.x transport connection broken: net/http: server response headers exceeded 10485760 bytes; aborted"), "the header of the answer from openrouter.ai is too large"},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, "no secure connection to openrouter.ai: handshake failure"},
		{errors.New("tls: server selected unsupported protocol version 301"), "no secure connection to openrouter.ai: server selected unsupported protocol version 301"},
		{&net.OpError{Op: "read", Net: "tcp", Source: &net.TCPAddr{Port: 1}, Addr: &net.TCPAddr{Port: 2}, Err: errors.New("odd")}, "request failed: odd"},
		{errors.New("http2: stream closed"), "request failed: stream closed"},
		{&url.Error{Op: "Get", URL: "https://x?hunter2", Err: errors.New("odd")}, "request failed: odd"},
		{&url.Error{Op: "Get", URL: "https://x?hunter2", Err: os.ErrDeadlineExceeded}, "no answer from openrouter.ai in time"},
		{errors.New("http2: client connection lost"), "connection to openrouter.ai lost"},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "openrouter.ai does not speak TLS"},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "certificate not trusted: unknown authority"},
		{&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "openrouter.ai"}}, "certificate not trusted: not made for openrouter.ai"},
		{&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}, "certificate not trusted: expired or not yet valid by this machine's clock"},
		{&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.TooManyIntermediates}}, "certificate not trusted: x509: too many intermediates for path length constraint"},
		{fmt.Errorf("odd\x1b[2J %s", canary), "request failed: odd\ufffd[2J [redacted]"},
	} {
		err := request(t, t.Context(), client.DefaultBaseURL, func(*http.Request) error { return tt.err })
		if got, want := Message(err), "reading credits: "+tt.want; got != want {
			t.Errorf("Message(%v) = %q, want %q", tt.err, got, want)
		}
		wrapped := fmt.Errorf("account work: %w (and 2 more)", err)
		if got, want := Message(wrapped), "account work: reading credits: "+tt.want+" (and 2 more)"; got != want {
			t.Errorf("Message(%v, wrapped) = %q, want %q", tt.err, got, want)
		}
		if strings.Contains(err.Error(), "c0ffee") || strings.Contains(err.Error(), "hunter2") || strings.ContainsAny(err.Error(), "<\x1b") {
			t.Errorf("Error() = %q, want no secret, markup or escape", err)
		}
	}
}

func TestMessageOfTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(r *http.Request) error { <-r.Context().Done(); return r.Context().Err() }
		err := request(t, t.Context(), client.DefaultBaseURL, hang)
		if got, want := Message(err), "reading credits: no answer within 15 s"; got != want {
			t.Errorf("Message(%v) = %q, want %q", err, got, want)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err = request(t, ctx, client.DefaultBaseURL, hang)
		if got, want := Message(err), "reading credits: no answer in the time that was left"; got != want {
			t.Errorf("Message(%v) = %q, want %q", err, got, want)
		}
	})
}

func TestMessageOfOthers(t *testing.T) {
	for _, err := range []error{errors.New("odd"), &client.APIError{Status: 429, Kind: client.ErrRateLimited, Endpoint: "credits"}, context.Canceled} {
		if got := Message(err); got != err.Error() {
			t.Errorf("Message(%v) = %q, want its own text", err, got)
		}
	}
}
