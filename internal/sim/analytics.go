package sim

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

const (
	analyticsDefaultRows = 1000
	analyticsMaxRows     = 10_000
	analyticsDefaultSpan = 7 * 24 * time.Hour
	analyticsMinuteSpan  = 3 * time.Hour
)

func (a *Account) analyticsMeta(query) answer {
	type named struct {
		Name  string `json:"name"`
		Label string `json:"display_label"`
	}
	type metricMeta struct {
		named
		IsRate bool   `json:"is_rate"`
		Format string `json:"display_format"`
	}
	type operator struct {
		Name string `json:"name"`
		Type string `json:"value_type"`
	}
	var meta struct {
		Metrics       []metricMeta `json:"metrics"`
		Dimensions    []named      `json:"dimensions"`
		Operators     []operator   `json:"operators"`
		Granularities []named      `json:"granularities"`
	}
	for _, m := range metrics {
		meta.Metrics = append(meta.Metrics, metricMeta{named{m.name, m.label}, false, m.format})
	}
	for _, d := range dimensions {
		meta.Dimensions = append(meta.Dimensions, named{d.name, d.label})
	}
	for i, o := range operators {
		meta.Operators = append(meta.Operators, operator{o, []string{"scalar", "array"}[i/2]})
	}
	for i, g := range granularities {
		meta.Granularities = append(meta.Granularities, named{g, []string{"Minute", "Hour", "Day", "Week", "Month"}[i]})
	}
	return ok(envelope[any]{meta})
}

// analyticsBody is the body of a request to /analytics/query.
type analyticsBody struct {
	Metrics     []string `json:"metrics"`
	Dimensions  []string `json:"dimensions"`
	Granularity string   `json:"granularity"`
	Range       *struct {
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
	} `json:"time_range"`
	Filters []analyticsFilter `json:"filters"`
	OrderBy *struct {
		Field     string `json:"field"`
		Direction string `json:"direction"`
	} `json:"order_by"`
	Limit *int `json:"limit"`
}

type analyticsFilter struct {
	Field    string `json:"field"`
	Operator string `json:"operator"`
	Value    any    `json:"value"`
}

type analyticsMetadata struct {
	QueryTimeMS float64 `json:"query_time_ms"`
	RowCount    int     `json:"row_count"`
	Truncated   bool    `json:"truncated"`
}

type analyticsResult struct {
	Data     []map[string]any  `json:"data"`
	Metadata analyticsMetadata `json:"metadata"`
	CachedAt int64             `json:"cachedAt,omitempty"` // Unix ms
	Warnings []string          `json:"warnings,omitempty"`
}

// plan is a body that was understood.
type analyticsPlan struct {
	metrics     []metric
	dimensions  []dimension
	granularity string // empty: one bucket
	from, to    time.Time
	match       func(*request) bool
	order       string
	descending  bool
	limit       int
	warnings    []string
}

// column is the name of the time column.
func (p *analyticsPlan) column() string { return "date__" + p.granularity }

// analyticsQuery answers /analytics/query. An answer from a cache is marked as such.
func (a *Account) analyticsQuery(q query) answer {
	p, problem := a.planAnalytics(&q)
	if problem != "" {
		return failWith(http.StatusBadRequest, problem)
	}
	groups := a.groups(&p)
	a.sortGroups(p, groups)
	result := analyticsResult{Data: []map[string]any{}, Warnings: p.warnings}
	result.Metadata = analyticsMetadata{QueryTimeMS: 12, RowCount: min(len(groups), p.limit), Truncated: len(groups) > p.limit}
	if q.fault.Stale > 0 {
		result.CachedAt = q.at.UnixMilli()
	}
	for _, g := range groups[:result.Metadata.RowCount] {
		row := map[string]any{}
		for _, m := range p.metrics {
			row[m.name] = m.value(&g.sums)
		}
		for i, d := range p.dimensions {
			row[d.name] = d.show(a, g.places[i])
			if d.name == "user" {
				row["user_email"] = a.catalog.members[g.places[i]].email
			}
		}
		if p.granularity != "" {
			format := dayFormat
			if p.granularity == "hour" || p.granularity == "minute" {
				format = time.DateTime
			}
			row[p.column()] = fromUnix(g.bucket).Format(format)
		}
		result.Data = append(result.Data, row)
	}
	return ok(envelope[analyticsResult]{result})
}

// planAnalytics understands a body, or returns the message that refuses it.
func (a *Account) planAnalytics(q *query) (p analyticsPlan, problem string) {
	var b analyticsBody
	if json.Unmarshal(q.body, &b) != nil {
		return p, messageFor(http.StatusBadRequest)
	}
	for _, name := range b.Metrics {
		i := slices.IndexFunc(metrics, func(m metric) bool { return m.name == name })
		if i < 0 {
			return p, "Unknown metric: " + name
		}
		p.metrics = append(p.metrics, metrics[i])
	}
	for _, name := range b.Dimensions {
		i := slices.IndexFunc(dimensions, func(d dimension) bool { return d.name == name })
		if i < 0 {
			return p, "Unknown dimension: " + name
		}
		p.dimensions = append(p.dimensions, dimensions[i])
	}
	p.granularity, p.limit = b.Granularity, analyticsDefaultRows
	if b.Limit != nil {
		p.limit = *b.Limit
	}
	p.from, p.to = q.at.Add(-analyticsDefaultSpan), q.at
	if b.Range != nil {
		p.from, p.to = b.Range.Start, b.Range.End
	}
	switch {
	case len(p.metrics) == 0:
		return p, "At least one metric is required"
	case len(p.dimensions) > 2:
		return p, "At most 2 dimensions are allowed"
	case p.granularity != "" && !slices.Contains(granularities, p.granularity):
		return p, "Unknown granularity: " + p.granularity
	case p.limit < 1 || p.limit > analyticsMaxRows:
		return p, "Limit must be between 1 and 10000"
	case b.Range != nil && (p.from.IsZero() || p.to.IsZero() || p.to.Before(p.from)):
		return p, "Invalid time range"
	case p.granularity == "minute" && p.to.Sub(p.from) > analyticsMinuteSpan:
		return p, "Minute granularity is limited to 3 hours"
	case len(b.Filters) > 20:
		return p, "At most 20 filters are allowed"
	}
	p.to = earlier(p.to, q.at.Add(1)) // what has happened until now, inclusive
	if b.OrderBy != nil {
		p.order, p.descending = b.OrderBy.Field, b.OrderBy.Direction != "asc"
		known := p.granularity != "" && p.order == p.column() || slices.Contains(b.Metrics, p.order) || slices.Contains(b.Dimensions, p.order)
		if !known || !slices.Contains([]string{"", "asc", "desc"}, b.OrderBy.Direction) {
			return p, "Invalid order_by"
		}
	}
	p.match, p.warnings, problem = a.analyticsFilters(b.Filters)
	return p, problem
}
