package sim

import "strconv"

// metric is one column of numbers. Money comes as a number, counts as text.
type metric struct {
	name, label, format string
	money               func(*sums) nano
	count               func(*sums) int64
}

func (m metric) value(s *sums) any {
	if m.money != nil {
		return m.money(s).usd()
	}
	return strconv.FormatInt(m.count(s), 10)
}

func (m metric) rank(s *sums) int64 {
	if m.money != nil {
		return int64(m.money(s))
	}
	return m.count(s)
}

// total_usage is here what credits and providers were paid, unlike in /credits.
var metrics = []metric{
	{name: "request_count", label: "Request Count", format: "number", count: func(s *sums) int64 { return s.requests }},
	{name: "total_usage", label: "Total Usage", format: "currency", money: func(s *sums) nano { return s.cost + s.byok }},
	{name: "credits_usage", label: "Credits Usage", format: "currency", money: func(s *sums) nano { return s.cost }},
	{name: "openrouter_usage", label: "OpenRouter Usage", format: "currency", money: func(s *sums) nano { return s.cost - s.fees }},
	{name: "byok_usage", label: "BYOK Usage", format: "currency", money: func(s *sums) nano { return s.byok }},
	{name: "byok_fees", label: "BYOK Fees", format: "currency", money: func(s *sums) nano { return s.fees }},
	{name: "tokens_total", label: "Total Tokens", format: "number", count: func(s *sums) int64 { return s.prompt + s.completion }},
	{name: "tokens_prompt", label: "Prompt Tokens", format: "number", count: func(s *sums) int64 { return s.prompt }},
	{name: "tokens_completion", label: "Completion Tokens", format: "number", count: func(s *sums) int64 { return s.completion }},
	{name: "reasoning_tokens", label: "Reasoning Tokens", format: "number", count: func(s *sums) int64 { return s.reasoning }},
	{name: "cached_tokens", label: "Cached Tokens", format: "number", count: func(s *sums) int64 { return s.cached }},
}

// dimension is one way of splitting: place is a request's place in it, id what
// a filter names, and show what an answer holds.
type dimension struct {
	name, label string
	size        func(*Account) int
	place       func(*Account, *request) int32
	id, show    func(*Account, int32) string
}

var dimensions = []dimension{
	{
		"model", "Model",
		func(a *Account) int { return len(a.catalog.models) },
		func(_ *Account, r *request) int32 { return r.model },
		func(a *Account, i int32) string { return a.catalog.models[i].slug },
		func(a *Account, i int32) string { return a.catalog.models[i].slug },
	},
	{
		"provider", "Provider",
		func(a *Account) int { return len(a.catalog.models) },
		func(a *Account, r *request) int32 { return a.providerIndex(r.model) },
		func(a *Account, i int32) string { return a.catalog.models[i].provider },
		func(a *Account, i int32) string { return a.catalog.models[i].provider },
	},
	{
		"api_key_id", "API Key",
		func(a *Account) int { return len(a.catalog.keys) },
		func(_ *Account, r *request) int32 { return r.key },
		func(a *Account, i int32) string { return a.catalog.keys[i].hash },
		func(a *Account, i int32) string { return a.catalog.keys[i].name },
	},
	{
		"workspace", "Workspace",
		func(a *Account) int { return len(a.catalog.workspaces) },
		func(a *Account, r *request) int32 { return int32(a.catalog.keys[r.key].workspace) },
		func(a *Account, i int32) string { return a.catalog.workspaces[i].id },
		func(a *Account, i int32) string { return a.catalog.workspaces[i].name },
	},
	{
		"user", "User",
		func(a *Account) int { return len(a.catalog.members) },
		func(a *Account, r *request) int32 { return int32(a.catalog.keys[r.key].member) },
		func(a *Account, i int32) string { return a.catalog.members[i].id },
		func(a *Account, i int32) string { return a.catalog.members[i].first + " " + a.catalog.members[i].last },
	},
}

// providerIndex returns the first model of the same provider.
func (a *Account) providerIndex(model int32) int32 {
	for i := range model {
		if a.catalog.models[i].provider == a.catalog.models[model].provider {
			return i
		}
	}
	return model
}

var granularities = []string{"minute", "hour", "day", "week", "month"}

var operators = []string{"eq", "neq", "in", "not_in"}
