package client

import (
	"context"
	"errors"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"
)

// prism is the base URL of a mock server of the official API description, by
// the variable that names it.
func prism(t *testing.T, variable string) string {
	t.Helper()
	base := os.Getenv(variable)
	if base == "" {
		t.Skipf("%s names no mock server", variable)
	}
	return base
}

// preferring asks a mock server for this answer.
type preferring string

func (p preferring) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Prefer", string(p))
	return http.DefaultTransport.RoundTrip(r)
}

// withoutMeta returns v without what depends on the server's clock.
func withoutMeta(v any) any {
	c := reflect.New(reflect.TypeOf(v)).Elem()
	c.Set(reflect.ValueOf(v))
	if meta := c.FieldByName("Meta"); meta.IsValid() {
		meta.SetZero()
	}
	return c.Interface()
}

func TestPrismEndpoints(t *testing.T) {
	c := newClient(t, prism(t, "ORTOP_PRISM"))
	for _, e := range endpoints {
		got, err := e.ask(t.Context(), c)
		if err != nil || !reflect.DeepEqual(withoutMeta(got), e.want) {
			t.Errorf("%s = %+v, %v, want %+v", e.official, got, err, e.want)
		}
	}
}

func TestPrismErrors(t *testing.T) {
	base := prism(t, "ORTOP_PRISM")
	documented := map[string][]int{
		"keys": {400, 401, 429, 500}, "key": {401, 404, 429, 500}, "activity": {400, 401, 403, 404, 500},
		"analyticsmeta": {401, 403, 500}, "analytics": {400, 401, 403, 408, 500},
		"workspaces": {401, 500}, "workspace": {401, 404, 500}, "budgets": {401, 404, 500}, "workspacemembers": {401, 403, 404, 500},
		"guardrails": {400, 401, 500}, "guardrailkeys": {401, 500}, "guardrailmembers": {401, 500},
		"members": {401, 404, 500}, "generation": {401, 402, 404, 429, 500, 502, 524, 529},
	}
	for _, e := range endpoints {
		for _, status := range documented[e.official] {
			c := newClient(t, base, func(cfg *Config) { cfg.Transport = preferring("code=" + strconv.Itoa(status)) })
			_, err := e.ask(t.Context(), c)
			wantError(t, e.official+" "+strconv.Itoa(status), err, kindOf(status), "reading "+e.name+": "+strconv.Itoa(status))
		}
	}
}

// TestPrismDynamic takes in answers of the right shape and without sense: each
// is refused as malformed, or can be.
func TestPrismDynamic(t *testing.T) {
	var polls int
	now := func() time.Time { return noon.Add(time.Duration(polls) * time.Minute) }
	c := newClient(t, prism(t, "ORTOP_PRISM_DYNAMIC"), func(cfg *Config) { cfg.Now = now })
	all := append(slices.Clone(endpoints),
		endpoint{official: "credits", ask: asking(func(ctx context.Context, c *Client) (Credits, error) { return c.Credits(ctx) })},
		endpoint{official: "own key", ask: asking(func(ctx context.Context, c *Client) (Key, error) { return c.Key(ctx) })},
	)
	for _, e := range all {
		good := 0
		for range 100 {
			polls++
			got, err := e.ask(t.Context(), c)
			switch {
			case err == nil:
				good++
				wantSane(t, e.official, withoutMeta(got))
			case !errors.Is(err, ErrMalformed) || !isZero(got):
				t.Errorf("%s = %+v, %v, want an answer or %v", e.official, got, err, ErrMalformed)
			}
		}
		t.Logf("%s: %d of 100 taken", e.official, good)
	}
}
