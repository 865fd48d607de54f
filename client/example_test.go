package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"ortop/client"
)

// account answers as OpenRouter does: the balance is for management keys.
func account(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/api/v1/key":
		fmt.Fprint(w, `{"data":{"label":"sk-or-v1-0e6...1c96","usage":3.17,"limit":10,"limit_remaining":6.83,"is_management_key":false}}`)
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
	fmt.Printf("%.2f USD left\n", credits.TotalCreditsUSD-credits.TotalUsageUSD)
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
