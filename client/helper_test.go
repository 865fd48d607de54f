package client

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"
)

// canary stands for a real key: it must never be seen in what we say.
const canary = "sk-or-v1-c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00"

const goodCredits = `{"data":{"total_credits":100.5,"total_usage":25.75}}`

// proxyAnswer is what the proxy of this test's environment says to a CONNECT.
var proxyAnswer = make(chan string, 1)

// The environment's proxy is read once in a process, so that every test has
// this one: a proxy that refuses.
func TestMain(m *testing.M) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			buf := make([]byte, 4096)
			n, _ := conn.Read(buf)
			proxyAnswer <- string(buf[:n])
			_, _ = conn.Write([]byte("HTTP/1.1 407 <b>Who</b>\r\nContent-Length: 0\r\n\r\n"))
			_ = conn.Close()
		}
	}()
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"} {
		_ = os.Setenv(name, "http://somebody:hunter2@"+l.Addr().String())
	}
	_ = os.Unsetenv("NO_PROXY")
	_ = os.Unsetenv("no_proxy")
	os.Exit(m.Run())
}

// serve returns a client of a server on loopback that answers with h.
func serve(t *testing.T, h http.HandlerFunc, options ...func(*Config)) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return newClient(t, s.URL+"/api/v1", options...)
}

func newClient(t *testing.T, base string, options ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{BaseURL: base, Key: NewSecret(canary), Timeout: 5 * time.Second}
	for _, o := range options {
		o(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatalf("New(%q) = %v", base, err)
	}
	t.Cleanup(c.CloseIdle)
	return c
}

// answer returns a handler that writes a status and a body; headers are pairs.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			if headers[i+1] == "" {
				w.Header()[headers[i]] = nil
			} else {
				w.Header().Set(headers[i], headers[i+1])
			}
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// wantError checks an error's kind and words, and that it is one clean line
// without the key.
func wantError(t *testing.T, what string, err, kind error, words string) {
	t.Helper()
	if err == nil {
		t.Fatalf("%s = nil error, want %v", what, kind)
	}
	if !errors.Is(err, kind) {
		t.Errorf("%s = %q, want an error that is %q", what, err, kind)
	}
	if !strings.Contains(err.Error(), words) {
		t.Errorf("%s = %q, want %q in it", what, err, words)
	}
	if strings.Contains(err.Error(), "c0ffee") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%s = %q, which holds a secret", what, err)
	}
	for _, r := range err.Error() {
		if unicode.IsControl(r) || r == '<' {
			t.Errorf("%s = %q, which holds %q", what, err, r)
		}
	}
	if len(err.Error()) > maxMessageBytes+60 {
		t.Errorf("%s = an error of %d bytes, want at most %d", what, len(err.Error()), maxMessageBytes+60)
	}
}
