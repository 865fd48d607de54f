package sim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sorted"
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

// group is one row of the answer.
type group struct {
	bucket int64 // Unix nanoseconds of its start
	places [2]int32
	sums
}

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

// analyticsFilters returns a predicate that all filters hold. A value that is
// not in the account matches nothing, and is warned of.
func (a *Account) analyticsFilters(filters []analyticsFilter) (match func(*request) bool, warnings []string, problem string) {
	var tests []func(*request) bool
	for _, f := range filters {
		i := slices.IndexFunc(dimensions, func(d dimension) bool { return d.name == f.Field })
		if i < 0 {
			return nil, nil, "Unknown filter field: " + f.Field
		}
		d, values := dimensions[i], []any{f.Value}
		if list, isList := f.Value.([]any); isList {
			values = list
		}
		if !slices.Contains(operators, f.Operator) {
			return nil, nil, "Unknown operator: " + f.Operator
		}
		chosen := make([]bool, d.size(a))
		for _, v := range values {
			found := false
			for p := range chosen {
				if d.id(a, int32(p)) == v {
					chosen[p], found = true, true
				}
			}
			if !found {
				warnings = append(warnings, "Could not resolve "+f.Field+" filter value")
			}
		}
		wanted := f.Operator == "eq" || f.Operator == "in"
		tests = append(tests, func(r *request) bool { return chosen[d.place(a, r)] == wanted })
	}
	return func(r *request) bool {
		for _, test := range tests {
			if !test(r) {
				return false
			}
		}
		return true
	}, warnings, ""
}

// groups sums the requests that the plan is about.
func (a *Account) groups(p *analyticsPlan) []group {
	type cell struct {
		bucket int64
		places [2]int32
	}
	index := map[cell]int{}
	var groups []group
	var c cell
	var end int64
	requests := a.between(unix(p.from), unix(p.to))
	for i := range requests {
		r := &requests[i]
		if r.key == noKey || !p.match(r) {
			continue
		}
		if p.granularity != "" && r.at >= end {
			c.bucket, end = bucket(p.granularity, fromUnix(r.at))
		}
		for j, d := range p.dimensions {
			c.places[j] = d.place(a, r)
		}
		at, known := index[c]
		if !known {
			at = len(groups)
			index[c] = at
			groups = append(groups, group{bucket: c.bucket, places: c.places})
		}
		groups[at].add(r, &a.catalog.models[r.model])
	}
	return groups
}

// bucket returns the start of the bucket around t, and its end. These weeks
// start on Sundays, unlike those of /key.
func bucket(granularity string, t time.Time) (from, to int64) {
	var start, end time.Time
	switch granularity {
	case "minute":
		start = t.Truncate(time.Minute)
		end = start.Add(time.Minute)
	case "hour":
		start = t.Truncate(time.Hour)
		end = start.Add(time.Hour)
	case "day":
		start = credit.DayStart(t)
		end = start.AddDate(0, 0, 1)
	case "week":
		start = credit.DayStart(t).AddDate(0, 0, -int(t.Weekday()))
		end = start.AddDate(0, 0, 7)
	default:
		start = credit.MonthStart(t)
		end = start.AddDate(0, 1, 0)
	}
	return unix(start), unix(end)
}

// sortGroups puts rows into the requested order, else oldest first, and within
// a bucket by cost.
func (a *Account) sortGroups(p analyticsPlan, groups []group) {
	natural := func(x, y *group) int {
		return cmp.Or(cmp.Compare(x.bucket, y.bucket), cmp.Compare(y.cost, x.cost), slices.Compare(x.places[:], y.places[:]))
	}
	by := func(*group, *group) int { return 0 }
	for _, m := range p.metrics {
		if m.name == p.order {
			by = func(x, y *group) int { return cmp.Compare(m.rank(&x.sums), m.rank(&y.sums)) }
		}
	}
	for i, d := range p.dimensions {
		if d.name == p.order {
			by = func(x, y *group) int { return cmp.Compare(d.show(a, x.places[i]), d.show(a, y.places[i])) }
		}
	}
	if p.order == p.column() {
		by = func(x, y *group) int { return cmp.Compare(x.bucket, y.bucket) }
	}
	sorted.Rows(groups, func(x, y *group) int {
		c := by(x, y)
		if p.descending {
			c = -c
		}
		return cmp.Or(c, natural(x, y))
	})
}
