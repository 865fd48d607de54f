package client

import (
	"context"
	"time"
)

// Key is the key of the client itself.
type Key struct {
	KeyUsage

	// IsFreeTier reports whether the account has never bought credits.
	IsFreeTier *bool
	// IsManagementKey reports whether this is a management key, which reads
	// the whole account and runs no models. It is taken from the deprecated
	// is_provisioning_key where is_management_key is missing.
	IsManagementKey *bool
	// RateLimit is deprecated by OpenRouter and has no meaning.
	RateLimit *RateLimit

	// What follows is observed: it is nil or empty where the answer has it in
	// another form.

	// FreeModelDailyRequests is the account's allowance of free models.
	FreeModelDailyRequests *FreeRequests
	// Budgets are those that bind the key: each of them does. One whose rest
	// cannot be read has a nil RemainingUSD.
	Budgets []Budget
	// AllowedDataRegions are "global", "europe", "us", or words yet to come; an
	// empty list, which is not nil, permits none.
	AllowedDataRegions []string
	// OrganizationID and WorkspaceID are those that the key belongs to.
	OrganizationID, WorkspaceID string

	Meta
}

// RateLimit is the rate limit that OpenRouter once stated.
type RateLimit struct {
	Requests *int64 // observed: -1
	Interval string
	Note     string
}

// FreeRequests counts the requests to free models in the current UTC day, of
// the whole account.
type FreeRequests struct{ Used, Limit, Remaining *int64 }

// Budget is a budget that binds a key, in USD.
type Budget struct {
	Scope string // "key_limit", "workspace", "member", or a word yet to come
	// LimitUSD is the budget, SpendUSD what was spent of it in the current
	// window, and RemainingUSD the rest: at 0 or below requests are refused.
	LimitUSD, SpendUSD, RemainingUSD *float64
	// ResetInterval is how often the budget resets: "daily", "weekly",
	// "monthly", empty for never, or a word yet to come. ResetsAt is when it
	// does so next.
	ResetInterval string
	ResetsAt      *time.Time
	// IncludeBYOK reports whether BYOK spend counts against the budget.
	IncludeBYOK *bool
	// GuardrailID and BudgetID are where the budget is defined.
	GuardrailID, BudgetID string
}

// Key reads the key of the client itself, from GET /key, with any kind of key. A
// management key's own usage is 0, as it runs no models.
func (c *Client) Key(ctx context.Context) (Key, error) {
	var v Key
	meta, err := c.do(ctx, call{name: "key"}, v.read)
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
	v.Budgets = append(budgetsOf(d, "effective_budget"), budgetsOf(d, "budgets")...)
	v.AllowedDataRegions = d.looseTexts("allowed_data_regions")
	v.OrganizationID = d.text("organization_id")
	v.WorkspaceID = d.text("workspace_id")
}

// budgetsOf reads a budget, or a list of them. One that says nothing of money
// bounds nothing.
func budgetsOf(d *fields, name string) []Budget {
	raw, ok := d.get(name)
	if !ok {
		return nil
	}
	var list []Budget
	add := func(b Budget) {
		if b.LimitUSD != nil || b.SpendUSD != nil || b.RemainingUSD != nil {
			list = append(list, b)
		}
	}
	if raw[0] != '[' {
		if b := extra(d, name, readBudget); b != nil {
			add(*b)
		}
		return list
	}
	sub := *d
	sub.err = new(error)
	rows, _ := listOf(&sub, name, readBudget)
	if *sub.err != nil {
		d.odd.add(*sub.err)
	}
	for _, b := range rows {
		add(b)
	}
	return list
}

func readBudget(f *fields) Budget {
	amount := func(name string) *float64 {
		if _, ok := f.get(name + "_usd"); ok {
			name += "_usd"
		}
		return f.aside(name, (*fields).usd)
	}
	b := Budget{
		Scope:         f.text("scope"),
		LimitUSD:      amount("limit"),
		SpendUSD:      amount("spend"),
		RemainingUSD:  amount("remaining"),
		ResetInterval: f.text("reset_interval"),
		ResetsAt:      f.time("resets_at"),
		IncludeBYOK:   f.flag("include_byok"),
		GuardrailID:   f.text("guardrail_id"),
		BudgetID:      f.text("budget_id"),
	}
	_, reported := f.get("remaining_usd")
	_, bare := f.get("remaining")
	if !reported && !bare && b.LimitUSD != nil && b.SpendUSD != nil {
		left := *b.LimitUSD - *b.SpendUSD
		b.RemainingUSD = &left
	}
	return b
}
