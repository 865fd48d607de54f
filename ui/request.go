package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// request is a value of type T that is loaded beside the screen for a key K,
// such as a range. Only one is in flight at a time; the answer to one that was
// cancelled is dropped.
type request[K comparable, T any] struct {
	value  T
	of     K     // what value answers
	loaded bool  // there is a value
	err    error // of the newest answer

	sent    K // the newest request, and when it was sent
	at      time.Time
	loading bool
	again   bool // another was wanted meanwhile
	gen     int
	stop    context.CancelFunc
}

// answer is what came of a request.
type answer[K comparable, T any] struct {
	gen   int
	of    K
	value T
	err   error
}

// send returns the command that loads the value of k and brings the answer as a
// message. It is nil while a request is in flight, and then again is set.
func (r *request[K, T]) send(k K, now time.Time, timeout time.Duration, load func(context.Context) (T, error), message func(answer[K, T]) tea.Msg) tea.Cmd {
	if r.loading {
		r.again = true
		return nil
	}
	ctx, stop := context.WithTimeout(context.Background(), timeout)
	r.gen++
	r.sent, r.at, r.loading, r.again, r.stop = k, now, true, false, stop
	gen := r.gen
	return func() tea.Msg {
		defer stop()
		v, err := load(ctx)
		return message(answer[K, T]{gen, k, v, err})
	}
}

// receive takes an answer and reports whether it is the one that is waited for.
// After an error the value before stays.
func (r *request[K, T]) receive(a answer[K, T]) bool {
	if !r.loading || a.gen != r.gen {
		return false
	}
	r.loading, r.err = false, a.err
	if a.err == nil {
		r.value, r.of, r.loaded = a.value, a.of, true
	}
	return true
}

// cancel drops the request in flight; its answer no longer counts.
func (r *request[K, T]) cancel() {
	if r.loading {
		r.stop()
		r.at = time.Time{} // it is due at once
	}
	r.loading, r.again = false, false
	r.gen++
}

// due reports whether k is to be requested: it is another key than the one
// before, or that was sent so long ago.
func (r *request[K, T]) due(k K, now time.Time, every time.Duration) bool {
	if k != r.sent || r.at.IsZero() {
		return true
	}
	since := now.Sub(r.at)
	return !r.loading && (since >= every || since < 0)
}

// failure is the error of the newest request, where no older value of the same
// key stands.
func (r *request[K, T]) failure() error {
	if r.loaded && r.of == r.sent {
		return nil
	}
	return r.err
}
