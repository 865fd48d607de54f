package monitor

import (
	"context"
	"errors"
	"sync"
	"time"

	"ortop/client"
)

// patient is an API that is not asked again so soon what it refused: what a
// key may not see is asked once in an hour, whoever wants it, and nothing
// before the time that the server named. Polls have a schedule of their own.
type patient struct {
	API
	now func() time.Time

	mu       sync.Mutex
	refusals map[string]refusal // by endpoint
}

// refusal is what an endpoint said, and until when that is answer enough.
type refusal struct {
	from, until time.Time
	err         *client.APIError
}

// patiently makes the clients of connect patient.
func patiently(connect connector, now func() time.Time) connector {
	return func(ctx context.Context) (API, string, error) {
		api, fingerprint, err := connect(ctx)
		if api == nil || err != nil {
			return api, fingerprint, err
		}
		return &patient{API: api, now: now, refusals: map[string]refusal{}}, fingerprint, nil
	}
}

// connector is an Options.Connect.
type connector = func(ctx context.Context) (API, string, error)

// refused returns what was said not long ago, with what is left of the wait;
// nil: ask.
func (p *patient) refused(endpoint string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.refusals[endpoint]
	now := p.now()
	if !ok || !now.Before(r.until) || now.Before(r.from) {
		return nil
	}
	said := *r.err
	if said.HasRetryAfter {
		said.RetryAfter = r.until.Sub(now)
	}
	return &said
}

// heard keeps a refusal that is worth keeping.
func (p *patient) heard(endpoint string, err error) {
	var said *client.APIError
	if !errors.As(err, &said) {
		return
	}
	var wait time.Duration
	switch {
	case said.HasRetryAfter:
		wait = said.RetryAfter
	case errors.Is(err, client.ErrForbidden):
		wait = rarely
	case errors.Is(err, client.ErrRateLimited):
		wait = failureGood
	}
	if wait <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.refusals[endpoint] = refusal{now, now.Add(wait), said}
}

// ask makes a request, unless it was refused not long ago.
func ask[T any](p *patient, endpoint string, request func() (T, error)) (v T, err error) {
	if err := p.refused(endpoint); err != nil {
		return v, err
	}
	v, err = request()
	p.heard(endpoint, err)
	return v, err
}

func (p *patient) Query(ctx context.Context, q client.AnalyticsQuery) (client.Analytics, error) {
	return ask(p, "query", func() (client.Analytics, error) { return p.API.Query(ctx, q) })
}

func (p *patient) AnalyticsMeta(ctx context.Context) (client.AnalyticsMeta, error) {
	return ask(p, "meta", func() (client.AnalyticsMeta, error) { return p.API.AnalyticsMeta(ctx) })
}

func (p *patient) Activity(ctx context.Context, q client.ActivityQuery) (client.Activity, error) {
	return ask(p, "activity", func() (client.Activity, error) { return p.API.Activity(ctx, q) })
}

func (p *patient) Keys(ctx context.Context, workspaceID string) (client.List[client.APIKey], error) {
	return ask(p, "keys", func() (client.List[client.APIKey], error) { return p.API.Keys(ctx, workspaceID) })
}

func (p *patient) Workspaces(ctx context.Context) (client.List[client.Workspace], error) {
	return ask(p, "workspaces", func() (client.List[client.Workspace], error) { return p.API.Workspaces(ctx) })
}

func (p *patient) Budgets(ctx context.Context, idOrSlug string) (client.WorkspaceBudgets, error) {
	return ask(p, "budgets", func() (client.WorkspaceBudgets, error) { return p.API.Budgets(ctx, idOrSlug) })
}

func (p *patient) Members(ctx context.Context) (client.List[client.Member], error) {
	return ask(p, "members", func() (client.List[client.Member], error) { return p.API.Members(ctx) })
}
