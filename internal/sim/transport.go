package sim

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"

	"ortop/internal/routine"
)

// RoundTripper serves the account in the calling process, without sockets: it
// works in a testing/synctest bubble. It ends with the request's context, as a
// real transport does. It does not decompress, and it follows no redirect.
func (a *Account) RoundTripper() http.RoundTripper { return roundTripper{a.Handler()} }

type roundTripper struct{ handler http.Handler }

func (t roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		closeBody(r)
		return nil, err
	}
	ctx, cancel := context.WithCancel(r.Context())
	in := r.Clone(ctx)
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:0"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	reader, writer := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: writer, begun: make(chan struct{}), cause: io.EOF, length: -1}
	routine.Go(func() {
		defer closeBody(r)
		defer w.end(r.Context())
		t.handler.ServeHTTP(w, in)
		w.whole = true
	})
	// A context that ends breaks off a body that is being read.
	stop := context.AfterFunc(r.Context(), routine.Guard(func() { _ = writer.CloseWithError(r.Context().Err()) }))
	end := func() { stop(); cancel() }

	select {
	case <-r.Context().Done():
		end()
		return nil, r.Context().Err()
	case <-w.begun:
	}
	if w.status == 0 {
		end()
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		return nil, w.cause
	}
	return &http.Response{
		Status:     strconv.Itoa(w.status) + " " + http.StatusText(w.status),
		StatusCode: w.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        w.sent,
		Body:          body{reader, end},
		ContentLength: w.length,
		Request:       r,
	}, nil
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}

// body ends the handler once the caller is done with the answer.
type body struct {
	*io.PipeReader
	end func()
}

func (b body) Close() error {
	err := b.PipeReader.Close()
	b.end()
	return err
}

// pipeWriter is an http.ResponseWriter whose answer is read while it is being
// written. Fields other than header are set before begun is closed.
type pipeWriter struct {
	header, sent http.Header
	status       int // 0: broken off before an answer
	length       int64
	cause        error // why it was broken off
	begun        chan struct{}

	body    *io.PipeWriter
	written int64
	whole   bool // the handler returned
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status, w.sent = status, w.header.Clone()
	if n, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil {
		w.length = n
	}
	close(w.begun)
}

func (w *pipeWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	n, err := w.body.Write(p)
	w.written += int64(n)
	return n, err
}

// Flush does nothing: a write returns once it was read.
func (w *pipeWriter) Flush() {}

// end finishes the answer, after the handler's return or its panic.
func (w *pipeWriter) end(ctx context.Context) {
	if p := recover(); p != nil && p != http.ErrAbortHandler {
		panic(p)
	}
	if w.whole && w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.status == 0 {
		close(w.begun)
		return
	}
	var err error
	if !w.whole || w.written < w.length {
		err = cmp.Or(ctx.Err(), io.ErrUnexpectedEOF)
	}
	_ = w.body.CloseWithError(err)
}

// Listen serves the account on a free port of 127.0.0.1, and returns its base
// URL, which includes /api/v1. It serves until stop is called or ctx ends;
// stop returns once the port is free again.
func (a *Account) Listen(ctx context.Context) (baseURL string, stop func(), err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("serving the simulated account: %w", err)
	}
	server := &http.Server{
		Handler:           a.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	done := make(chan struct{})
	routine.Go(func() {
		defer close(done)
		_ = server.Serve(listener)
	})
	cancel := context.AfterFunc(ctx, routine.Guard(func() { _ = server.Close() }))
	stop = func() {
		cancel()
		_ = server.Close()
		<-done
	}
	return "http://" + listener.Addr().String() + "/api/v1", stop, nil
}
