package monitor

import (
	"context"
	"sync"
)

// line is the way to the API for questions that are not asked by the loop.
type line struct {
	mu  sync.Mutex
	api API
}

// set takes over the connection that a poll was made with.
func (l *line) set(api API) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.api = api
}

func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.api != nil {
		l.api.CloseIdle()
	}
}

// connected is the way to the API. A process that only reads what another
// stores has none until it is wanted here.
func (m *Monitor) connected(ctx context.Context) (API, error) {
	m.api.mu.Lock()
	defer m.api.mu.Unlock()
	if m.api.api == nil {
		api, _, err := m.o.Connect(ctx)
		if err != nil {
			return nil, &ConnectError{err}
		}
		m.api.api = api
	}
	return m.api.api, nil
}
