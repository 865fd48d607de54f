package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"ortop/client"
)

// answers are those of a small account. The balance is for management keys.
var answers = map[string]string{
	"/credits":           `{"data":{"total_credits":100.5,"total_usage":25.75}}`,
	"/key":               `{"data":{"label":"sk-or-v1-0e6...1c96","usage":3.17,"limit":10,"limit_remaining":6.83,"limit_reset":"monthly","is_management_key":false}}`,
	"/keys":              `{"data":[{"hash":"f01d52606dc8","name":"ci-bot","usage":5.2,"disabled":false},{"hash":"0c11a3e5b7d9","name":"laptop","usage":4.88,"limit":5,"limit_remaining":0.12}]}`,
	"/keys/f01d52606dc8": `{"data":{"hash":"f01d52606dc8","name":"ci-bot","usage":5.2,"usage_daily":0.75}}`,
	"/activity": `{"data":[{"date":"2026-11-20","model":"openai/gpt-4.1","usage":1.25,"requests":812},
		{"date":"2026-11-20","model":"deepseek/deepseek-v4","usage":0.5}]}`,
	"/analytics/meta": `{"data":{"metrics":[{"name":"credits_usage","display_label":"Credits","is_rate":false,"display_format":"currency"}],
		"dimensions":[{"name":"model","display_label":"Model"}],"operators":[{"name":"eq","value_type":"scalar"}],"granularities":[{"name":"day","display_label":"Day"}]}}`,
	"/analytics/query": `{"data":{"data":[{"date__day":"2026-11-20","model":"openai/gpt-4.1","credits_usage":1.25,"request_count":"812"},
		{"date__day":"2026-11-21","model":"openai/gpt-4.1","credits_usage":0.5,"request_count":null}],"metadata":{"truncated":false}}}`,
	"/generation":                     `{"data":{"id":"gen-1","model":"openai/gpt-4.1","total_cost":0.0015,"usage":0.0015,"tokens_prompt":10,"tokens_completion":25}}`,
	"/workspaces":                     `{"data":[{"id":"w1","name":"Research","slug":"research"},{"id":"w2","name":"Web","slug":"web"}],"total_count":2}`,
	"/workspaces/research":            `{"data":{"id":"w1","name":"Research","slug":"research","created_at":"2026-05-01T09:00:00Z"}}`,
	"/workspaces/research/budgets":    `{"data":[{"id":"b1","limit_usd":50,"reset_interval":"monthly"},{"id":"b2","limit_usd":500,"reset_interval":null}]}`,
	"/workspaces/research/members":    `{"data":[{"id":"m1","user_id":"user_1","role":"admin"}],"total_count":1}`,
	"/guardrails":                     `{"data":[{"id":"g1","name":"Interns","limit_usd":20,"reset_interval":"weekly"},{"id":"g2","name":"No training","limit_usd":null}],"total_count":2}`,
	"/guardrails/assignments/keys":    `{"data":[{"id":"a1","guardrail_id":"g1","key_hash":"f01d52606dc8","key_name":"ci-bot"}],"total_count":1}`,
	"/guardrails/assignments/members": `{"data":[{"id":"a2","guardrail_id":"g1","user_id":"user_1"}],"total_count":1}`,
	"/organization/members":           `{"data":[{"id":"user_1","first_name":"Ann","email":"ann@example.com","role":"org:admin"}],"total_count":1}`,
}

// openRouter stands for the service in these examples.
type openRouter struct{ busy bool }

func (s openRouter) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	body, ok := answers[r.URL.Path[len("/api/v1"):]]
	switch {
	case s.busy:
		w.Header().Set("Retry-After", "17")
		w.WriteHeader(http.StatusTooManyRequests)
		body = `{"error":{"code":429,"message":"slow down"}}`
	case r.Header.Get("Authorization") == "Bearer sk-or-v1-ordinary" && r.URL.Path != "/api/v1/key":
		w.WriteHeader(http.StatusForbidden)
		body = `{"error":{"code":403,"message":"Only management keys can perform this operation"}}`
	case !ok:
		w.WriteHeader(http.StatusNotFound)
		body = `{"error":{"code":404,"message":"Not found"}}`
	}
	_, _ = w.WriteString(body)
	return w.Result(), r.Context().Err()
}

