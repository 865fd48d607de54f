package client

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ortop/internal/leaktest"
)

// raw returns the base URL of a server that speaks through bare connections:
// talk gets each one after the request's header has been read.
func raw(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_ = r.Body.Close()
					talk(conn)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func timeout(d time.Duration) func(*Config) { return func(cfg *Config) { cfg.Timeout = d } }

func TestN02RawAnswers(t *testing.T) {
	send := func(s string) func(net.Conn) {
		return func(c net.Conn) { _, _ = io.WriteString(c, s) }
	}
	for _, tt := range []struct {
		name, words string
		talk        func(net.Conn)
		quick       bool
	}{
		{"closed", "no answer: EOF", func(net.Conn) {}, false},
		{"reset", "connection reset by peer", func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }, true},
		{"garbage", "malformed HTTP", send("\x00\x1b[2J<html>\r\n\r\n"), false},
		{"N04 body shorter than said, JSON whole", "unexpected EOF", send("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + goodCredits), false},
		{"N04 chunks without end, JSON whole", "unexpected EOF", send(fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(goodCredits), goodCredits)), false},
		{"N05 header of 8 MB", "no answer: header too large", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX: ")
			line := bytes.Repeat([]byte("x"), 8<<20)
			_, _ = c.Write(line)
		}, false},
		{"N05 endless 1xx", "no answer: header too large", func(c net.Conn) {
			for {
				if _, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"); err != nil {
					return
				}
			}
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newClient(t, raw(t, tt.talk)).Credits(t.Context())
			wantNetworkError(t, "Credits()", err, tt.words, tt.quick)
		})
	}
}

func wantNetworkError(t *testing.T, what string, err error, words string, quick bool) {
	t.Helper()
	wantError(t, what, err, ErrNetwork, words)
	e := (*NetworkError)(nil)
	if !errors.As(err, &e) || e.QuickRetry != quick || e.Endpoint != "credits" {
		t.Errorf("%s = %#v, want a NetworkError with QuickRetry %v", what, err, quick)
	}
	if quick && errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s = %v, a time-out with a quick retry", what, err)
	}
}

func TestN02Refused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	_, err = newClient(t, "http://"+l.Addr().String()).Credits(t.Context())
	wantNetworkError(t, "Credits()", err, "reading credits: no answer: dial tcp "+l.Addr().String()+": connect: connection refused", true)
}

func TestN03TimeOut(t *testing.T) {
	hang := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	drip := func(begin, s string) func(net.Conn) {
		return func(c net.Conn) {
			_, _ = io.WriteString(c, begin)
			for _, err := io.WriteString(c, s); err == nil; _, err = io.WriteString(c, s) {
				time.Sleep(5 * time.Millisecond)
			}
		}
	}
	leaktest.Check(t)
	for _, tt := range []struct {
		name string
		talk func(net.Conn)
	}{
		{"hang", hang},
		{"slow headers", drip("HTTP/1.1 200 OK\r\n", "X: y\r\n")},
		{"slow body", drip("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", " ")},
		{"stall in the body", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"+goodCredits)
			hang(c)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			begin := time.Now()
			_, err := newClient(t, raw(t, tt.talk), timeout(100*time.Millisecond)).Credits(t.Context())
			wantNetworkError(t, "Credits()", err, "reading credits: no answer: context deadline exceeded", false)
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 10*time.Second {
				t.Errorf("Credits() = %v after %v, want a time-out after 0.1 s", err, time.Since(begin))
			}
		})
	}
	t.Run("slow body of a refusal", func(t *testing.T) {
		_, err := newClient(t, raw(t, drip("HTTP/1.1 429 Slow\r\nRetry-After: 9\r\n\r\n", " ")), timeout(100*time.Millisecond)).Credits(t.Context())
		wantError(t, "Credits()", err, ErrRateLimited, "429 rate limited")
	})
	t.Run("the caller's deadline", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := newClient(t, raw(t, hang)).Credits(ctx)
		wantNetworkError(t, "Credits()", err, "no answer: context deadline exceeded", false)
	})
}

// roundTrip is an in-process server.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestN03DefaultTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := New(Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		_, err = c.Credits(t.Context())
		wantNetworkError(t, "Credits()", err, "no answer: context deadline exceeded", false)
		if got := time.Since(begin); got != 15*time.Second {
			t.Errorf("Credits() took %v, want 15 s", got)
		}
	})
}

