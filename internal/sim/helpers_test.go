package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// noon is a Wednesday.
var noon = time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)

const ordinaryKey = "sk-or-v1-0rdinary000000000000000000000000000000000000000000000000tail"

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

func mustNew(t testing.TB, c Config) *Account {
	t.Helper()
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func newRequest(t testing.TB, method, path, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://sim.test/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+DemoKey)
	return r
}

// ask sends a request with the management key, in process.
func ask(t testing.TB, a *Account, method, path, body string) (status int, answer []byte) {
	t.Helper()
	return send(t, a, newRequest(t, method, path, body))
}

func send(t testing.TB, a *Account, r *http.Request) (status int, answer []byte) {
	t.Helper()
	res, err := a.RoundTripper().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, answer
}

// get reads the answer to a GET, which must be fine, into T.
func get[T any](t testing.TB, a *Account, path string) T {
	t.Helper()
	status, body := ask(t, a, "GET", path, "")
	return decode[T](t, path, status, body)
}

// post is get for an analytics query.
func post(t testing.TB, a *Account, query string) analyticsResult {
	t.Helper()
	status, body := ask(t, a, "POST", "/analytics/query", query)
	return decode[analyticsResult](t, query, status, body)
}

func decode[T any](t testing.TB, asked string, status int, body []byte) T {
	t.Helper()
	if status != http.StatusOK {
		t.Fatalf("%s = %d %s, want 200", asked, status, body)
	}
	var e envelope[T]
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatalf("%s = %s: %v", asked, body, err)
	}
	return e.Data
}
