package client

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

func TestQueryBody(t *testing.T) {
	zone := time.FixedZone("", 60*60)
	for _, tt := range []struct {
		name  string
		query AnalyticsQuery
		want  string
	}{
		{"one metric", AnalyticsQuery{Metrics: []string{"credits_usage"}}, `{"metrics":["credits_usage"]}`},
		{"official example", AnalyticsQuery{
			Metrics: []string{"request_count"}, Dimensions: []string{"model"}, Granularity: "day", Limit: 100,
			From: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2025, 1, 8, 0, 0, 0, 0, time.UTC),
		}, `{"metrics":["request_count"],"dimensions":["model"],"granularity":"day","time_range":{"start":"2025-01-01T00:00:00Z","end":"2025-01-08T00:00:00Z"},"limit":100}`},
		{"filters and order", AnalyticsQuery{
			Metrics: []string{"credits_usage"}, OrderBy: "credits_usage", Descending: true, GroupLimit: 5,
			Filters: []AnalyticsFilter{{"api_key_id", "eq", []string{keyHash}}, {"model", "not_in", []string{"a/b", `"`}}, {"user", "in", []string{"u"}}},
		}, `{"metrics":["credits_usage"],"filters":[{"field":"api_key_id","operator":"eq","value":"` + keyHash + `"},{"field":"model","operator":"not_in","value":["a/b","\""]},` +
			`{"field":"user","operator":"in","value":["u"]}],"order_by":{"field":"credits_usage","direction":"desc"},"group_limit":5}`},
		{"in UTC, to the second", AnalyticsQuery{
			Metrics: []string{"a"}, OrderBy: "date", From: time.Date(2025, 1, 1, 0, 30, 0, 999, zone), To: time.Date(2025, 1, 1, 1, 0, 0, 5, time.UTC),
		}, `{"metrics":["a"],"time_range":{"start":"2024-12-31T23:30:00Z","end":"2025-01-01T01:00:00Z"},"order_by":{"field":"date","direction":"asc"}}`},
	} {
		var got []byte
		_, err := serve(t, func(w http.ResponseWriter, r *http.Request) {
			got, _ = io.ReadAll(r.Body)
			answer(200, `{"data":{"data":[],"metadata":{"truncated":false}}}`)(w, r)
		}).Query(t.Context(), tt.query)
		if err != nil || string(got) != tt.want {
			t.Errorf("Query(%s) sends\n%s, %v, want\n%s", tt.name, got, err, tt.want)
		}
	}
}

func TestQueryRefusesToSend(t *testing.T) {
	sent := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent++
		answer(200, `{"data":{"data":[],"metadata":{"truncated":false}}}`)(w, r)
	})
	metrics := []string{"request_count"}
	for _, tt := range []struct {
		name, words string // none: it is sent
		query       AnalyticsQuery
	}{
		{"no metric", "no metric", AnalyticsQuery{Dimensions: []string{"model"}}},
		{"2 dimensions", "", AnalyticsQuery{Metrics: metrics, Dimensions: []string{"model", "user"}}},
		{"3 dimensions", "more than 2 dimensions", AnalyticsQuery{Metrics: metrics, Dimensions: []string{"model", "user", "app"}}},
		{"20 filters", "", AnalyticsQuery{Metrics: metrics, Filters: filters(20)}},
		{"21 filters", "more than 20 filters", AnalyticsQuery{Metrics: metrics, Filters: filters(21)}},
		{"filter without a value", "a filter without a value", AnalyticsQuery{Metrics: metrics, Filters: []AnalyticsFilter{{"model", "in", nil}}}},
		{"two values for one", "a filter without a value, or with too many", AnalyticsQuery{Metrics: metrics, Filters: []AnalyticsFilter{{"model", "eq", []string{"a", "b"}}}}},
		{"limit below 0", "a limit that is not", AnalyticsQuery{Metrics: metrics, Limit: -1}},
		{"limit of 10,000", "", AnalyticsQuery{Metrics: metrics, Limit: 10_000}},
		{"limit of 10,001", "a limit that is not", AnalyticsQuery{Metrics: metrics, Limit: 10_001}},
		{"group limit below 0", "a group limit", AnalyticsQuery{Metrics: metrics, GroupLimit: -1}},
		{"no end", "a time range without its beginning or end", AnalyticsQuery{Metrics: metrics, From: noon}},
		{"no beginning", "a time range without its beginning or end", AnalyticsQuery{Metrics: metrics, To: noon}},
		{"backwards", "a time range that ends before it begins", AnalyticsQuery{Metrics: metrics, From: noon, To: noon.Add(-time.Second)}},
		{"within one second", "a time range that ends before it begins", AnalyticsQuery{Metrics: metrics, From: noon, To: noon.Add(time.Second - 1)}},
		{"minutes of 3 h", "", AnalyticsQuery{Metrics: metrics, Granularity: "minute", From: noon.Add(-3 * time.Hour), To: noon}},
		{"minutes of more", "minutes of more than 3 hours", AnalyticsQuery{Metrics: metrics, Granularity: "minute", From: noon.Add(-3*time.Hour - time.Second), To: noon}},
		{"minutes of the last week", "minutes of more than 3 hours", AnalyticsQuery{Metrics: metrics, Granularity: "minute"}},
	} {
		sent = 0
		_, err := c.Query(t.Context(), tt.query)
		if tt.words == "" {
			if err != nil || sent != 1 {
				t.Errorf("Query(%s) = %v in %d requests, want no error in 1", tt.name, err, sent)
			}
			continue
		}
		wantError(t, "Query("+tt.name+")", err, ErrRequest, "reading analytics/query: request not accepted: "+tt.words)
		if sent != 0 {
			t.Errorf("Query(%s) sent %d requests, want none", tt.name, sent)
		}
	}
}

func filters(n int) []AnalyticsFilter {
	list := make([]AnalyticsFilter, n)
	for i := range list {
		list[i] = AnalyticsFilter{"model", "neq", []string{"x"}}
	}
	return list
}

// A connection that breaks once the query is sent does not send it again.
func TestN02PostIsSentOnce(t *testing.T) {
	var posts atomic.Int64
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "GET" {
			answer(200, goodCredits)(w, r)
			return
		}
		posts.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	})
	if _, err := c.Credits(t.Context()); err != nil { // the connection is in use already
		t.Fatal(err)
	}
	_, err := c.Query(t.Context(), AnalyticsQuery{Metrics: []string{"request_count"}})
	wantError(t, "Query()", err, ErrNetwork, "reading analytics/query: no answer: EOF")
	if n := posts.Load(); n != 1 {
		t.Errorf("%d queries were sent, want 1", n)
	}
}
