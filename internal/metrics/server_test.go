package metrics

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// serving is a server that runs until the test ends.
func serving(t *testing.T, addr string, gather func() []Account) *Server {
	t.Helper()
	s, err := Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, gather, func() time.Time { return now }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve() = %v", err)
		}
	})
	return s
}

func one() []Account { return []Account{healthy()} }

// ask sends a request as it is written and returns the answer.
func ask(t *testing.T, s *Server, request string) (status int, header http.Header, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, r.Header, string(b)
}

func TestM01Requests(t *testing.T) {
	s := serving(t, "127.0.0.1:0", one)
	get := func(host string) string {
		return "GET /metrics HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"
	}
	for _, c := range []struct {
		name, request string
		want          int
	}{
		{"as Prometheus asks", get(s.Addr()), 200},
		{"by name", get("localhost:9464"), 200},
		{"through a tunnel's port", get("127.0.0.1:19000"), 200},
		{"IPv6", get("[::1]:9464"), 200},
		{"no port", get("127.0.0.1"), 200},
		{"a name that points here", get("evil.example:9464"), 403},
		{"a name that looks like an address", get("127.0.0.1.evil.example"), 403},
		{"a name that looks like ours", get("localhost.evil.example"), 403},
		{"no host", "GET /metrics HTTP/1.0\r\n\r\n", 403},
		{"an absolute address", "GET http://evil.example/metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 403},
		{"another path", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},
		{"POST", "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405},
		{"HEAD", "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 405},
		{"15 KiB of header", "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 15<<10) + "\r\n\r\n", 200},
		{"17 KiB of header", "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 17<<10) + "\r\n\r\n", 431},
		{"no HTTP", "hello\r\n\r\n", 400},
	} {
		method, _, _ := strings.Cut(c.request, " ")
		if method == "HEAD" {
			continue
		}
		status, header, body := ask(t, s, c.request)
		if status != c.want || (status == 200) != strings.Contains(body, "ortop_balance_usd") {
			t.Errorf("%s: %d %q, want %d", c.name, status, body, c.want)
		}
		if got, want := header.Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8"; status == 200 && got != want {
			t.Errorf("%s: Content-Type %q, want %q", c.name, got, want)
		}
	}
	r, err := http.Head("http://" + s.Addr() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != 405 || r.Header.Get("Allow") != "GET" {
		t.Errorf("HEAD: %d, Allow %q, want 405, GET", r.StatusCode, r.Header.Get("Allow"))
	}
}

func TestM01ScrapesAtOnce(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	s := serving(t, "127.0.0.1:0", func() []Account {
		inside <- struct{}{}
		<-leave
		return one()
	})
	get := func() int {
		r, err := http.Get("http://" + s.Addr() + "/metrics")
		if err != nil {
			t.Error(err)
			return 0
		}
		defer r.Body.Close()
		io.Copy(io.Discard, r.Body)
		return r.StatusCode
	}
	var wg sync.WaitGroup
	for range maxScrapes {
		wg.Go(func() {
			if got := get(); got != 200 {
				t.Errorf("a scrape within the bound: %d, want 200", got)
			}
		})
		<-inside
	}
	if got := get(); got != 503 {
		t.Errorf("one scrape too many: %d, want 503", got)
	}
	close(leave)
	wg.Wait()
	go func() { <-inside }()
	if got := get(); got != 200 {
		t.Errorf("a scrape afterwards: %d, want 200", got)
	}
}

// TestM01ConnectionsAreBounded: one who opens many and says nothing takes no
// more than the bound, and others are served once it lets go.
func TestM01ConnectionsAreBounded(t *testing.T) {
	s := serving(t, "127.0.0.1:0", one)
	const request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
	open := func() (conn net.Conn, served bool) {
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		io.WriteString(conn, request) // one that is closed may refuse it
		_, err = http.ReadResponse(bufio.NewReader(conn), nil)
		return conn, err == nil
	}
	var first net.Conn
	for i := range maxConns {
		conn, served := open()
		defer conn.Close()
		if i == 0 {
			first = conn
		}
		if !served {
			t.Fatalf("connection %d of %d was closed", i+1, maxConns)
		}
	}
	if conn, served := open(); served {
		conn.Close()
		t.Errorf("connection %d was served, want it closed", maxConns+1)
	}
	first.Close()
	for tries := 0; ; tries++ { // the server has to notice
		if conn, served := open(); served {
			conn.Close()
			break
		} else if conn.Close(); tries == 1000 {
			t.Fatal("no connection is served after one was closed")
		}
	}
}

func TestListen(t *testing.T) {
	for _, c := range []struct {
		addr     string
		loopback bool
	}{
		{"127.0.0.1:0", true}, {":0", true}, {"0", true}, {"localhost:0", true}, {"0.0.0.0:0", false},
	} {
		s, err := Listen(c.addr)
		if err != nil {
			t.Errorf("Listen(%q) = %v", c.addr, err)
			continue
		}
		if s.Loopback() != c.loopback {
			t.Errorf("Listen(%q) is at %s, loopback %v, want %v", c.addr, s.Addr(), s.Loopback(), c.loopback)
		}
		s.Close()
	}
	for _, addr := range []string{"", "nonsense", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", ":70000", "70000", "a:b:c", "http://127.0.0.1:9464", "127.0.0.1:+1", ":01"} {
		var wrong *AddrError
		if s, err := Listen(addr); !errors.As(err, &wrong) {
			t.Errorf("Listen(%q) = %v, %v, want an AddrError", addr, s, err)
		}
	}
	s := serving(t, "127.0.0.1:0", one)
	if _, err := Listen(s.Addr()); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("Listen on a port that is taken = %v", err)
	}
}

func TestNameOfItsOwn(t *testing.T) {
	s := &Server{name: "Collector.lan"}
	for host, want := range map[string]bool{
		"collector.lan:9464": true, "collector.lan": true, "10.0.0.5:9464": true, "localhost": true, "other.lan": false, "": false, ":9464": false,
	} {
		if got := s.known(host); got != want {
			t.Errorf("known(%q) = %v, want %v", host, got, want)
		}
	}
	if (&Server{}).known("") {
		t.Error(`known("") = true without a name`)
	}
}

func FuzzKnown(f *testing.F) {
	for _, host := range []string{"localhost", "[::1]:9464", "127.0.0.1.evil", "[", "]:1", "::1%eth0"} {
		f.Add(host)
	}
	f.Fuzz(func(t *testing.T, host string) {
		// Only digits, colons and the like make an address: a name never passes.
		if (&Server{}).known(host) && strings.Contains(strings.ToLower(host), "evil.example") && !strings.Contains(host, "%") {
			t.Errorf("known(%q) = true", host)
		}
	})
}

func BenchmarkText(b *testing.B) {
	a := healthy()
	for i := range 5000 {
		a.Keys = append(a.Keys, Row{fmt.Sprintf("%064d", i), "key", float64(i)})
	}
	for b.Loop() {
		Text([]Account{a}, now)
	}
}
