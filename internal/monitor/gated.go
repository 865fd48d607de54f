package monitor

import (
	"context"
	"sync"
	"time"

	"ortop/client"
	"ortop/internal/gate"
)

// endpoints is for how long an endpoint is closed to all requests: what a key may
// not see is requested once in an hour. Other failures may be the fault of one
// request.
var endpoints = gate.Policy{Forbidden: gate.Waits{rarely}, RateLimited: gate.Waits{time.Minute}}

// gated is an API that sends no request to an endpoint that is closed. Polls, of
// the credits and the key, have a schedule of their own.
type gated struct {
	API
	waits *waits
}

// connector is an Options.Connect.
type connector = func(ctx context.Context) (API, string, error)

// gatedConnect makes the clients of connect gated.
func (m *Monitor) gatedConnect(connect connector) connector {
	return func(ctx context.Context) (API, string, error) {
		api, fingerprint, err := connect(ctx)
		if api == nil || err != nil {
			return api, fingerprint, err
		}
		return &gated{api, m.waitsOf(fingerprint)}, fingerprint, nil
	}
}

func (a *gated) Query(ctx context.Context, q client.AnalyticsQuery) (v client.Analytics, err error) {
	err = a.waits.within(ctx, "query", func(ctx context.Context) (err error) {
		v, err = a.API.Query(ctx, q)
		return err
	})
	return v, err
}

func (a *gated) AnalyticsMeta(ctx context.Context) (v client.AnalyticsMeta, err error) {
	err = a.waits.within(ctx, "meta", func(ctx context.Context) (err error) {
		v, err = a.API.AnalyticsMeta(ctx)
		return err
	})
	return v, err
}

func (a *gated) Activity(ctx context.Context, q client.ActivityQuery) (v client.Activity, err error) {
	err = a.waits.within(ctx, "activity", func(ctx context.Context) (err error) {
		v, err = a.API.Activity(ctx, q)
		return err
	})
	return v, err
}

func (a *gated) Keys(ctx context.Context, workspaceID string) (v client.List[client.APIKey], err error) {
	err = a.waits.within(ctx, "keys", func(ctx context.Context) (err error) {
		v, err = a.API.Keys(ctx, workspaceID)
		return err
	})
	return v, err
}

func (a *gated) Workspaces(ctx context.Context) (v client.List[client.Workspace], err error) {
	err = a.waits.within(ctx, "workspaces", func(ctx context.Context) (err error) {
		v, err = a.API.Workspaces(ctx)
		return err
	})
	return v, err
}

func (a *gated) Budgets(ctx context.Context, idOrSlug string) (v client.WorkspaceBudgets, err error) {
	err = a.waits.within(ctx, "budgets", func(ctx context.Context) (err error) {
		v, err = a.API.Budgets(ctx, idOrSlug)
		return err
	})
	return v, err
}

func (a *gated) Guardrails(ctx context.Context, workspaceID string) (v client.List[client.Guardrail], err error) {
	err = a.waits.within(ctx, "guardrails", func(ctx context.Context) (err error) {
		v, err = a.API.Guardrails(ctx, workspaceID)
		return err
	})
	return v, err
}

func (a *gated) GuardrailKeys(ctx context.Context) (v client.List[client.GuardrailKey], err error) {
	err = a.waits.within(ctx, "guardrails", func(ctx context.Context) (err error) {
		v, err = a.API.GuardrailKeys(ctx)
		return err
	})
	return v, err
}

func (a *gated) GuardrailMembers(ctx context.Context) (v client.List[client.GuardrailMember], err error) {
	err = a.waits.within(ctx, "guardrails", func(ctx context.Context) (err error) {
		v, err = a.API.GuardrailMembers(ctx)
		return err
	})
	return v, err
}

func (a *gated) WorkspaceMembers(ctx context.Context, workspaceID string) (v client.List[client.WorkspaceMember], err error) {
	err = a.waits.within(ctx, "members", func(ctx context.Context) (err error) {
		v, err = a.API.WorkspaceMembers(ctx, workspaceID)
		return err
	})
	return v, err
}

func (a *gated) Members(ctx context.Context) (v client.List[client.Member], err error) {
	err = a.waits.within(ctx, "members", func(ctx context.Context) (err error) {
		v, err = a.API.Members(ctx)
		return err
	})
	return v, err
}

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
