// Package gate knows when a request to an endpoint is allowed again, and joins
// identical requests that are made at the same time.
//
// A [Gate] is for one connection: the endpoints of one base URL, with one key. It is given the outcome of each request, by [Do] or by [Gate.Note], and
// answers with [Gate.Until]. What closes an endpoint, and for how long, is its
// [Policy]; a Retry-After of the server closes it whatever the policy and the
// status are, and nothing shortens that.
//
// A schedule calls Until before it plans: the next request is due at the later of
// its own slot and that time; see [Polls] for the policy. A person's refresh waits
// only where the error of Until has a RetryAfter.
//
// No lock is held during a request.
package gate

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"ortop/client"
)

// Gate knows for each endpoint of a connection when a request is allowed. An
// endpoint is any name for what succeeds and fails together. Its methods may be
// called from any goroutine.
type Gate struct {
	policy Policy
	now    func() time.Time
	mu     sync.Mutex
	waits  map[string]wait
}

// maxWaits is how many endpoints are remembered that are open again, with the
// failures that they had.
const maxWaits = 256

// New returns a Gate whose endpoints are all open. now is the wall clock.
//
//go:noinline
func New(p Policy, now func() time.Time) *Gate {
	return &Gate{policy: p, now: now, waits: map[string]wait{}}
}

// Until returns when the endpoint opens again, and the error that closed it. While
// it is open the time is zero and the error nil.
//
// A *client.APIError comes back with what is left of its RetryAfter. It has
// RetryAfter only where the server named the wait: such a wait is for
// everybody, also for a person who asks for a refresh, while a wait of the
// policy is for requests on schedule.
//
// The clock may be set while an endpoint is closed: from then on it stays
// closed for at most the whole of its wait.
func (g *Gate) Until(endpoint string) (time.Time, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	w, ok := g.waits[endpoint]
	if !ok {
		return time.Time{}, nil
	}
	now := g.now()
	left := w.left(now)
	g.waits[endpoint] = w
	if left <= 0 {
		return time.Time{}, nil
	}
	return now.Add(left), w.reason(left)
}

// Note takes in the outcome of a request, nil for a success. A success forgets
// the failures before it, and opens the endpoint unless the server asked for
// the wait. An error that is the caller's own doing is none: see [Do].
func (g *Gate) Note(endpoint string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	w := g.waits[endpoint].after(err, g.policy, now, rand.Float64())
	if w.failures == (failures{}) && w.left(now) <= 0 {
		delete(g.waits, endpoint)
		return
	}
	if len(g.waits) >= maxWaits {
		maps.DeleteFunc(g.waits, func(_ string, w wait) bool { return w.left(now) <= 0 })
	}
	g.waits[endpoint] = w
}

// Named is a wait that others are to observe too.
type Named struct {
	Endpoint string
	Until    time.Time
	Err      *client.APIError // what the server answered
}

// Named returns the waits that are not over and that the server named, and those
// after a 429 without one.
func (g *Gate) Named() (all []Named) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	for endpoint, w := range g.waits {
		var answer *client.APIError
		if left := w.left(now); left > 0 && errors.As(w.err, &answer) && (w.byServer || errors.Is(answer, client.ErrRateLimited)) {
			all = append(all, Named{endpoint, now.Add(left), answer})
		}
	}
	return all
}

// Restore closes an endpoint for a wait of an earlier run, or of another process. A
// later one that is known stays.
func (g *Gate) Restore(n Named) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	w, span := g.waits[n.Endpoint], n.Until.Sub(now)
	if span <= 0 || span < w.left(now) {
		return
	}
	w.from, w.span, w.err, w.byServer = now, span, n.Err, true
	g.waits[n.Endpoint] = w
}

// Do makes a request, unless the endpoint is closed, and notes the outcome. While
// it is closed the error is the one of Until. A request without an answer that the
// caller's own context cut short says nothing about the endpoint.
func (g *Gate) Do(ctx context.Context, endpoint string, request func(context.Context) error) error {
	if _, err := g.Until(endpoint); err != nil {
		return err
	}
	err := request(ctx)
	var answered *client.APIError
	if err == nil || ctx.Err() == nil || errors.As(err, &answered) {
		g.Note(endpoint, err)
	}
	return err
}
