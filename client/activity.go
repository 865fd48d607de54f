package client

import (
	"context"
	"net/url"
	"time"
)

// ActivityQuery says which activity is wanted. The zero value is all of the
// last 30 completed UTC days.
type ActivityQuery struct {
	// Date is a day: that of the time in UTC. The last of the 30 is yesterday,
	// and any other is answered with ErrRequest. If zero, it is all of them.
	Date time.Time
	// KeyHash, UserID (in an organization) and WorkspaceID leave only what
	// belongs to them. If empty, they leave everything.
	KeyHash, UserID, WorkspaceID string
	// GroupByWorkspace splits rows by workspace.
	GroupByWorkspace bool
}

// ActivityRow is what was used in one UTC day of one model at one endpoint.
// A pointer is nil, and a string empty, where the answer had no such field or
// null.
type ActivityRow struct {
	Date             time.Time // the day's beginning, in UTC
	Model            string    // "openai/gpt-4.1"
	ModelPermaslug   string    // with its date: "openai/gpt-4.1-2025-04-14"
	EndpointID       string
	Provider         string
	UsageUSD         float64  // credits spent
	BYOKUsageUSD     *float64 // paid to the provider, and not from credits
	Requests         *int64
	PromptTokens     *int64
	CompletionTokens *int64 // reasoning included
	ReasoningTokens  *int64
	WorkspaceID      string // only where the query groups by workspace
}

// Activity is what an account used by day, model and endpoint.
type Activity struct {
	Rows []ActivityRow // in the server's order
	Meta
}

// Activity reads what the account used in completed UTC days, from
// GET /activity. The current day is never in it. Rows have been seen to be
// missing: it is no ledger. The error is ErrNotFound for a key, user or
// workspace that the account does not have. It needs a management key.
func (c *Client) Activity(ctx context.Context, query ActivityQuery) (Activity, error) {
	q := question{name: "activity", query: url.Values{}, limit: maxTableBytes}
	for name, value := range map[string]string{
		"api_key_hash": query.KeyHash,
		"user_id":      query.UserID,
		"workspace_id": query.WorkspaceID,
	} {
		if value != "" {
			q.query.Set(name, value)
			q.lookup = true
		}
	}
	if !query.Date.IsZero() {
		q.query.Set("date", query.Date.UTC().Format(time.DateOnly))
	}
	if query.GroupByWorkspace {
		q.query.Set("group_by", "workspace")
	}
	var v Activity
	meta, err := c.ask(ctx, q, v.read)
	if err != nil {
		return Activity{}, err
	}
	v.Meta = meta
	return v, nil
}

func (v *Activity) read(answer *fields) {
	answer.each("data", func(d *fields) {
		v.Rows = append(v.Rows, ActivityRow{
			Date:             d.day("date"),
			Model:            d.text("model"),
			ModelPermaslug:   d.text("model_permaslug"),
			EndpointID:       d.text("endpoint_id"),
			Provider:         d.text("provider_name"),
			UsageUSD:         d.required("usage"),
			BYOKUsageUSD:     d.total("byok_usage_inference"),
			Requests:         d.tally("requests"),
			PromptTokens:     d.tally("prompt_tokens"),
			CompletionTokens: d.tally("completion_tokens"),
			ReasoningTokens:  d.tally("reasoning_tokens"),
			WorkspaceID:      d.text("workspace_id"),
		})
	})
}
