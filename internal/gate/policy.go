package gate

import (
	"errors"
	"time"

	"ortop/client"
)

// Policy says for how long a failure closes an endpoint. The zero value is that
// nothing does but the server's own Retry-After.
type Policy struct {
	// Failure is for all that has no field of its own here, or nil in it.
	Failure Waits
	// Unauthorized is for 401s in a row, Forbidden for 403, NotFound for 404,
	// RateLimited for a 429 that names no wait, Network for no answer at all.
	Unauthorized, Forbidden, NotFound, RateLimited, Network Waits
	// Spread draws each wait of Failure and Network from its upper half, so that
	// many clients do not come back together.
	Spread bool
}

// Waits are how long an endpoint is closed after the first failure, the second
// and so on; the last is for all after it. Without any it stays open.
type Waits []time.Duration

// Doubling returns waits from first on, each twice the one before, up to limit.
func Doubling(first, limit time.Duration) Waits {
	var w Waits
	for ; first < limit && first > 0; first *= 2 {
		w = append(w, first)
	}
	return append(w, limit)
}

// Waits of a Policy for what is polled.
const (
	serverLimit      = 15 * time.Minute
	networkLimit     = 30 * time.Second
	unauthorizedWait = 5 * time.Minute
)

// Polls is the policy for what is polled at an interval. A failure doubles the
// time to the next poll, up to 15 minutes; without a network that is tried
// again within 30 seconds. A key that was refused twice in a row is tried every
// five minutes.
func Polls(interval time.Duration) Policy {
	return Policy{
		Failure:      Doubling(2*interval, serverLimit),
		Network:      Doubling(interval, networkLimit),
		Unauthorized: Waits{interval, unauthorizedWait},
		Spread:       true,
	}
}

func (w Waits) nth(n int) time.Duration {
	if len(w) == 0 {
		return 0
	}
	return w[min(n, len(w))-1]
}

// kind is what failures are counted by.
type kind int

const (
	failure kind = iota
	unauthorized
	forbidden
	notFound
	rateLimited
	network
	kinds
)

// of returns the kind of an error, and its waits.
func (p Policy) of(err error) (kind, Waits) {
	for _, k := range [...]struct {
		err   error
		kind  kind
		waits Waits
	}{
		{client.ErrUnauthorized, unauthorized, p.Unauthorized},
		{client.ErrForbidden, forbidden, p.Forbidden},
		{client.ErrNotFound, notFound, p.NotFound},
		{client.ErrRateLimited, rateLimited, p.RateLimited},
		{client.ErrNetwork, network, p.Network},
	} {
		if errors.Is(err, k.err) && k.waits != nil {
			return k.kind, k.waits
		}
	}
	return failure, p.Failure
}
