package client

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"ortop/internal/text"
)

const queryEndpoint = "analytics/query"

// Analytics is the answer to a query.
type Analytics struct {
	Rows []AnalyticsRow // in the query's order; a bucket without traffic may be missing
	// Truncated reports whether rows are missing, so that sums are partial.
	Truncated bool
	// Unread is how many rows could not be read: what is missing then is not
	// known to be nothing.
	Unread int
	// CachedAt is when the answer was computed, in UTC; nil where it is not
	// from a cache.
	CachedAt *time.Time
	// Warnings name the values of filters that match nothing; at most 20.
	Warnings []string
	Meta
}

// AnalyticsRow is one bucket of time with one combination of dimensions.
type AnalyticsRow struct {
	// Start is the bucket's beginning, in UTC; nil for a query without
	// Granularity.
	Start *time.Time
	// Metrics are those of the query, in its order; nil is unknown. An amount of
	// money is in USD, and may be below 0.
	Metrics []*float64
	// Dimensions are those of the query, in its order; empty is unknown or
	// unset. Keys, workspaces and users are observed as the names that people
	// gave them: two that share a name share a row.
	Dimensions []string
}

// Query reads what the account used, by time and by whom, from
// POST /analytics/query; the current day is in it. It needs a management key.
//
// A query that the service would refuse is not sent: its error is ErrRequest.
// The client's 65th in a minute is not sent either: its error is ErrRateLimited,
// with RetryAfter. The error is ErrTimeout where the query takes the server too
// long: a shorter span or fewer dimensions help.
func (c *Client) Query(ctx context.Context, query AnalyticsQuery) (Analytics, error) {
	if err := query.check(); err != nil {
		return Analytics{}, err
	}
	if wait := c.analytics.admit(c.now()); wait > 0 {
		return Analytics{}, tooMany(queryEndpoint, wait)
	}
	var v Analytics
	q := call{name: queryEndpoint, body: query.body(), limit: maxTableBytes}
	meta, err := c.do(ctx, q, func(answer *fields) { v.read(answer, query) })
	if err != nil {
		return Analytics{}, err
	}
	v.Meta = meta
	return v, nil
}

func (v *Analytics) read(answer *fields, query AnalyticsQuery) {
	d := answer.object("data")
	v.Rows, v.Unread = listOf(d, "data", func(f *fields) AnalyticsRow {
		row := AnalyticsRow{Metrics: make([]*float64, len(query.Metrics)), Dimensions: make([]string, len(query.Dimensions))}
		if g := query.Granularity; g != "" {
			start := f.bucket("date__"+g, "created_at__"+g)
			row.Start = &start
		}
		for i, name := range query.Metrics {
			row.Metrics[i] = f.metric(name)
		}
		for i, name := range query.Dimensions {
			row.Dimensions[i] = f.dimension(name)
		}
		return row
	})
	meta := d.object("metadata")
	if truncated := meta.flag("truncated"); truncated != nil {
		v.Truncated = *truncated
	} else {
		meta.fail("%struncated is missing", meta.path)
	}
	v.CachedAt = d.unixMilli("cachedAt")
	v.Warnings = d.looseTexts("warnings")
}

// metric reads a number, which may be written as a string.
func (f *fields) metric(name string) *float64 {
	raw, ok := f.get(name)
	if !ok {
		return nil
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		raw = []byte(s)
	}
	if !isNumber(raw) {
		f.fail("%s%s is not a number", f.path, name)
		return nil
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.Abs(v) > maxMetric {
		f.fail("%s%s is not plausible: beyond 2^53", f.path, name)
		return nil
	}
	v += 0 // -0 becomes 0
	return &v
}

// dimension reads a name, which may be a number or a boolean.
func (f *fields) dimension(name string) string {
	raw, ok := f.get(name)
	if !ok || raw[0] == '"' {
		return f.text(name)
	}
	if raw[0] == '{' || raw[0] == '[' {
		f.fail("%s%s is not a name", f.path, name)
		return ""
	}
	return text.Safe(string(raw), maxMessageBytes, f.key.Reveal())
}

// AnalyticsMeta is what an AnalyticsQuery may contain. The names change over
// time.
type AnalyticsMeta struct {
	Metrics       []AnalyticsMetric
	Dimensions    []AnalyticsName
	Operators     []AnalyticsOperator
	Granularities []AnalyticsName
	Meta
}

// AnalyticsName is a name for queries, with a label for people.
type AnalyticsName struct{ Name, Label string }

// AnalyticsMetric is a column of numbers.
type AnalyticsMetric struct {
	AnalyticsName
	// IsRate reports whether the metric is an average, and not a sum.
	IsRate *bool
	// Format is "number", "currency" (USD), "percent" (of 1), "latency",
	// "throughput", or a word yet to come.
	Format string
}

// AnalyticsOperator is how a filter compares.
type AnalyticsOperator struct {
	Name string
	// ValueType is "scalar" for one value, "array" for a list.
	ValueType string
}

// AnalyticsMeta reads what an AnalyticsQuery may contain, from
// GET /analytics/meta. It needs a management key.
func (c *Client) AnalyticsMeta(ctx context.Context) (AnalyticsMeta, error) {
	var v AnalyticsMeta
	meta, err := c.do(ctx, call{name: "analytics/meta"}, v.read)
	if err != nil {
		return AnalyticsMeta{}, err
	}
	v.Meta = meta
	return v, nil
}

func (v *AnalyticsMeta) read(answer *fields) {
	d := answer.object("data")
	v.Metrics, _ = listOf(d, "metrics", func(f *fields) AnalyticsMetric {
		return AnalyticsMetric{readAnalyticsName(f), f.flag("is_rate"), f.text("display_format")}
	})
	v.Dimensions, _ = listOf(d, "dimensions", readAnalyticsName)
	v.Operators, _ = listOf(d, "operators", func(f *fields) AnalyticsOperator {
		return AnalyticsOperator{f.id("name"), f.text("value_type")}
	})
	v.Granularities, _ = listOf(d, "granularities", readAnalyticsName)
}

func readAnalyticsName(f *fields) AnalyticsName {
	return AnalyticsName{Name: f.id("name"), Label: f.text("display_label")}
}
