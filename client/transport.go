package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	dialTimeout    = 5 * time.Second // name, every address, and the fall back from IPv6
	maxHeaderBytes = 64 << 10
)

// Reasons of this package, as the Err of a NetworkError.
var (
	// ErrNotHTTP is an answer that is not HTTP.
	ErrNotHTTP = errors.New("malformed HTTP")
	// ErrHeaderTooLarge is an answer whose header is larger than any of the API's.
	ErrHeaderTooLarge = errors.New("header too large")
	// ErrNotLoopback is a host that is not this machine, for a base URL of http.
	ErrNotLoopback = errors.New("not an address of this machine")
	// ErrProxyURL is a proxy of the environment that cannot be understood.
	ErrProxyURL = errors.New("the proxy named in the environment is not a URL")
)

// ProxyError is a proxy's answer to CONNECT that is not a success.
type ProxyError struct{ Status int }

// Error returns a line such as "the proxy answered 502 Bad Gateway".
func (e *ProxyError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("the proxy answered %d %s", e.Status, http.StatusText(e.Status)))
}

// renewable is a transport whose CloseIdleConnections has every later request
// use new connections. Without this, a dead HTTP/2 connection stays in use for
// as long as its last request is being taken down, and gets the next one too.
type renewable struct {
	current atomic.Pointer[http.Transport]
}

func newRenewable(t *http.Transport) *renewable {
	r := &renewable{}
	r.current.Store(t)
	return r
}

// RoundTrip implements http.RoundTripper.
func (r *renewable) RoundTrip(req *http.Request) (*http.Response, error) {
	return r.current.Load().RoundTrip(req)
}

func (r *renewable) CloseIdleConnections() {
	old := r.current.Load()
	r.current.CompareAndSwap(old, old.Clone())
	old.CloseIdleConnections()
}

// session is that of the newest connection to the host: the next goes on from what was
// verified for it, at half the arithmetic. As Go has it, with a certificate that expired
// meanwhile it does not.
type session struct {
	mu     sync.Mutex
	newest *tls.ClientSessionState
}

// Get implements tls.ClientSessionCache.
func (s *session) Get(string) (*tls.ClientSessionState, bool) {
	s.mu.Lock()
	known := s.newest
	s.mu.Unlock()
	return known, known != nil
}

// Put implements tls.ClientSessionCache.
func (s *session) Put(_ string, newest *tls.ClientSessionState) {
	s.mu.Lock()
	s.newest = newest
	s.mu.Unlock()
}

// newTransport returns a transport for one host, with at most two connections
// to it. Certificates are always verified.
func newTransport(base *url.URL) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout}
	t := &http.Transport{
		DialContext:         dialer.DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, ClientSessionCache: new(session)},
		TLSHandshakeTimeout: 2 * dialTimeout,
		MaxConnsPerHost:     2,
		MaxIdleConnsPerHost: 2,
		// Shorter than a poll's interval: what is left after a sleep or a
		// change of network is then never used again.
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ForceAttemptHTTP2:      true,
		HTTP2: &http.HTTP2Config{
			// Together less than the default time-out of a request.
			SendPingTimeout:  10 * time.Second,
			PingTimeout:      4 * time.Second,
			WriteByteTimeout: 5 * time.Second,
		},
	}
	if base.Scheme == "http" {
		// Nothing is encrypted, so the key goes to this machine or nowhere,
		// whatever localhost resolves to.
		dialer.Control = loopbackOnly
		return t
	}
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		u, err := http.ProxyFromEnvironment(r)
		if err != nil {
			return nil, ErrProxyURL // err repeats the URL, password and all
		}
		return u, nil
	}
	t.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
		if res.StatusCode != http.StatusOK {
			return &ProxyError{res.StatusCode}
		}
		return nil
	}
	return t
}

func loopbackOnly(_, address string, _ syscall.RawConn) error {
	if a, err := netip.ParseAddrPort(address); err != nil || !a.Addr().IsLoopback() {
		return ErrNotLoopback
	}
	return nil
}
