package client

import (
	"context"
	"net/url"
	"time"
)

// Generation is the record of one request to a model.
type Generation struct {
	ID        string // "gen-…"
	Model     string
	Provider  string
	CreatedAt *time.Time
	// TotalCostUSD is what the request cost, and UsageUSD what was taken from
	// credits for it.
	TotalCostUSD, UsageUSD float64
	// CacheDiscountUSD may be below 0.
	CacheDiscountUSD *float64
	// UpstreamCostUSD is what the provider charged; it has a meaning for BYOK
	// requests alone.
	UpstreamCostUSD *float64
	IsBYOK          *bool

	// PromptTokens and CompletionTokens are counted alike for every model, the
	// native ones as the provider counts.
	PromptTokens, CompletionTokens             *int64
	NativePromptTokens, NativeCompletionTokens *int64
	NativeReasoningTokens, NativeCachedTokens  *int64

	FinishReason string
	Cancelled    *bool
	RequestID    string // shared by all generations of a request, fallbacks too
	SessionID    string
	WorkspaceID  string
	Meta
}

// Generation reads the record of one request by its ID, from GET /generation,
// with any key. The error is ErrNotFound if there is none, which is observed for
// seconds after a request has ended.
func (c *Client) Generation(ctx context.Context, id string) (Generation, error) {
	q := call{name: "generation", query: url.Values{"id": {id}}, lookup: true}
	if err := checkID(q.name, id); err != nil {
		return Generation{}, err
	}
	var v Generation
	meta, err := c.do(ctx, q, v.read)
	if err != nil {
		return Generation{}, err
	}
	v.Meta = meta
	return v, nil
}

func (v *Generation) read(answer *fields) {
	d := answer.object("data")
	v.ID = d.id("id")
	v.Model = d.text("model")
	v.Provider = d.text("provider_name")
	v.CreatedAt = d.time("created_at")
	v.TotalCostUSD = d.required("total_cost")
	v.UsageUSD = d.required("usage")
	v.CacheDiscountUSD = d.usd("cache_discount")
	v.UpstreamCostUSD = d.total("upstream_inference_cost")
	v.IsBYOK = d.flag("is_byok")
	v.PromptTokens = d.tally("tokens_prompt")
	v.CompletionTokens = d.tally("tokens_completion")
	v.NativePromptTokens = d.tally("native_tokens_prompt")
	v.NativeCompletionTokens = d.tally("native_tokens_completion")
	v.NativeReasoningTokens = d.tally("native_tokens_reasoning")
	v.NativeCachedTokens = d.tally("native_tokens_cached")
	v.FinishReason = d.text("finish_reason")
	v.Cancelled = d.flag("cancelled")
	v.RequestID = d.text("request_id")
	v.SessionID = d.text("session_id")
	v.WorkspaceID = d.text("workspace_id")
}