// connect returns a client with a key. A program of its own leaves Transport
// out.
func connect(key string) *client.Client {
	c, err := client.New(client.Config{Key: client.NewSecret(key), Transport: openRouter{}})
	if err != nil {
		panic(err)
	}
	return c
}

func Example() {
	c, err := client.New(client.Config{
		Key:       client.NewSecret("sk-or-v1-management"),
		Transport: openRouter{}, // left out, it is the network
	})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	credits, err := c.Credits(context.Background())
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Printf("%.2f of %.2f USD left\n", credits.LeftUSD(), credits.TotalCreditsUSD)
	// Output: 74.75 of 100.50 USD left
}

// An ordinary key cannot read the balance.
func ExampleClient_Credits() {
	_, err := connect("sk-or-v1-ordinary").Credits(context.Background())
	if errors.Is(err, client.ErrForbidden) {
		fmt.Println("not a management key")
	}
	fmt.Println(err)
	// Output:
	// not a management key
	// reading credits: 403 forbidden: Only management keys can perform this operation
}

// What an ordinary key may still spend itself.
func ExampleClient_Key() {
	key, err := connect("sk-or-v1-ordinary").Key(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	if key.LimitRemainingUSD == nil {
		fmt.Println(key.Label, "has no cap")
		return
	}
	fmt.Printf("%s may spend %.2f USD, reset: %s\n", key.Label, *key.LimitRemainingUSD, key.LimitReset)
	// Output: sk-or-v1-0e6...1c96 may spend 6.83 USD, reset: monthly
}

func ExampleClient_Keys() {
	keys, err := connect("sk-or-v1-management").Keys(context.Background(), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range keys.Rows {
		fmt.Printf("%s has spent %.2f USD", key.Name, key.UsageUSD)
		if key.LimitRemainingUSD != nil {
			fmt.Printf(", %.2f USD remain", *key.LimitRemainingUSD)
		}
		fmt.Println()
	}
	// Output:
	// ci-bot has spent 5.20 USD
	// laptop has spent 4.88 USD, 0.12 USD remain
}

func ExampleClient_KeyByHash() {
	c := connect("sk-or-v1-management")
	key, err := c.KeyByHash(context.Background(), "f01d52606dc8")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %.2f USD today\n", key.Name, *key.UsageDailyUSD)

	_, err = c.KeyByHash(context.Background(), "deadbeef")
	fmt.Println(errors.Is(err, client.ErrNotFound))
	// Output:
	// ci-bot: 0.75 USD today
	// true
}

// A server that limits the rate names the time to wait.
func ExampleAPIError_retryAfter() {
	c, err := client.New(client.Config{Transport: openRouter{busy: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Credits(context.Background())
	wait := time.Minute // where the server names none
	var refused *client.APIError
	if errors.As(err, &refused) && refused.RetryAfter != nil {
		wait = *refused.RetryAfter
	}
	fmt.Println(err)
	fmt.Println("again in", wait)
	// Output:
	// reading credits: 429 rate limited: slow down
	// again in 17s
}

// unreachable is a network where every connection is refused.
type unreachable struct{ error }

func (n unreachable) RoundTrip(*http.Request) (*http.Response, error) { return nil, n.error }

// A request without an answer keeps the network's own error.
func ExampleNetworkError() {
	c, err := client.New(client.Config{Transport: unreachable{errors.New("no route")}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Credits(context.Background())
	var failed *client.NetworkError
	if errors.As(err, &failed) {
		fmt.Println(failed.Host, failed.Err, failed.QuickRetry)
	}
	// Output: openrouter.ai no route false
}
