package client

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// inProcess is a client that is always told body.
func inProcess(b *testing.B, body string) *Client {
	b.Helper()
	c, err := New(Config{Key: NewSecret(canary), Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body))}, nil
	})})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	return c
}

func BenchmarkActivity10kRows(b *testing.B) {
	var rows []string
	for i := range 10_000 {
		rows = append(rows, fmt.Sprintf(`{"date":"2026-11-%02d 00:00:00","model":"openai/gpt-4.1","model_permaslug":"openai/gpt-4.1-2025-04-14","endpoint_id":"550e8400-e29b-41d4-a716-446655440000",`+
			`"provider_name":"OpenAI","usage":%v,"byok_usage_inference":0.012,"requests":5,"prompt_tokens":50,"completion_tokens":125,"reasoning_tokens":25}`, 1+i%20, float64(i)/1000))
	}
	c := inProcess(b, `{"data":[`+strings.Join(rows, ",")+`]}`)
	for b.Loop() {
		if v, err := c.Activity(b.Context(), ActivityQuery{}); err != nil || len(v.Rows) != 10_000 {
			b.Fatal(err)
		}
	}
}

func BenchmarkQuery1kRows(b *testing.B) {
	var rows []string
	for i := range 1000 {
		rows = append(rows, fmt.Sprintf(`{"date__hour":"2026-11-19 %02d:00:00","credits_usage":%v,"request_count":"%d","model":"openai/gpt-4.1"}`, i%24, float64(i)/1000, i))
	}
	c := inProcess(b, `{"data":{"data":[`+strings.Join(rows, ",")+`],"metadata":{"truncated":false}}}`)
	q := AnalyticsQuery{Metrics: []string{"credits_usage", "request_count"}, Dimensions: []string{"model"}, Granularity: "hour"}
	for b.Loop() {
		c.analytics = &limiter{}
		if v, err := c.Query(b.Context(), q); err != nil || len(v.Rows) != 1000 {
			b.Fatal(err)
		}
	}
}

// BenchmarkKeys5k lists 5,000 keys, which are 50 pages.
func BenchmarkKeys5k(b *testing.B) {
	c := inProcess(b, "")
	c.transport = roundTrip(func(req *http.Request) (*http.Response, error) {
		offset, _ := strconv.Atoi(req.URL.Query().Get("offset"))
		var rows []string
		for i := offset; i < min(offset+100, 5000); i++ {
			rows = append(rows, fmt.Sprintf(`{"hash":"%064x","name":"key-%d","label":"sk-or-v1-0e6...1c96","disabled":false,"limit":20,"limit_remaining":17.5,"limit_reset":"monthly",`+
				`"include_byok_in_limit":false,"usage":%v,"usage_daily":0.5,"usage_weekly":1.5,"usage_monthly":2.5,"byok_usage":0,"byok_usage_daily":0,"byok_usage_weekly":0,"byok_usage_monthly":0,`+
				`"created_at":"2026-08-24T10:30:00.123456+00:00","updated_at":null,"expires_at":null,"creator_user_id":"user_2dHFtVWx2n56w6HkM0000000000","workspace_id":"550e8400-e29b-41d4-a716-446655440000"}`, i, i, float64(i)/1000))
		}
		body := `{"data":[` + strings.Join(rows, ",") + `]}`
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body))}, nil
	})
	for b.Loop() {
		if v, err := c.Keys(b.Context(), ""); err != nil || len(v.Rows) != 5000 {
			b.Fatal(err)
		}
	}
}
