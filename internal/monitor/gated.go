package monitor

import (
	"context"
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

func (a *gated) Query(ctx context.Context, q client.AnalyticsQuery) (client.Analytics, error) {
	return within(ctx, a.waits, "query", func(ctx context.Context) (client.Analytics, error) { return a.API.Query(ctx, q) })
}

func (a *gated) AnalyticsMeta(ctx context.Context) (client.AnalyticsMeta, error) {
	return within(ctx, a.waits, "meta", a.API.AnalyticsMeta)
}

func (a *gated) Activity(ctx context.Context, q client.ActivityQuery) (client.Activity, error) {
	return within(ctx, a.waits, "activity", func(ctx context.Context) (client.Activity, error) { return a.API.Activity(ctx, q) })
}

func (a *gated) Keys(ctx context.Context, workspaceID string) (client.List[client.APIKey], error) {
	return within(ctx, a.waits, "keys", func(ctx context.Context) (client.List[client.APIKey], error) { return a.API.Keys(ctx, workspaceID) })
}

func (a *gated) Workspaces(ctx context.Context) (client.List[client.Workspace], error) {
	return within(ctx, a.waits, "workspaces", a.API.Workspaces)
}

func (a *gated) Budgets(ctx context.Context, idOrSlug string) (client.WorkspaceBudgets, error) {
	return within(ctx, a.waits, "budgets", func(ctx context.Context) (client.WorkspaceBudgets, error) { return a.API.Budgets(ctx, idOrSlug) })
}

func (a *gated) Guardrails(ctx context.Context, workspaceID string) (client.List[client.Guardrail], error) {
	return within(ctx, a.waits, "guardrails", func(ctx context.Context) (client.List[client.Guardrail], error) {
		return a.API.Guardrails(ctx, workspaceID)
	})
}

func (a *gated) GuardrailKeys(ctx context.Context) (client.List[client.GuardrailKey], error) {
	return within(ctx, a.waits, "guardrails", a.API.GuardrailKeys)
}

func (a *gated) GuardrailMembers(ctx context.Context) (client.List[client.GuardrailMember], error) {
	return within(ctx, a.waits, "guardrails", a.API.GuardrailMembers)
}

func (a *gated) WorkspaceMembers(ctx context.Context, workspaceID string) (client.List[client.WorkspaceMember], error) {
	return within(ctx, a.waits, "members", func(ctx context.Context) (client.List[client.WorkspaceMember], error) {
		return a.API.WorkspaceMembers(ctx, workspaceID)
	})
}

func (a *gated) Members(ctx context.Context) (client.List[client.Member], error) {
	return within(ctx, a.waits, "members", a.API.Members)
}
