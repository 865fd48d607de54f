package client

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestRequest(t *testing.T) {
	var got *http.Request
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		_, _ = w.Write([]byte(goodCredits))
	}, func(cfg *Config) { cfg.Referer, cfg.Title = "https://example.com/app", "my app" })
	if _, err := c.Credits(t.Context()); err != nil {
		t.Fatalf("Credits() = %v", err)
	}
	if got.Method != "GET" || got.URL.String() != "/api/v1/credits" || got.ContentLength != 0 {
		t.Errorf("request = %s %s with %d bytes, want GET /api/v1/credits with none", got.Method, got.URL, got.ContentLength)
	}
	want := http.Header{
		"Authorization":      {"Bearer " + canary},
		"Accept":             {"application/json"},
		"Accept-Encoding":    {"gzip"},
		"User-Agent":         {"ortop"},
		"Http-Referer":       {"https://example.com/app"},
		"X-Openrouter-Title": {"my app"},
	}
	if !reflect.DeepEqual(got.Header, want) {
		t.Errorf("headers = %v, want %v", got.Header, want)
	}
}

func TestRequestOfBareConfig(t *testing.T) {
	var got *http.Request
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		answer(401, `{"error":{"code":401,"message":"Missing Authentication header"}}`)(w, r)
	}, func(cfg *Config) { cfg.Key = Secret{}; cfg.UserAgent = "ortop/1.0" })
	_, err := c.Key(t.Context())
	wantError(t, "Key()", err, ErrUnauthorized, "reading key: 401 unauthorized: Missing Authentication header")
	if got.URL.Path != "/api/v1/key" || got.UserAgent() != "ortop/1.0" {
		t.Errorf("request = %s by %q, want /api/v1/key by ortop/1.0", got.URL, got.UserAgent())
	}
	for _, name := range []string{"Authorization", "Http-Referer", "X-Openrouter-Title", "Cookie"} {
		if v, ok := got.Header[name]; ok {
			t.Errorf("header %s = %q, want none", name, v)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, words string
		cfg         Config
	}{
		{"plain http", "https", Config{BaseURL: "http://openrouter.ai/api/v1"}},
		{"key of two lines", "key", Config{Key: NewSecret(canary + "\nHost: evil")}},
		{"title with a line break", "X-OpenRouter-Title", Config{Title: "a\r\nX-Evil: 1"}},
		{"user agent with a control character", "User-Agent", Config{UserAgent: "a\x00"}},
		{"referer too long", "HTTP-Referer", Config{Referer: strings.Repeat("x", 300)}},
	} {
		c, err := New(tt.cfg)
		if err == nil || c != nil || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("New(%s) = %v, %v, want an error with %q", tt.name, c, err, tt.words)
		}
		if err != nil && (strings.Contains(err.Error(), "c0ffee") || strings.Contains(err.Error(), "vil")) {
			t.Errorf("New(%s) = %q, which holds the value", tt.name, err)
		}
	}
	c, err := New(Config{})
	if err != nil || c.base.String() != DefaultBaseURL || c.timeout != 15*time.Second {
		t.Errorf("New(Config{}) = %v, %v, want the defaults", c, err)
	}
}

func TestH40ClockSkew(t *testing.T) {
	now := func(cfg *Config) { cfg.Now = func() time.Time { return noon } }
	for _, tt := range []struct {
		name    string
		headers []string
		want    *time.Duration
	}{
		{"server 2 h ahead", []string{"Date", httpDate(noon.Add(2 * time.Hour))}, ptr(2 * time.Hour)},
		{"server behind", []string{"Date", httpDate(noon.Add(-time.Minute))}, ptr(-time.Minute)},
		{"no Date", []string{"Date", ""}, nil},
		{"bad Date", []string{"Date", "yesterday"}, nil},
		{"from a cache", []string{"Date", httpDate(noon.Add(-time.Hour)), "Age", "3600"}, nil},
	} {
		got, err := serve(t, answer(200, goodCredits, tt.headers...), now).Credits(t.Context())
		if err != nil || !reflect.DeepEqual(got.ServerSkew, tt.want) {
			t.Errorf("Credits(%s) = %+v, %v, want %+v", tt.name, got.ServerSkew, err, tt.want)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := c.Credits(ctx)
	if !errors.Is(err, context.Canceled) || errors.Is(err, ErrNetwork) {
		t.Errorf("Credits(cancelled) = %v, want context.Canceled and no ErrNetwork", err)
	}
}
