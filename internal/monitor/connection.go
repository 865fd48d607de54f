package monitor

import (
	"context"
	"sync"
	"time"

	"ortop/internal/gate"
)

// connection is the way to the API for requests besides the polls, and the gate
// of the key that was used last.
type connection struct {
	flights gate.Flights

	mu          sync.Mutex
	api         API
	gate        *gate.Gate
	fingerprint string
}

// set takes over the connection that a poll was made with.
func (c *connection) set(api API) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.api = api
}

func (c *connection) get() API {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.api
}

func (c *connection) close() {
	if api := c.get(); api != nil {
		api.CloseIdle()
	}
}

// connected is the way to the API. A process that only reads what another
// stores has none until it is wanted here.
func (m *Monitor) connected(ctx context.Context) (API, error) {
	if api := m.connection.get(); api != nil {
		return api, nil
	}
	return gate.Join(ctx, &m.connection.flights, "connect", func(ctx context.Context) (API, error) {
		api, _, err := m.o.Connect(ctx)
		if err != nil {
			return nil, &ConnectError{err}
		}
		m.connection.set(api)
		return api, nil
	})
}

// gateOf is the gate of a key. Connecting again with the same key opens nothing.
func (c *connection) gateOf(fingerprint string, now func() time.Time) *gate.Gate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gate == nil || c.fingerprint != fingerprint {
		c.gate, c.fingerprint = gate.New(endpoints, now), fingerprint
	}
	return c.gate
}
