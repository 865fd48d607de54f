package client

import (
	"context"
	"time"
)

// Key is what the API says of the key that asks. Sums are in USD; a pointer
// is nil, and a string empty, where the answer had no such field or null.
type Key struct {
	KeyUsage

	// IsFreeTier reports whether the account has never bought credits.
	IsFreeTier *bool
	// IsManagementKey reports whether this is a management key, which reads
	// the whole account and runs no models. It is read from the deprecated
	// is_provisioning_key where is_management_key is missing.
	IsManagementKey *bool
	// RateLimit is deprecated by OpenRouter and means nothing.
	RateLimit *RateLimit

	// What follows is not in the published specification: it is nil or empty
	// where the answer has it in another shape.

	FreeModelDailyRequests *FreeRequests
	EffectiveBudget        *Budget
	AllowedDataRegions     []string
	OrganizationID         string
	WorkspaceID            string

	Meta
}

// RateLimit is the rate limit that OpenRouter once stated; Requests is -1.
type RateLimit struct {
	Requests       *int64
	Interval, Note string
}

// FreeRequests counts the requests to free models in the current UTC day; for
// a management key, the whole account's.
type FreeRequests struct{ Used, Limit, Remaining *int64 }

// Budget is the tightest of the budgets that bind a key.
type Budget struct {
	Scope                            string // "key_limit", "workspace", "member", …
	LimitUSD, SpendUSD, RemainingUSD *float64
	ResetInterval                    string
	ResetsAt                         *time.Time
	IncludeBYOK                      *bool
	GuardrailID, BudgetID            string
}

// Key reads what the API says of the key that asks, from GET /key. Every kind
// of key may ask. A management key's own usage is 0.
func (c *Client) Key(ctx context.Context) (Key, error) {
	var v Key
	meta, err := c.ask(ctx, question{name: "key"}, v.read)
	if err != nil {
		return Key{}, err
	}
	v.Meta = meta
	return v, nil
}

func (v *Key) read(answer *fields) {
	d := answer.object("data")
	v.KeyUsage.read(d)
	v.IsFreeTier = d.flag("is_free_tier")
	v.IsManagementKey = d.flag("is_management_key")
	if v.IsManagementKey == nil {
		v.IsManagementKey = d.flag("is_provisioning_key")
	}

	v.RateLimit = extra(d, "rate_limit", func(f *fields) RateLimit {
		return RateLimit{Requests: f.count("requests"), Interval: f.text("interval"), Note: f.text("note")}
	})
	v.FreeModelDailyRequests = extra(d, "free_model_daily_requests", func(f *fields) FreeRequests {
		return FreeRequests{Used: f.count("used"), Limit: f.count("limit"), Remaining: f.count("remaining")}
	})
	v.EffectiveBudget = extra(d, "effective_budget", func(f *fields) Budget {
		return Budget{
			Scope:         f.text("scope"),
			LimitUSD:      f.usd("limit_usd"),
			SpendUSD:      f.usd("spend_usd"),
			RemainingUSD:  f.usd("remaining_usd"),
			ResetInterval: f.text("reset_interval"),
			ResetsAt:      f.time("resets_at"),
			IncludeBYOK:   f.flag("include_byok"),
			GuardrailID:   f.text("guardrail_id"),
			BudgetID:      f.text("budget_id"),
		}
	})
	v.AllowedDataRegions = d.looseTexts("allowed_data_regions")
	v.OrganizationID = d.looseText("organization_id")
	v.WorkspaceID = d.looseText("workspace_id")
}
