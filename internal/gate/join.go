package gate

import (
	"context"
	"sync"
)

// Flights are the requests under way. The zero value has none.
type Flights struct {
	mu    sync.Mutex
	calls map[string]*call
}

// call is a request under way. Its fields are written before done is
// closed, and read after it.
type call struct {
	done     chan struct{}
	answered bool // it was not cut short by the context of its caller
	value    any
	err      error
}

// Join makes a request, or waits for the outcome of the same request where another
// caller is making it. In either case it returns when ctx ends; if the caller that
// makes the request leaves before the outcome, one of those that wait makes it
// anew.
//
// Requests with the same key are the same, and return the same type. What they
// return is shared, and is not to be changed.
func Join[T any](ctx context.Context, f *Flights, key string, request func(context.Context) (T, error)) (T, error) {
	value, err := f.join(ctx, key, func(ctx context.Context) (any, error) { return request(ctx) })
	v, _ := value.(T)
	return v, err
}

func (f *Flights) join(ctx context.Context, key string, request func(context.Context) (any, error)) (any, error) {
	for {
		c, first := f.call(key)
		if first {
			return f.lead(ctx, key, c, request)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-c.done:
		}
		if c.answered {
			return c.value, c.err
		}
	}
}

// call returns the request under way, or a new one; first reports which.
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

func (f *Flights) lead(ctx context.Context, key string, c *call, request func(context.Context) (any, error)) (any, error) {
	defer f.end(key, c) // after a panic too
	v, err := request(ctx)
	c.value, c.err, c.answered = v, err, err == nil || ctx.Err() == nil
	return v, err
}
