package client

import (
	"encoding/json"
	"slices"
	"time"
)

const (
	maxAnalyticsDimensions = 2
	maxAnalyticsFilters    = 20
	maxAnalyticsRows       = 10_000
	maxMinuteSpan          = 3 * time.Hour
)

// AnalyticsQuery selects what Query reads. AnalyticsMeta lists the names.
type AnalyticsQuery struct {
	// Metrics are the columns of numbers, at least one. Spend from credits is
	// "credits_usage"; "total_usage" includes BYOK spend, unlike that of
	// Credits.
	Metrics []string
	// Dimensions split rows, at most two: "model", "provider", "api_key_id",
	// "workspace", "user", …
	Dimensions []string
	// Granularity splits rows by time: "minute" (of at most 3 hours), "hour",
	// "day", "week" (observed from Sunday), "month". If empty, rows have no
	// Start.
	Granularity string
	// From and To bound the time, to the second. If both are zero, it is the
	// last 7 days by the server's clock. Observed are a reach of 365 days for
	// most costs by day, and of 31 days for the rest.
	From, To time.Time
	// Filters must all hold; at most 20.
	Filters []AnalyticsFilter
	// OrderBy is a metric or dimension of the query, or "date"; Descending
	// turns the order around. If empty, it is the server's choice.
	OrderBy    string
	Descending bool
	// Limit bounds the rows, 10,000 at most, and GroupLimit those of one
	// combination of dimensions. If 0, the bounds are the server's: 1000 rows,
	// or more where every bucket and dimension needs one.
	Limit, GroupLimit int
}

// AnalyticsFilter selects rows by a dimension.
type AnalyticsFilter struct {
	Field    string // a dimension
	Operator string // "eq", "neq", "in", "not_in", …
	// Values are one value, or several for "in" and "not_in": the hash of a key
	// for api_key_id, an ID for workspace and user; not the names in answers.
	Values []string
}

// check returns the error of a query that would be refused.
func (q AnalyticsQuery) check() error {
	refuse := func(why string) error { return unsent(queryEndpoint, why) }
	switch {
	case len(q.Metrics) == 0:
		return refuse("no metric")
	case len(q.Dimensions) > maxAnalyticsDimensions:
		return refuse("more than 2 dimensions")
	case len(q.Filters) > maxAnalyticsFilters:
		return refuse("more than 20 filters")
	case q.Limit < 0 || q.Limit > maxAnalyticsRows:
		return refuse("a limit that is not 1 to 10000")
	case q.GroupLimit < 0:
		return refuse("a group limit below 1")
	case q.From.IsZero() != q.To.IsZero():
		return refuse("a time range without its beginning or end")
	case !q.From.IsZero() && !q.From.Truncate(time.Second).Before(q.To.Truncate(time.Second)):
		return refuse("a time range that ends before it begins")
	case q.Granularity == "minute" && (q.From.IsZero() || q.To.Sub(q.From) > maxMinuteSpan):
		return refuse("minutes of more than 3 hours")
	}
	for _, f := range q.Filters {
		if len(f.Values) == 0 || len(f.Values) > 1 && !f.takesList() {
			return refuse("a filter without a value, or with too many")
		}
	}
	return nil
}

func (f AnalyticsFilter) takesList() bool {
	return slices.Contains([]string{"in", "not_in"}, f.Operator)
}

// body returns the query as the API takes it.
func (q AnalyticsQuery) body() []byte {
	type timeRange struct {
		Start string `json:"start"`
		End   string `json:"end"`
	}
	type filter struct {
		Field    string `json:"field"`
		Operator string `json:"operator"`
		Value    any    `json:"value"`
	}
	type order struct {
		Field     string `json:"field"`
		Direction string `json:"direction"`
	}
	v := struct {
		Metrics     []string   `json:"metrics"`
		Dimensions  []string   `json:"dimensions,omitempty"`
		Granularity string     `json:"granularity,omitempty"`
		Range       *timeRange `json:"time_range,omitempty"`
		Filters     []filter   `json:"filters,omitempty"`
		OrderBy     *order     `json:"order_by,omitempty"`
		Limit       int        `json:"limit,omitempty"`
		GroupLimit  int        `json:"group_limit,omitempty"`
	}{
		Metrics: q.Metrics, Dimensions: q.Dimensions, Granularity: q.Granularity,
		Limit: q.Limit, GroupLimit: q.GroupLimit,
	}
	if !q.From.IsZero() {
		v.Range = &timeRange{q.From.UTC().Format(time.RFC3339), q.To.UTC().Format(time.RFC3339)}
	}
	for _, f := range q.Filters {
		value := any(f.Values)
		if !f.takesList() {
			value = f.Values[0]
		}
		v.Filters = append(v.Filters, filter{f.Field, f.Operator, value})
	}
	if q.OrderBy != "" {
		v.OrderBy = &order{q.OrderBy, "asc"}
		if q.Descending {
			v.OrderBy.Direction = "desc"
		}
	}
	body, _ := json.Marshal(v) // strings and whole numbers: nothing that can fail
	return body
}
