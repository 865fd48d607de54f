package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ortop/internal/text"
)

const (
	keyHash     = "f01d52606dc8f0a8303a7b5cc3fa07109c2e346cec7c0a16b40de462992ce943"
	workspaceID = "550e8400-e29b-41d4-a716-446655440000"
	guardrailID = "550e8400-e29b-41d4-a716-446655440001"
	jane        = "user_2dHFtVWx2n56w6HkM0000000000"
)

var (
	august24 = time.Date(2025, 8, 24, 10, 30, 0, 0, time.UTC)
	updated  = time.Date(2025, 8, 24, 15, 45, 0, 0, time.UTC)

	officialAPIKey = APIKey{
		Hash: keyHash, Name: "My Production Key", Disabled: ptr(false), CreatedAt: &august24, UpdatedAt: &updated,
		WorkspaceID: "0df9e665-d932-5740-b2c7-b52af166bc11",
		KeyUsage: KeyUsage{
			Label: "Production API Key", LimitUSD: ptr(100.0), LimitRemainingUSD: ptr(74.5), LimitReset: "monthly",
			IncludeBYOKInLimit: ptr(false), UsageUSD: 25.5, UsageDailyUSD: ptr(25.5), UsageWeeklyUSD: ptr(25.5), UsageMonthlyUSD: ptr(25.5),
			BYOKUsageUSD: ptr(17.38), BYOKDailyUSD: ptr(17.38), BYOKWeeklyUSD: ptr(17.38), BYOKMonthlyUSD: ptr(17.38),
			CreatorUserID: jane, ExpiresAt: ptr(time.Date(2027, 12, 31, 23, 59, 59, 0, time.UTC)),
		},
	}
	officialWorkspace = Workspace{
		ID: workspaceID, Name: "Production", Slug: "production", Description: "Production environment workspace",
		CreatedAt: &august24, UpdatedAt: &updated, CreatedBy: "user_abc123", IncludeBYOKInBudgets: ptr(false), DefaultGuardrailID: "595d5849-7e86-51fd-a7c0-705c34e4afff",
	}
)

// endpoint is one method of Client, and the official example of its answer.
type endpoint struct {
	official string // file below testdata/official
	name     string // in errors
	request  string // its first
	lookup   bool   // a 404 is not about the base URL
	limit    int    // of a body, in bytes
	ask      func(context.Context, *Client) (any, error)
	want     any
}

func asking[T any](ask func(context.Context, *Client) (T, error)) func(context.Context, *Client) (any, error) {
	return func(ctx context.Context, c *Client) (any, error) { return ask(ctx, c) }
}

