package monitor

import (
	"context"
	"sync"

	"ortop/internal/gate"
)

// connection is the way to the API for requests besides the polls, and the waits
// of the key that was used last.
type connection struct {
	flights gate.Flights

	mu    sync.Mutex
	api   API
	waits *waits
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

// waitsOf are the waits of a key. Connecting again with the same key opens nothing.
func (m *Monitor) waitsOf(fingerprint string) *waits {
	c := &m.connection
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waits == nil || c.waits.fingerprint != fingerprint {
		c.waits = m.newWaits(fingerprint, endpoints)
	}
	return c.waits
}
