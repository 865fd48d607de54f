package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"ortop/client"
)

// account answers as OpenRouter does: the balance is for management keys.
func account(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/api/v1/key":
		fmt.Fprint(w, `{"data":{"label":"sk-or-v1-0e6...1c96","usage":3.17,"limit":10,"limit_remaining":6.83,"is_management_key":false}}`)
	case r.URL.Path == "/api/v1/analytics/query":
		fmt.Fprint(w, `{"data":{"data":[{"date__day":"2026-11-20","model":"openai/gpt-4.1","credits_usage":1.25,"request_count":"812"},
			{"date__day":"2026-11-21","model":"openai/gpt-4.1","credits_usage":0.5,"request_count":null}],"metadata":{"truncated":false}}}`)
	case r.Header.Get("Authorization") == "Bearer sk-or-v1-management":
		fmt.Fprint(w, `{"data":{"total_credits":100.5,"total_usage":25.75}}`)
	default:
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"error":{"code":403,"message":"Only management keys can perform this operation"}}`)
	}
}

func Example() {
	server := httptest.NewServer(http.HandlerFunc(account))
	defer server.Close()

	c, err := client.New(client.Config{
		BaseURL: server.URL + "/api/v1",
		Key:     client.NewSecret("sk-or-v1-management"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	credits, err := c.Credits(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f USD left\n", credits.LeftUSD())
	// Output: 74.75 USD left
}

// An ordinary key cannot read the balance; what it may spend itself it can.
func ExampleClient_Key() {
	server := httptest.NewServer(http.HandlerFunc(account))
	defer server.Close()

	c, err := client.New(client.Config{
		BaseURL: server.URL + "/api/v1",
		Key:     client.NewSecret("sk-or-v1-ordinary"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Credits(context.Background())
	if !errors.Is(err, client.ErrForbidden) {
		return
	}
	fmt.Println(err)
	key, err := c.Key(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s may spend %.2f USD\n", key.Label, *key.LimitRemainingUSD)
	// Output:
	// reading credits: 403 forbidden: Only management keys can perform this operation
	// sk-or-v1-0e6...1c96 may spend 6.83 USD
}

// What was spent since yesterday, by day and model.
func ExampleClient_Query() {
	server := httptest.NewServer(http.HandlerFunc(account))
	defer server.Close()

	c, err := client.New(client.Config{
		BaseURL: server.URL + "/api/v1",
		Key:     client.NewSecret("sk-or-v1-management"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := c.Query(context.Background(), client.AnalyticsQuery{
		Metrics:     []string{"credits_usage", "request_count"},
		Dimensions:  []string{"model"},
		Granularity: "day",
		From:        time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
		To:          time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range answer.Rows {
		fmt.Print(row.Start.Format(time.DateOnly), " ", row.Dimensions["model"])
		if usd := row.Metrics["credits_usage"]; usd != nil {
			fmt.Printf(" %.2f USD", *usd)
		}
		if n := row.Metrics["request_count"]; n != nil {
			fmt.Printf(" in %.0f requests", *n)
		}
		fmt.Println()
	}
	// Output:
	// 2026-11-20 openai/gpt-4.1 1.25 USD in 812 requests
	// 2026-11-21 openai/gpt-4.1 0.50 USD
}