var endpoints = []endpoint{
	{
		"keys", "keys", "GET /api/v1/keys?include_disabled=true&offset=0", false, 1 << 20,
		asking(func(ctx context.Context, c *Client) (List[APIKey], error) { return c.Keys(ctx, "") }),
		List[APIKey]{Rows: []APIKey{officialAPIKey}},
	},
	{
		"key", "keys", "GET /api/v1/keys/" + keyHash, true, 1 << 20,
		asking(func(ctx context.Context, c *Client) (APIKey, error) { return c.KeyByHash(ctx, keyHash) }),
		officialAPIKey,
	},
	{
		"activity", "activity", "GET /api/v1/activity", false, 8 << 20,
		asking(func(ctx context.Context, c *Client) (Activity, error) { return c.Activity(ctx, ActivityQuery{}) }),
		Activity{Rows: []ActivityRow{{
			Date: time.Date(2025, 8, 24, 0, 0, 0, 0, time.UTC), Model: "openai/gpt-4.1", ModelPermaslug: "openai/gpt-4.1-2025-04-14",
			EndpointID: workspaceID, Provider: "OpenAI", UsageUSD: 0.015, BYOKUsageUSD: ptr(0.012), Requests: ptr(int64(5)),
			PromptTokens: ptr(int64(50)), CompletionTokens: ptr(int64(125)), ReasoningTokens: ptr(int64(25)),
		}}},
	},
	{
		"analyticsmeta", "analytics/meta", "GET /api/v1/analytics/meta", false, 1 << 20,
		asking(func(ctx context.Context, c *Client) (AnalyticsMeta, error) { return c.AnalyticsMeta(ctx) }),
		AnalyticsMeta{
			Metrics:       []AnalyticsMetric{{AnalyticsName{"request_count", "Request Count"}, ptr(false), "number"}},
			Dimensions:    []AnalyticsName{{"model", "Model"}},
			Operators:     []AnalyticsOperator{{"eq", "scalar"}},
			Granularities: []AnalyticsName{{"day", "Day"}},
		},
	},
	{
		"analytics", "analytics/query", "POST /api/v1/analytics/query", false, 8 << 20,
		asking(func(ctx context.Context, c *Client) (Analytics, error) {
			return c.Query(ctx, AnalyticsQuery{Metrics: []string{"request_count"}, Granularity: "day"})
		}),
		Analytics{Rows: []AnalyticsRow{{
			Start:   ptr(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)),
			Metrics: []*float64{ptr(1500.0)}, Dimensions: []string{},
		}}},
	},
	{
		"workspaces", "workspaces", "GET /api/v1/workspaces?limit=100&offset=0", false, 1 << 20,
		asking(func(ctx context.Context, c *Client) (List[Workspace], error) { return c.Workspaces(ctx) }),
		List[Workspace]{Rows: []Workspace{officialWorkspace}},
	},
	{
		"workspace", "workspaces", "GET /api/v1/workspaces/production", true, 1 << 20,
		asking(func(ctx context.Context, c *Client) (Workspace, error) { return c.Workspace(ctx, "production") }),
		officialWorkspace,
	},
	{
		"budgets", "workspaces/budgets", "GET /api/v1/workspaces/" + workspaceID + "/budgets", true, 1 << 20,
		asking(func(ctx context.Context, c *Client) (WorkspaceBudgets, error) { return c.Budgets(ctx, workspaceID) }),
		WorkspaceBudgets{
			Budgets: []WorkspaceBudget{{
				ID: "770e8400-e29b-41d4-a716-446655440000", WorkspaceID: workspaceID, LimitUSD: 100, ResetInterval: "monthly",
				CreatedAt: &august24, UpdatedAt: &updated,
			}},
			IncludeBYOK: ptr(false),
		},
	},
	{
		"workspacemembers", "workspaces/members", "GET /api/v1/workspaces/" + workspaceID + "/members?limit=100&offset=0", true, 1 << 20,
		asking(func(ctx context.Context, c *Client) (List[WorkspaceMember], error) {
			return c.WorkspaceMembers(ctx, workspaceID)
		}),
		List[WorkspaceMember]{Rows: []WorkspaceMember{{
			ID: "660e8400-e29b-41d4-a716-446655440000", WorkspaceID: workspaceID, UserID: "user_abc123", Role: "member", CreatedAt: &august24,
		}}},
	},
	{
		"members", "organization/members", "GET /api/v1/organization/members?limit=100&offset=0", true, 1 << 20,
		asking(func(ctx context.Context, c *Client) (List[Member], error) { return c.Members(ctx) }),
		// The example is one row of 25, and the same on every page.
		List[Member]{Rows: []Member{{jane, "Jane", "Doe", "jane.doe@example.com", "org:member"}}, Truncated: true},
	},
	{
		"guardrails", "guardrails", "GET /api/v1/guardrails?limit=100&offset=0", false, 1 << 20,
		asking(func(ctx context.Context, c *Client) (List[Guardrail], error) { return c.Guardrails(ctx, "") }),
		List[Guardrail]{Rows: []Guardrail{{
			ID: workspaceID, WorkspaceID: "0df9e665-d932-5740-b2c7-b52af166bc11", Name: "Production Guardrail",
			Description: "Guardrail for production environment", LimitUSD: ptr(100.0), ResetInterval: "monthly", IncludeBYOK: ptr(false),
			CreatedAt: &august24, UpdatedAt: &updated,
		}}},
	},
	{
		"guardrailkeys", "guardrails/assignments/keys", "GET /api/v1/guardrails/assignments/keys?limit=100&offset=0", false, 1 << 20,
		asking(func(ctx context.Context, c *Client) (List[GuardrailKey], error) { return c.GuardrailKeys(ctx) }),
		List[GuardrailKey]{Rows: []GuardrailKey{{
			ID: workspaceID, GuardrailID: guardrailID, KeyHash: "c56454edb818d6b14bc0d61c46025f1450b0f4012d12304ab40aacb519fcbc93",
			KeyName: "Production Key", KeyLabel: "prod-key", AssignedBy: "user_abc123", CreatedAt: &august24,
		}}},
	},
	{
		"guardrailmembers", "guardrails/assignments/members", "GET /api/v1/guardrails/assignments/members?limit=100&offset=0", false, 1 << 20,
		asking(func(ctx context.Context, c *Client) (List[GuardrailMember], error) { return c.GuardrailMembers(ctx) }),
		List[GuardrailMember]{Rows: []GuardrailMember{{
			ID: workspaceID, GuardrailID: guardrailID, UserID: "user_abc123", OrganizationID: "org_xyz789", AssignedBy: "user_abc123", CreatedAt: &august24,
		}}},
	},
	{
		"generation", "generation", "GET /api/v1/generation?id=gen-3bhGkxlo4XFrqiabUM7NDtwDzWwG", true, 1 << 20,
		asking(func(ctx context.Context, c *Client) (Generation, error) {
			return c.Generation(ctx, "gen-3bhGkxlo4XFrqiabUM7NDtwDzWwG")
		}),
		Generation{
			ID: "gen-3bhGkxlo4XFrqiabUM7NDtwDzWwG", Model: "sao10k/l3-stheno-8b", Provider: "Infermatic",
			CreatedAt:    ptr(time.Date(2024, 7, 15, 23, 33, 19, 433273000, time.UTC)),
			TotalCostUSD: 0.0015, UsageUSD: 0.0015, UpstreamCostUSD: ptr(0.0012), IsBYOK: ptr(false),
			PromptTokens: ptr(int64(10)), CompletionTokens: ptr(int64(25)),
			NativePromptTokens: ptr(int64(10)), NativeCompletionTokens: ptr(int64(25)),
			NativeReasoningTokens: ptr(int64(5)), NativeCachedTokens: ptr(int64(3)),
			FinishReason: "stop", Cancelled: ptr(false), RequestID: "req-1727282430-aBcDeFgHiJkLmNoPqRsT",
		},
	},
}

