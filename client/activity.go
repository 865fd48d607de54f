package client

import (
	"context"
	"net/url"
	"time"
)

// ActivityQuery selects activity. The zero value is all of the last 30 completed
// UTC days.
type ActivityQuery struct {
	// Date selects the UTC day that holds it: yesterday at the latest, and 30
	// days ago at the earliest. Another day is answered with ErrRequest. If
	// zero, it is all of them.
	Date time.Time
	// KeyHash, UserID (in an organization) and WorkspaceID select what belongs
	// to them. If empty, they select everything.
	KeyHash, UserID, WorkspaceID string
	// GroupByWorkspace splits rows by workspace.
	GroupByWorkspace bool
}

// ActivityRow is what one model at one endpoint was used for in one UTC day.
type ActivityRow struct {
	Date             time.Time // the beginning of the day, in UTC
	Model            string    // "openai/gpt-4.1"
	ModelPermaslug   string    // with its date: "openai/gpt-4.1-2025-04-14"
	EndpointID       string
	Provider         string
	UsageUSD         float64  // credits spent
	BYOKUsageUSD     *float64 // paid to the provider, not from credits
	Requests         *int64
	PromptTokens     *int64
	CompletionTokens *int64 // reasoning included
	ReasoningTokens  *int64
	WorkspaceID      string // only with ActivityQuery.GroupByWorkspace
}

// Activity is what an account used, by day, model and endpoint.
type Activity struct {
	Rows   []ActivityRow // in the server's order
	Unread int           // how many rows could not be read: sums are partial
	Meta
}

// Activity reads what the account used in completed UTC days, from
// GET /activity; the current day is never in it. The error is ErrNotFound for a
// key, user or workspace that the account does not have, and ErrRequest for a
// day out of range. It needs a management key.
//
// Rows are observed to be missing: it is not a ledger.
func (c *Client) Activity(ctx context.Context, query ActivityQuery) (Activity, error) {
	q := call{name: "activity", query: url.Values{}, limit: maxTableBytes}
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
	meta, err := c.do(ctx, q, v.read)
	if err != nil {
		return Activity{}, err
	}
	v.Meta = meta
	return v, nil
}

func (v *Activity) read(answer *fields) {
	v.Rows, v.Unread = listOf(answer, "data", func(d *fields) ActivityRow {
		return ActivityRow{
			Date:             d.day("date"),
			Model:            d.text("model"),
			ModelPermaslug:   d.text("model_permaslug"),
			EndpointID:       d.text("endpoint_id"),
			Provider:         d.text("provider_name"),
			UsageUSD:         d.required("usage"),
			BYOKUsageUSD:     d.aside("byok_usage_inference", (*fields).total),
			Requests:         d.tally("requests"),
			PromptTokens:     d.tally("prompt_tokens"),
			CompletionTokens: d.tally("completion_tokens"),
			ReasoningTokens:  d.tally("reasoning_tokens"),
			WorkspaceID:      d.text("workspace_id"),
		}
	})
}
