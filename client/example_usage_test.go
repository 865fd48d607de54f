package client_test

import (
	"context"
	"fmt"
	"time"

	"ortop/client"
)

// What was spent on a day, by model.
func ExampleClient_Activity() {
	activity, err := connect("sk-or-v1-management").Activity(context.Background(), client.ActivityQuery{
		Date: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range activity.Rows {
		fmt.Printf("%s %s %.2f USD", row.Date.Format(time.DateOnly), row.Model, row.UsageUSD)
		if row.Requests != nil {
			fmt.Printf(" in %d requests", *row.Requests)
		}
		fmt.Println()
	}
	// Output:
	// 2026-11-20 openai/gpt-4.1 1.25 USD in 812 requests
	// 2026-11-20 deepseek/deepseek-v4 0.50 USD
}

// What a query may contain.
func ExampleClient_AnalyticsMeta() {
	meta, err := connect("sk-or-v1-management").AnalyticsMeta(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, metric := range meta.Metrics {
		fmt.Printf("%s (%s) is in %s\n", metric.Name, metric.Label, metric.Format)
	}
	for _, dimension := range meta.Dimensions {
		fmt.Println("by", dimension.Name)
	}
	// Output:
	// credits_usage (Credits) is in currency
	// by model
}

// What was spent since yesterday, by day and model.
func ExampleClient_Query() {
	answer, err := connect("sk-or-v1-management").Query(context.Background(), client.AnalyticsQuery{
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
		fmt.Print(row.Start.Format(time.DateOnly), " ", row.Dimensions[0])
		if usd := row.Metrics[0]; usd != nil {
			fmt.Printf(" %.2f USD", *usd)
		}
		if n := row.Metrics[1]; n != nil {
			fmt.Printf(" in %.0f requests", *n)
		}
		fmt.Println()
	}
	// Output:
	// 2026-11-20 openai/gpt-4.1 1.25 USD in 812 requests
	// 2026-11-21 openai/gpt-4.1 0.50 USD
}

func ExampleClient_Generation() {
	g, err := connect("sk-or-v1-management").Generation(context.Background(), "gen-1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s cost %.4f USD\n", g.Model, g.TotalCostUSD)
	if g.PromptTokens != nil && g.CompletionTokens != nil {
		fmt.Println(*g.PromptTokens, "tokens in,", *g.CompletionTokens, "out")
	}
	// Output:
	// openai/gpt-4.1 cost 0.0015 USD
	// 10 tokens in, 25 out
}