func official(t testing.TB, name string) string {
	t.Helper()
	body, err := os.ReadFile("testdata/official/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// isZero reports whether an answer says nothing.
func isZero(v any) bool { return reflect.ValueOf(v).IsZero() }

func TestEndpointsOfficialExamples(t *testing.T) {
	for _, e := range endpoints {
		var first *http.Request
		body := official(t, e.official)
		got, err := e.ask(t.Context(), serve(t, func(w http.ResponseWriter, r *http.Request) {
			if first == nil {
				first = r
			}
			answer(200, body, "Date", "")(w, r)
		}))
		if err != nil || !reflect.DeepEqual(got, e.want) {
			t.Errorf("%s = %+v, %v, want %+v", e.official, got, err, e.want)
		}
		if line := first.Method + " " + first.RequestURI; line != e.request {
			t.Errorf("%s asks %s, want %s", e.official, line, e.request)
		}
		media := ""
		if first.Method == "POST" {
			media = "application/json"
		}
		if first.Header.Get("Authorization") != "Bearer "+canary || first.Header.Get("Content-Type") != media {
			t.Errorf("%s sends %v, want the key, and %q as the type of its body", e.official, first.Header, media)
		}
	}
}

func TestHRowsEndpointsRejected(t *testing.T) {
	for _, e := range endpoints {
		body := official(t, e.official)
		for _, tt := range []struct{ name, body string }{
			{"H01 empty", ""},
			{"H02 cut", body[:len(body)/2]},
			{"H03 null", "null"},
			{"H04 list", "[]"},
			{"H05 number", "42"},
			{"H06 data null", `{"data":null,"total_count":0}`},
			{"H07 data of another kind", `{"data":[{}]}`},
			{"H08 data string", `{"data":"x"}`},
			{"H09 data a list of null", `{"data":[null]}`},
			{"H10 no data", "{}"},
			{"H13 error in 200", `{"error":"x"}`},
			{"H15 trailing garbage", body + "x"},
			{"H16 two documents", body + body},
			{"H17 BOM", "\xef\xbb\xbf" + body},
			{"H20 data twice", strings.Replace(body, `"data"`, `"data":[],"data"`, 1)},
			{"N06 over the bound", body + strings.Repeat(" ", e.limit)},
		} {
			got, err := e.ask(t.Context(), serve(t, answer(200, tt.body)))
			what := e.official + "(" + tt.name + ")"
			wantError(t, what, err, ErrMalformed, "reading "+e.name+": malformed answer: ")
			if !isZero(got) {
				t.Errorf("%s = %+v beside its error, want nothing", what, got)
			}
		}
		if _, err := e.ask(t.Context(), serve(t, answer(200, body+strings.Repeat(" ", e.limit-len(body))))); err != nil {
			t.Errorf("%s of exactly %d bytes = %v, want no error", e.official, e.limit, err)
		}
	}
}

func TestCRowsEndpoints(t *testing.T) {
	for _, e := range endpoints {
		for status, kind := range map[int]error{
			400: ErrRequest, 401: ErrUnauthorized, 402: ErrPayment, 403: ErrForbidden, 404: ErrNotFound, 408: ErrTimeout,
			422: ErrRequest, 429: ErrRateLimited, 500: ErrServer, 502: ErrServer, 524: ErrServer, 529: ErrServer, 307: ErrRedirect,
		} {
			got, err := e.ask(t.Context(), serve(t, answer(status, `{"error":{"code":1,"message":"no luck with `+canary+`"}}`, "Location", "/elsewhere")))
			what := fmt.Sprintf("%s(%d)", e.official, status)
			words := "no luck with [redacted]"
			switch {
			case status == 404 && !e.lookup:
				words = "is the base URL right?"
			case status == 307:
				words = "to http://127.0.0.1"
			}
			wantError(t, what, err, kind, words)
			if strings.Contains(err.Error(), "=") || strings.Contains(err.Error(), keyHash) || strings.Contains(err.Error(), workspaceID) || !isZero(got) {
				t.Errorf("%s = %+v, %q, want neither an answer nor a query or an identifier", what, got, err)
			}
			if e := (*APIError)(nil); !errors.As(err, &e) || e.Status != status {
				t.Errorf("%s = %#v, want status %d", what, err, status)
			}
		}
	}
}

// A request that timed out, a POST too, is sent once.
func TestN03EndpointsTimeOut(t *testing.T) {
	for _, e := range endpoints {
		synctest.Test(t, func(t *testing.T) {
			var requests atomic.Int64
			c, err := New(Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				requests.Add(1)
				<-r.Context().Done()
				return nil, r.Context().Err()
			})})
			if err != nil {
				t.Fatal(err)
			}
			_, err = e.ask(t.Context(), c)
			wantError(t, e.official, err, ErrNetwork, "reading "+e.name+": no answer: context deadline exceeded")
			if ne := (*NetworkError)(nil); !errors.As(err, &ne) || ne.QuickRetry || ne.Endpoint != e.name || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s = %#v, want a time-out", e.official, err)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("%s sent %d requests, want 1", e.official, n)
			}
		})
	}
}

