package metrics

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"ortop/internal/routine"
)

// Bounds of what a client may ask for.
const (
	maxScrapes = 4
	maxConns   = 64 // who keeps more open takes memory and files that polls need
	ioLimit    = 5 * time.Second
	idleLimit  = 5 * time.Minute
	headerSize = 16 << 10
	// headerSlack is what net/http reads beyond its limit.
	headerSlack = 4 << 10
)

// Server answers GET /metrics. It is for one machine: there is no password,
// and names other than its own are refused, so that no web page can read it
// through a name that it points here.
type Server struct {
	listener net.Listener
	name     string // as it was given, where that is a name
}

// Listen opens addr, which is host:port. An empty host, or a port alone, is
// 127.0.0.1. The error is an *AddrError where addr is none.
func Listen(addr string) (*Server, error) {
	host, port, err := split(addr)
	if err != nil {
		return nil, err
	}
	s := &Server{name: host}
	if host == "" {
		host = "127.0.0.1"
	}
	if s.listener, err = net.Listen("tcp", net.JoinHostPort(host, port)); err != nil {
		return nil, fmt.Errorf("serving metrics: %w", err)
	}
	return s, nil
}

// CheckAddr returns an *AddrError where Listen would.
func CheckAddr(addr string) error {
	_, _, err := split(addr)
	return err
}

func split(addr string) (host, port string, err error) {
	full := addr
	if !strings.Contains(addr, ":") {
		full = ":" + addr
	}
	host, port, err = net.SplitHostPort(full)
	if err != nil {
		return "", "", &AddrError{addr}
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return "", "", &AddrError{addr}
	}
	return host, port, nil
}

// AddrError is an address that is none.
type AddrError struct{ Addr string }

func (e *AddrError) Error() string { return fmt.Sprintf("%q is not host:port", e.Addr) }

// Addr is where the server listens.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Loopback reports whether this machine alone can reach the server.
func (s *Server) Loopback() bool {
	addr, ok := s.listener.Addr().(*net.TCPAddr)
	return ok && addr.IP.IsLoopback()
}

// Close stops listening, where Serve is not called.
func (s *Server) Close() error { return s.listener.Close() }

// Serve answers with the accounts that gather returns until ctx ends, and then
// returns nil.
func (s *Server) Serve(ctx context.Context, gather func() []Account, now func() time.Time) error {
	server := &http.Server{
		Handler:           s.handler(gather, now),
		ReadHeaderTimeout: ioLimit, ReadTimeout: ioLimit, WriteTimeout: ioLimit, IdleTimeout: idleLimit,
		MaxHeaderBytes: headerSize - headerSlack,
		ErrorLog:       log.New(io.Discard, "", 0),
		ConnState:      limitConns(),
	}
	stop := context.AfterFunc(ctx, routine.Guard(func() { server.Close() }))
	defer stop()
	if err := server.Serve(s.listener); ctx.Err() == nil {
		return fmt.Errorf("serving metrics: %w", err)
	}
	return nil
}

// limitConns closes a connection that is one too many.
func limitConns() func(net.Conn, http.ConnState) {
	var open atomic.Int64
	return func(c net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			if open.Add(1) > maxConns {
				c.Close() // StateClosed follows
			}
		case http.StateClosed:
			open.Add(-1)
		}
	}
}

func (s *Server) handler(gather func() []Account, now func() time.Time) http.Handler {
	scrapes := make(chan struct{}, maxScrapes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse := func(code int, why string) { http.Error(w, why, code) }
		switch {
		case !s.known(r.Host):
			refuse(http.StatusForbidden, "this host name is not served")
			return
		case r.URL.Path != "/metrics":
			refuse(http.StatusNotFound, "there is only /metrics")
			return
		case r.Method != http.MethodGet:
			w.Header().Set("Allow", http.MethodGet)
			refuse(http.StatusMethodNotAllowed, "there is only GET")
			return
		}
		select {
		case scrapes <- struct{}{}:
			defer func() { <-scrapes }()
		default:
			w.Header().Set("Retry-After", "1")
			refuse(http.StatusServiceUnavailable, "too many scrapes at once")
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(Text(gather(), now())) // a client that went away needs no answer
	})
}

// known reports whether a request's host is an address, which no other name
// can be made to point at, or a name of this server.
func (s *Server) known(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return strings.EqualFold(host, "localhost") || s.name != "" && strings.EqualFold(host, s.name)
}