func TestTransportWithoutBody(t *testing.T) {
	c, err := New(Config{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200}, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Credits(t.Context())
	wantError(t, "Credits()", err, ErrMalformed, "empty")
}

func TestH36N06Bodies(t *testing.T) {
	zip := func(s string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, s)
		_ = w.Close()
		return b.String()
	}
	var written atomic.Int64
	endless := func(zipped bool) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			written.Store(0)
			out := io.Writer(w)
			if zipped {
				w.Header().Set("Content-Encoding", "gzip")
				out = gzip.NewWriter(w)
			}
			spaces := bytes.Repeat([]byte(" "), 1<<16)
			for range 1 << 14 { // 1 GiB
				if _, err := out.Write(spaces); err != nil {
					return
				}
				written.Add(int64(len(spaces)))
			}
		}
	}
	gz := zip(goodCredits)
	for _, tt := range []struct {
		name, words string
		handler     http.HandlerFunc
	}{
		{"exactly 1 MiB", "", answer(200, goodCredits+strings.Repeat(" ", maxBodyBytes-len(goodCredits)))},
		{"1 MiB and a byte", "larger than 1 MiB", answer(200, goodCredits+strings.Repeat(" ", maxBodyBytes-len(goodCredits)+1))},
		{"endless", "larger than 1 MiB", endless(false)},
		{"gzip bomb", "larger than 1 MiB", endless(true)},
		{"gzip", "", answer(200, gz, "Content-Encoding", "gzip")},
		{"says gzip, is not", "not in the encoding that it declares", answer(200, goodCredits, "Content-Encoding", "gzip")},
		{"corrupt gzip", "not in the encoding that it declares", answer(200, gz[:10]+strings.Repeat("\x07", 40), "Content-Encoding", "gzip")},
		{"gzip with a wrong sum", "not in the encoding that it declares", answer(200, gz[:len(gz)-8]+"\x00\x00\x00\x00"+gz[len(gz)-4:], "Content-Encoding", "gzip")},
		{"gzip that was not declared", "not valid JSON", answer(200, gz)},
		{"other encoding", "an encoding that was not requested", answer(200, goodCredits, "Content-Encoding", "br")},
		{"identity", "", answer(200, goodCredits, "Content-Encoding", "identity")},
	} {
		got, err := serve(t, tt.handler).Credits(t.Context())
		if tt.words == "" {
			if err != nil || got.TotalCreditsUSD != 100.5 {
				t.Errorf("Credits(%s) = %+v, %v, want it read", tt.name, got, err)
			}
			continue
		}
		wantError(t, "Credits("+tt.name+")", err, ErrMalformed, tt.words)
		if n := written.Load(); n >= 1<<30 {
			t.Errorf("Credits(%s) read %d bytes, want it to stop early", tt.name, n)
		}
	}
	_, err := serve(t, answer(200, gz[:len(gz)-10], "Content-Encoding", "gzip")).Credits(t.Context())
	wantNetworkError(t, "Credits(cut gzip)", err, "unexpected EOF", false)
	_, err = serve(t, answer(503, goodCredits, "Content-Encoding", "gzip")).Credits(t.Context())
	wantError(t, "Credits(refusal that says gzip)", err, ErrServer, "503")
}