// wantSane checks that no string of an answer is unclean, and no number beyond
// what is believed.
func wantSane(t testing.TB, what string, v any) {
	t.Helper()
	sane(t, what, reflect.ValueOf(v))
}

func sane(t testing.TB, what string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); text.Clean(s, maxMessageBytes) != s || strings.Contains(s, "c0ffee") {
			t.Errorf("%s is %+q, want clean text", what, s)
		}
	case reflect.Float64:
		if x := v.Float(); math.IsNaN(x) || math.Abs(x) > maxMetric || math.Signbit(x) && x == 0 || strings.HasSuffix(what, "USD") && math.Abs(x) > maxUSD {
			t.Errorf("%s is %v, want a number that can be", what, x)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			sane(t, what, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			sane(t, fmt.Sprintf("%s[%d]", what, i), v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			sane(t, what+"["+k.String()+"]", v.MapIndex(k))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			sane(t, what+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
}

// FuzzEndpoints gives every decoder the same bodies: what comes out is an
// error, or sane, and the same each time.
func FuzzEndpoints(f *testing.F) {
	for i, e := range endpoints {
		f.Add(uint8(i), []byte(official(f, e.official)))
	}
	for _, s := range []string{
		`{"data":[]}`, `{"data":[],"total_count":-1}`, `{"data":[{"hash":"a","usage":1},{"hash":"a","usage":2}]}`, `{"data":{"data":[],"metadata":{"truncated":false}}}`,
		`{"data":{"data":[{"date__day":"2026-05-19 13:00:00","request_count":"1523"},{"created_at__day":"2026-05-19","request_count":null}],"metadata":{"truncated":true},"cachedAt":1763722800000,"warnings":["\u001b"]}}`,
	} {
		for i := range endpoints {
			f.Add(uint8(i), []byte(s))
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, body []byte) {
		e := endpoints[int(i)%len(endpoints)]
		c, err := New(Config{Key: NewSecret(canary), Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
		})})
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.ask(t.Context(), c)
		again, errAgain := e.ask(t.Context(), c)
		if (err == nil) != (errAgain == nil) || !reflect.DeepEqual(got, again) {
			t.Errorf("%s(%q) = %+v, %v, and then %+v, %v", e.official, body, got, err, again, errAgain)
		}
		if err != nil {
			if text.Clean(err.Error(), 2*maxMessageBytes) != err.Error() || strings.Contains(err.Error(), "c0ffee") || !isZero(got) {
				t.Errorf("%s(%q) = %+v, %+q, want nothing and a clean line", e.official, body, got, err)
			}
			return
		}
		wantSane(t, e.official, got)
	})
}
