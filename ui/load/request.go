// Package load has requests of a screen to its monitor: one at a time, and
// without waiting for the answer.
package load

import (
	"context"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
)

var underway atomic.Int64

// Underway is how many requests of this process were sent and not answered yet,
// those that were cancelled included.
func Underway() int { return int(underway.Load()) }

// Request is a value of type T that is loaded beside the screen for a key K,
// such as a range. Only one is in flight at a time; the answer to one that was
// cancelled is dropped.
type Request[K comparable, T any] struct {
	Value  T
	Of     K     // what value answers
	Loaded bool  // there is a value
	Err    error // of the newest answer
	Sent   K     // the newest request
	flight
}

// flight is all of a request that is the same whatever it loads.
type flight struct {
	at      time.Time // when the newest was sent
	Loading bool
	Again   bool // another was wanted meanwhile
	Gen     int
	stop    context.CancelFunc
}

// Answer is what came of a request.
type Answer[K comparable, T any] struct {
	Gen   int
	Of    K
	Value T
	Err   error
}

// Send returns the command that loads the value of k and brings the answer as a
// message. It is nil while a request is in flight, and then again is set.
func (r *Request[K, T]) Send(k K, now time.Time, timeout time.Duration, load func(context.Context) (T, error), message func(Answer[K, T]) tea.Msg) tea.Cmd {
	if !r.Loading {
		r.Sent = k
	}
	return r.send(now, timeout, func(ctx context.Context, gen int) tea.Msg {
		v, err := load(ctx)
		return message(Answer[K, T]{gen, k, v, err})
	})
}

func (f *flight) send(now time.Time, timeout time.Duration, load func(ctx context.Context, gen int) tea.Msg) tea.Cmd {
	if f.Loading {
		f.Again = true
		return nil
	}
	ctx, stop := context.WithTimeout(context.Background(), timeout)
	*f = flight{now, true, false, f.Gen + 1, stop}
	gen := f.Gen
	underway.Add(1)
	return func() tea.Msg {
		defer underway.Add(-1)
		defer stop()
		return load(ctx, gen)
	}
}

// Receive takes an answer and reports whether it is the one that is waited for.
// After an error the value before stays.
func (r *Request[K, T]) Receive(a Answer[K, T]) bool {
	if !r.Loading || a.Gen != r.Gen {
		return false
	}
	r.Loading, r.Err = false, a.Err
	if a.Err == nil {
		r.Value, r.Of, r.Loaded = a.Value, a.Of, true
	}
	return true
}

// Cancel drops the request in flight; its answer no longer counts.
//
//go:noinline
func (f *flight) Cancel() {
	if f.Loading {
		f.stop()
		f.at = time.Time{} // it is due at once
	}
	f.Loading, f.Again = false, false
	f.Gen++
}

// Due reports whether k is to be requested: it is another key than the one
// before, or that was sent so long ago.
func (r *Request[K, T]) Due(k K, now time.Time, every time.Duration) bool {
	return k != r.Sent || r.due(now, every)
}

func (f *flight) due(now time.Time, every time.Duration) bool {
	since := now.Sub(f.at)
	return f.at.IsZero() || !f.Loading && (since >= every || since < 0)
}