func TestN08Proxy(t *testing.T) {
	c, err := New(Config{BaseURL: "https://openrouter.ai/api/v1", Key: NewSecret(canary)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Credits(t.Context())
	wantNetworkError(t, "Credits()", err, "reading credits: no answer: the proxy answered 407 Proxy Authentication Required", false)
	asked := <-proxyAnswer
	if !strings.HasPrefix(asked, "CONNECT openrouter.ai:443 HTTP/1.1\r\n") || strings.Contains(asked, "c0ffee") || strings.Contains(asked, "Bearer") {
		t.Errorf("the proxy was sent %q, want a CONNECT without the key", asked)
	}
	if _, err := serve(t, answer(200, goodCredits)).Credits(t.Context()); err != nil {
		t.Errorf("Credits(loopback) = %v, want no proxy in between", err)
	}
}

func TestK10LocalhostElsewhere(t *testing.T) {
	for _, tt := range []struct {
		address string
		want    error
	}{
		{"127.0.0.1:80", nil}, {"127.8.8.8:80", nil}, {"[::1]:80", nil},
		{"192.0.2.1:80", ErrNotLoopback}, {"[2001:db8::1]:80", ErrNotLoopback}, {"0.0.0.0:80", ErrNotLoopback}, {"localhost", ErrNotLoopback},
	} {
		if got := loopbackOnly("tcp", tt.address, nil); got != tt.want {
			t.Errorf("loopbackOnly(%s) = %v, want %v", tt.address, got, tt.want)
		}
	}
	// As where a name server gives localhost another address.
	c := newClient(t, "http://localhost:1")
	_, err := own(c).DialContext(t.Context(), "tcp", "192.0.2.1:80")
	if !errors.Is(err, ErrNotLoopback) {
		t.Errorf("dialing 192.0.2.1 for http = %v, want %v", err, ErrNotLoopback)
	}
}

func own(c *Client) *http.Transport { return c.transport.(*renewable).current.Load() }

// serveTLS returns a client that trusts a TLS server, and the server.
func serveTLS(t *testing.T, h http.HandlerFunc, set func(*httptest.Server), options ...func(*Config)) (*Client, *httptest.Server) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if set != nil {
		set(s)
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	c := newClient(t, s.URL, options...)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	own(c).TLSClientConfig.RootCAs = roots
	return c, s
}

func TestN07TLS(t *testing.T) {
	good := answer(200, goodCredits)
	var proto atomic.Value
	c, _ := serveTLS(t, func(w http.ResponseWriter, r *http.Request) { proto.Store(r.Proto); good(w, r) }, nil)
	if _, err := c.Credits(t.Context()); err != nil || proto.Load() != "HTTP/2.0" {
		t.Errorf("Credits(trusted) = %v over %v, want HTTP/2.0", err, proto.Load())
	}
	_, s := serveTLS(t, good, nil)
	_, err := newClient(t, s.URL).Credits(t.Context())
	wantNetworkError(t, "Credits(untrusted)", err, "certificate signed by unknown authority", false)

	c, _ = serveTLS(t, good, nil)
	own(c).TLSClientConfig.ServerName = "openrouter.ai"
	_, err = c.Credits(t.Context())
	wantNetworkError(t, "Credits(wrong host)", err, "not openrouter.ai", false)

	c, _ = serveTLS(t, good, nil)
	own(c).TLSClientConfig.Time = func() time.Time { return noon.AddDate(200, 0, 0) }
	_, err = c.Credits(t.Context())
	wantNetworkError(t, "Credits(expired)", err, "certificate has expired", false)

	c, _ = serveTLS(t, good, func(s *httptest.Server) { s.TLS = &tls.Config{MaxVersion: tls.VersionTLS11} })
	_, err = c.Credits(t.Context())
	wantNetworkError(t, "Credits(TLS 1.1)", err, "protocol version", false)

	plain := httptest.NewServer(good)
	defer plain.Close()
	_, err = newClient(t, strings.Replace(plain.URL, "http:", "https:", 1)).Credits(t.Context())
	wantNetworkError(t, "Credits(http on an https port)", err, "first record does not look like a TLS handshake", false)
}

// The connection of a later poll goes on from what was verified for the first, as long as
// the certificate that was verified is valid.
func TestTLSIsResumed(t *testing.T) {
	var resumed atomic.Bool
	good := answer(200, goodCredits)
	c, _ := serveTLS(t, func(w http.ResponseWriter, r *http.Request) { resumed.Store(r.TLS.DidResume); good(w, r) }, nil)
	for _, want := range []bool{false, true, true} {
		if _, err := c.Credits(t.Context()); err != nil || resumed.Load() != want {
			t.Fatalf("Credits() = %v, over a connection that was resumed: %v, want %v", err, resumed.Load(), want)
		}
		c.CloseIdle()
	}
	own(c).TLSClientConfig.Time = func() time.Time { return noon.AddDate(200, 0, 0) }
	_, err := c.Credits(t.Context())
	wantNetworkError(t, "Credits(expired meanwhile)", err, "certificate has expired", false)
}

// A connection whose far end is gone without a word, as after a sleep: the
// request over it ends in time, and the next one uses a new connection.
func TestN10DeadConnection(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{true, false} {
		t.Run(fmt.Sprintf("HTTP/2 %v", http2), func(t *testing.T) {
			t.Parallel()
			testDeadConnection(t, http2)
		})
	}
}

func testDeadConnection(t *testing.T, http2 bool) {
	var dead atomic.Bool // what has been connected until now gets no answer
	c, s := serveTLS(t, answer(200, goodCredits), func(s *httptest.Server) { s.EnableHTTP2 = http2 }, timeout(time.Second))
	target := strings.TrimPrefix(s.URL, "https://")
	own(c).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		dead.Store(false)
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", target)
		return &mortal{Conn: conn, dead: &dead}, err
	}
	for range 2 {
		if _, err := c.Credits(t.Context()); err != nil {
			t.Fatalf("Credits(HTTP/2 %v) = %v, want an answer over a new connection", http2, err)
		}
		dead.Store(true)
		_, err := c.Credits(t.Context())
		wantNetworkError(t, "Credits(dead connection)", err, "no answer: context deadline exceeded", false)
	}
}

// mortal is a connection that swallows what is written to it while it is dead.
type mortal struct {
	net.Conn
	dead *atomic.Bool
	gone atomic.Bool
}

func (m *mortal) Write(b []byte) (int, error) {
	if m.dead.Load() {
		m.gone.Store(true)
	}
	if m.gone.Load() {
		return len(b), nil
	}
	return m.Conn.Write(b)
}

func TestN13Connections(t *testing.T) {
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(nil)
	bodies := []http.HandlerFunc{
		answer(200, goodCredits), answer(500, strings.Repeat("x", 10_000)), answer(200, "junk"), answer(302, "moved", "Location", "/"),
	}
	var n atomic.Int32
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bodies[int(n.Add(1))%len(bodies)](w, r)
	})
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	c := newClient(t, s.URL)
	done := make(chan struct{})
	for range 4 {
		go func() {
			for range 25 {
				_, _ = c.Credits(t.Context())
			}
			done <- struct{}{}
		}()
	}
	for range 4 {
		<-done
	}
	if got := opened.Load(); got > 2 {
		t.Errorf("100 requests opened %d connections, want at most 2", got)
	}
}

