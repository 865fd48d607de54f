package gate

import (
	"context"
	"sync"
)

// Flights are the questions that are being asked now. The zero value has none.
type Flights struct {
	mu    sync.Mutex
	calls map[string]*call
}

// call is a question that is being asked. Its fields are written before done is
// closed, and read after it.
type call struct {
	done     chan struct{}
	answered bool // it was not cut short by the context of who asked
	value    any
	err      error
}

// Join asks, or waits for the answer to the same question where that is being
// asked already. It returns when ctx ends, whoever asks. If the one who asks
// leaves before the answer, one of those who wait asks again.
//
// Questions with one key are the same, and have one type of answer; the answer
// is shared, and is not to be changed.
func Join[T any](ctx context.Context, f *Flights, key string, ask func(context.Context) (T, error)) (v T, err error) {
	for {
		c, first := f.call(key)
		if first {
			return lead(ctx, f, key, c, ask)
		}
		select {
		case <-ctx.Done():
			return v, ctx.Err()
		case <-c.done:
		}
		if c.answered {
			v, _ = c.value.(T)
			return v, c.err
		}
	}
}

// call returns the question that is being asked, or a new one; first reports
// which.
func (f *Flights) call(key string) (c *call, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c, ok := f.calls[key]; ok {
		return c, false
	}
	if f.calls == nil {
		f.calls = map[string]*call{}
	}
	c = &call{done: make(chan struct{})}
	f.calls[key] = c
	return c, true
}

func (f *Flights) end(key string, c *call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.calls, key)
	close(c.done)
}

func lead[T any](ctx context.Context, f *Flights, key string, c *call, ask func(context.Context) (T, error)) (T, error) {
	defer f.end(key, c) // after a panic too
	v, err := ask(ctx)
	c.value, c.err, c.answered = v, err, err == nil || ctx.Err() == nil
	return v, err
}
