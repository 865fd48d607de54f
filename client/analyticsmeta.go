package client

import "context"

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