func TestNetworkError(t *testing.T) {
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 443}, Err: err}
	}
	for _, tt := range []struct {
		err             error
		is              error // nil: err itself, its type kept
		quick, timedOut bool
		timeout         time.Duration
	}{
		{err: dial(&net.DNSError{Err: "no such host", Name: "openrouter.ai", IsNotFound: true})},
		{err: dial(&net.DNSError{Err: "i/o timeout", Name: "openrouter.ai", IsTimeout: true}), timedOut: true, timeout: 5 * time.Second},
		{err: dial(syscall.ECONNREFUSED), quick: true},
		{err: syscall.ECONNRESET, quick: true},
		{err: dial(syscall.ENETUNREACH)},
		{err: dial(os.ErrDeadlineExceeded), timedOut: true, timeout: 5 * time.Second},
		{err: os.ErrDeadlineExceeded, timedOut: true},
		{err: &ProxyError{502}},
		{err: ErrProxyURL},
		{err: dial(ErrNotLoopback)},
		{err: errors.New("net/http: HTTP/1.x transport connection broken: malformed MIME header line: X: \x1b[31m"), is: ErrNotHTTP},
		{err: errors.New("malformed HTTP response \"<html>\""), is: ErrNotHTTP},
		{err: &url.Error{Op: "Get", URL: "https://x?hunter2", Err: io.EOF}, is: io.EOF},
		{err: fmt.Errorf("odd\x1b[2J %s %w", canary, io.EOF), is: ErrNetwork},
	} {
		c := &Client{key: NewSecret(canary), timeout: time.Second}
		c.base, _ = ParseBaseURL(DefaultBaseURL)
		err := c.networkError(t.Context(), "credits", tt.err)
		wantNetworkError(t, fmt.Sprintf("networkError(%v)", tt.err), err, "reading credits: no answer: ", tt.quick)
		want := tt.is
		if want == nil {
			want = tt.err
		}
		var e *NetworkError
		if !errors.Is(err, want) || !errors.As(err, &e) || e.Timeout != tt.timeout || e.Host != "openrouter.ai" {
			t.Errorf("networkError(%v) = %#v, want it to be %v, with a time-out of %v", tt.err, err, want, tt.timeout)
		}
		if errors.Is(err, context.DeadlineExceeded) != tt.timedOut {
			t.Errorf("networkError(%v) = %v, want a time-out %v", tt.err, err, tt.timedOut)
		}
	}
}
