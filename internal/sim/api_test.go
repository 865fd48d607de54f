package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const keyFields = "byok_usage byok_usage_daily byok_usage_monthly byok_usage_weekly creator_user_id expires_at include_byok_in_limit " +
	"label limit limit_remaining limit_reset usage usage_daily usage_monthly usage_weekly"

// The names are those of the OpenAPI document.
func TestFieldNames(t *testing.T) {
	a := mustNew(t, Config{Now: at(noon), Members: 2})
	production := get[[]workspaceRow](t, a, "/workspaces")[1].ID
	hash := get[[]keyRow](t, a, "/keys")[0].Hash
	guardrail := get[[]guardrailRow](t, a, "/guardrails")[0].ID
	const guardrailFields = "allowed_data_regions allowed_models allowed_providers created_at description enforce_zdr id include_byok_in_budgets limit_usd name " +
		"reset_interval updated_at workspace_id"
	const workspaceFields = "created_at created_by default_guardrail_id default_image_model default_provider_sort default_text_model description id " +
		"include_byok_in_budgets io_logging_api_key_ids io_logging_sampling_rate is_data_discount_logging_enabled " +
		"is_observability_broadcast_enabled is_observability_io_logging_enabled name slug updated_at"
	const rowFields = keyFields + " created_at disabled external_user hash last_used_at name updated_at workspace_id"
	const activityFields = "byok_usage_inference completion_tokens date endpoint_id model model_permaslug prompt_tokens provider_name reasoning_tokens requests usage"
	const budgetFields = "created_at id limit_usd reset_interval updated_at workspace_id"
	for _, c := range []struct{ path, envelope, data string }{
		{"/credits", "data", "total_credits total_usage"},
		{"/key", "data", keyFields + " is_free_tier is_management_key is_provisioning_key rate_limit free_model_daily_requests organization_id workspace_id allowed_data_regions"},
		{"/auth/key", "data", keyFields + " is_free_tier is_management_key is_provisioning_key rate_limit free_model_daily_requests organization_id workspace_id allowed_data_regions"},
		{"/keys", "data", rowFields},
		{"/keys/" + hash, "data", rowFields},
		{"/activity", "data", activityFields},
		{"/activity?group_by=workspace", "data", activityFields + " workspace_id"},
		{"/analytics/meta", "data", "dimensions granularities metrics operators"},
		{"/workspaces", "data total_count", workspaceFields},
		{"/workspaces/production", "data", workspaceFields},
		{"/workspaces/" + production, "data", workspaceFields},
		{"/workspaces/" + production + "/budgets", "data include_byok_in_budgets", budgetFields},
		{"/workspaces/" + production + "/budgets/monthly", "data include_byok_in_budgets", budgetFields},
		{"/workspaces/" + production + "/members", "data total_count", "created_at id role user_id workspace_id"},
		{"/organization/members", "data total_count", "email first_name id last_name role"},
		{"/guardrails", "data total_count", guardrailFields},
		{"/guardrails/" + guardrail, "data", guardrailFields},
		{"/guardrails/assignments/keys", "data total_count", "assigned_by created_at guardrail_id id key_hash key_label key_name"},
		{"/guardrails/assignments/members", "data total_count", "assigned_by created_at guardrail_id id organization_id user_id"},
	} {
		status, body := ask(t, a, "GET", c.path, "")
		if status != http.StatusOK {
			t.Errorf("%s = %d %s, want 200", c.path, status, body)
			continue
		}
		var whole map[string]json.RawMessage
		if err := json.Unmarshal(body, &whole); err != nil {
			t.Fatal(err)
		}
		var row map[string]any
		if whole["data"][0] == '[' {
			var rows []map[string]any
			if err := json.Unmarshal(whole["data"], &rows); err != nil || len(rows) == 0 {
				t.Errorf("%s = %.200s, want rows", c.path, body)
				continue
			}
			row = rows[0]
		} else if err := json.Unmarshal(whole["data"], &row); err != nil {
			t.Fatal(err)
		}
		if got, want := names(whole), c.envelope; got != want {
			t.Errorf("%s has %s, want %s", c.path, got, want)
		}
		want := strings.Fields(c.data)
		slices.Sort(want)
		if got, want := names(row), strings.Join(want, " "); got != want {
			t.Errorf("data of %s has\n%s, want\n%s", c.path, got, want)
		}
	}
}

func names[V any](m map[string]V) string {
	var list []string
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func TestWhoMayReadWhat(t *testing.T) {
	a := mustNew(t, Config{Now: at(noon), OrdinaryKey: ordinaryKey})
	const missing, unknown, refused = "Missing Authentication header", "User not found.", "Only management keys can perform this operation"
	for _, c := range []struct {
		name, method, path, authorization string
		status                            int
		message                           string
	}{
		{"manager reads credits", "GET", "/credits", "Bearer " + DemoKey, 200, ""},
		{"scheme in lower case", "GET", "/credits", "bearer " + DemoKey, 200, ""},
		{"no key", "GET", "/credits", "", 401, missing},
		{"wrong key", "GET", "/credits", "Bearer sk-or-v1-wrong", 401, unknown},
		{"empty key", "GET", "/credits", "Bearer ", 401, unknown},
		{"wrong scheme", "GET", "/credits", "Basic " + DemoKey, 401, unknown},
		{"ordinary reads its key", "GET", "/key", "Bearer " + ordinaryKey, 200, ""},
		{"ordinary reads credits", "GET", "/credits", "Bearer " + ordinaryKey, 403, refused},
		{"ordinary reads keys", "GET", "/keys", "Bearer " + ordinaryKey, 403, refused},
		{"ordinary reads activity", "GET", "/activity", "Bearer " + ordinaryKey, 403, refused},
		{"ordinary reads analytics", "POST", "/analytics/query", "Bearer " + ordinaryKey, 403, refused},
		{"ordinary reads workspaces", "GET", "/workspaces", "Bearer " + ordinaryKey, 403, refused},
		{"post to credits", "POST", "/credits", "Bearer " + DemoKey, 405, "Method Not Allowed"},
		{"delete a key", "DELETE", "/keys/abc", "Bearer " + DemoKey, 405, "Method Not Allowed"},
		{"get a query", "GET", "/analytics/query", "Bearer " + DemoKey, 405, "Method Not Allowed"},
		{"nothing there", "GET", "/nothing", "Bearer " + DemoKey, 404, "Resource not found"},
		{"unknown key", "GET", "/keys/abc", "Bearer " + DemoKey, 404, "Resource not found"},
		{"unknown workspace", "GET", "/workspaces/abc", "Bearer " + DemoKey, 404, "Resource not found"},
		{"unknown below a workspace", "GET", "/workspaces/default/secrets", "Bearer " + DemoKey, 404, "Resource not found"},
		{"no such budget", "GET", "/workspaces/production/budgets/daily", "Bearer " + DemoKey, 404, "Resource not found"},
		{"bad budget", "GET", "/workspaces/production/budgets/hourly", "Bearer " + DemoKey, 400, "Invalid request parameters"},
		{"personal account", "GET", "/organization/members", "Bearer " + DemoKey, 404, "Resource not found"},
		{"negative offset", "GET", "/keys?offset=-1", "Bearer " + DemoKey, 400, "Invalid request parameters"},
		{"limit of 101", "GET", "/workspaces?limit=101", "Bearer " + DemoKey, 400, "Invalid request parameters"},
	} {
		r := newRequest(t, c.method, c.path, "{}")
		r.Header.Set("Authorization", c.authorization)
		if c.authorization == "" {
			r.Header.Del("Authorization")
		}
		status, body := send(t, a, r)
		if status != c.status {
			t.Errorf("%s: status = %d %s, want %d", c.name, status, body, c.status)
		}
		want := fmt.Sprintf(`{"error":{"code":%d,"message":%q}}`, c.status, c.message)
		if c.message != "" && string(body) != want {
			t.Errorf("%s: body = %s, want %s", c.name, body, want)
		}
		log := a.Requests()
		got := log[len(log)-1]
		if authorized := c.status != 401; got.Authorized != authorized || got.Header.Get("Authorization") != "" {
			t.Errorf("%s: request = %+v, want Authorized %v and no key", c.name, got, authorized)
		}
	}
	open := mustNew(t, Config{Now: at(noon), OrdinaryKey: ordinaryKey, OrdinaryReadsCredits: true})
	r := newRequest(t, "GET", "/credits", "")
	r.Header.Set("Authorization", "Bearer "+ordinaryKey)
	if status, body := send(t, open, r); status != 200 || !strings.Contains(string(body), "total_usage") {
		t.Errorf("/credits by an ordinary key that may = %d %s, want the totals", status, body)
	}
}

func TestBasePaths(t *testing.T) {
	a := mustNew(t, Config{Now: at(noon)})
	for path, want := range map[string]int{
		"/credits": 200, "/api/v1/credits": 200, "/proxy/openrouter/api/v1/credits": 200,
		"/api/v2/credits": 404, "/api/v1": 404, "/": 404, "": 404, "/credits/": 404,
	} {
		r := newRequest(t, "GET", "", "")
		r.URL.Path = path
		if status, body := send(t, a, r); status != want {
			t.Errorf("GET %q = %d %s, want %d", path, status, body, want)
		}
	}
}

func TestOwnKey(t *testing.T) {
	a := mustNew(t, Config{Now: at(noon), OrdinaryKey: ordinaryKey})
	own := get[ownKey](t, a, "/key")
	if !own.Management || !own.Provisioning || own.Usage != 0 || own.Limit != nil || own.RateLimit.Requests != -1 {
		t.Errorf("/key of the management key = %+v, want no usage and no cap", own)
	}
	r := newRequest(t, "GET", "/key", "")
	r.Header.Set("Authorization", "Bearer "+ordinaryKey)
	status, body := send(t, a, r)
	mine := decode[ownKey](t, "/key", status, body)
	if mine.Management || mine.Usage == 0 || mine.Limit == nil || mine.Remaining == nil || *mine.Reset != "weekly" {
		t.Errorf("/key of the ordinary key = %s, want usage and a weekly cap", body)
	}
	if got, want := *mine.Remaining, *mine.Limit-mine.Weekly; toNano(got) != toNano(want) {
		t.Errorf("limit_remaining = %v, want limit less the week's usage, %v", got, want)
	}
	for _, k := range get[[]keyRow](t, a, "/keys?workspace_id="+get[[]workspaceRow](t, a, "/workspaces")[1].ID) {
		if k.Label == mine.Label && k.Usage == mine.Usage {
			return
		}
	}
	t.Errorf("no row of /keys has the ordinary key's label %q and usage %v", mine.Label, mine.Usage)
}

func TestKeyPages(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon), Keys: 250, Workspaces: 1})
	var created []string
	seen := map[string]bool{}
	for offset, want := range map[int]int{0: 100, 100: 100, 200: 49, 249: 0, 1000: 0} {
		// 249: one of the 250 is disabled.
		if got := len(get[[]keyRow](t, a, fmt.Sprint("/keys?offset=", offset))); got != want {
			t.Errorf("rows at offset %d = %d, want %d", offset, got, want)
		}
	}
	for _, k := range allKeys(t, a) {
		created = append(created, k.CreatedAt)
		seen[k.Hash] = true
	}
	if len(seen) != 250 {
		t.Errorf("distinct keys with the disabled = %d, want 250", len(seen))
	}
	if !slices.IsSortedFunc(created, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("created_at over the pages = %v, want newest first", created)
	}
	if status, body := ask(t, a, "GET", "/keys?workspace_id=nope", ""); status != 400 {
		t.Errorf("/keys of an unknown workspace = %d %s, want 400", status, body)
	}
}

func TestWorkspacePages(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon), Workspaces: 130})
	for query, want := range map[string]int{"": 50, "?limit=100": 100, "?limit=100&offset=100": 30, "?offset=500": 0} {
		status, body := ask(t, a, "GET", "/workspaces"+query, "")
		var got listing[workspaceRow]
		if err := json.Unmarshal(body, &got); err != nil || status != 200 || len(got.Data) != want || got.Total != 130 || got.Data == nil {
			t.Errorf("/workspaces%s = %d, %d rows of %d, want %d of 130", query, status, len(got.Data), got.Total, want)
		}
	}
}

func TestActivity(t *testing.T) {
	a := mustNew(t, Config{Profile: "steady", Now: at(noon), Start: noon.AddDate(0, 0, -40)})
	rows := get[[]activityRow](t, a, "/activity")
	if first, last := rows[0].Date, rows[len(rows)-1].Date; first != "2026-11-17 00:00:00" || last != "2026-10-19 00:00:00" {
		t.Errorf("/activity goes from %q to %q, want the last 30 completed days, newest first", first, last)
	}
	for query, want := range map[string]int{
		"?date=2026-11-17": 200, "?date=2026-10-19": 200,
		"?date=2026-11-18": 400, "?date=2026-10-18": 400, "?date=2026-11-19": 400, "?date=yesterday": 400,
		"?group_by=key": 400, "?api_key_hash=abc": 404, "?workspace_id=abc": 404, "?user_id=abc": 404,
	} {
		status, body := ask(t, a, "GET", "/activity"+query, "")
		if status != want {
			t.Errorf("/activity%s = %d %.200s, want %d", query, status, body, want)
		}
	}
	_, body := ask(t, a, "GET", "/activity?date=2026-11-18", "")
	if want := `{"error":{"code":400,"message":"Date must be within the last 30 (completed) UTC days"}}`; string(body) != want {
		t.Errorf("/activity of today = %s, want %s", body, want)
	}
	own := get[[]activityRow](t, a, "/activity?user_id="+a.catalog.members[0].id)
	if len(own) != len(rows) {
		t.Errorf("/activity of the only member = %d rows, want %d", len(own), len(rows))
	}
}

func TestAnalyticsShapes(t *testing.T) {
	a := mustNew(t, Config{Profile: "steady", Now: at(noon), Members: 2})
	today := `"time_range":{"start":"2026-11-18T00:00:00Z","end":"2026-11-19T00:00:00Z"}`

	hours := post(t, a, `{"metrics":["credits_usage","request_count"],"granularity":"hour",`+today+`}`)
	if got := len(hours.Data); got != 12 || hours.Metadata.RowCount != 12 {
		t.Errorf("hours of today until noon = %d, row_count %d, want 12", got, hours.Metadata.RowCount)
	}
	first := hours.Data[0]
	if first["date__hour"] != "2026-11-18 00:00:00" {
		t.Errorf("first bucket = %v, want 2026-11-18 00:00:00", first["date__hour"])
	}
	if _, isText := first["request_count"].(string); !isText {
		t.Errorf("request_count = %v, want text", first["request_count"])
	}
	if _, isNumber := first["credits_usage"].(float64); !isNumber {
		t.Errorf("credits_usage = %v, want a number", first["credits_usage"])
	}
	if hours.CachedAt != 0 {
		t.Errorf("cachedAt = %v, want none", hours.CachedAt)
	}

	weeks := post(t, a, `{"metrics":["credits_usage"],"granularity":"week"}`)
	if got := fmt.Sprintf("%v %v", weeks.Data[0]["date__week"], weeks.Data[1]["date__week"]); got != "2026-11-08 2026-11-15" {
		t.Errorf("weeks of the last 7 days = %v, want Sundays", got)
	}
	users := post(t, a, `{"metrics":["credits_usage"],"dimensions":["user"],`+today+`}`)
	if got := users.Data[0]; got["user"] != "Ada Lovelace" || got["user_email"] != "member-1@example.com" {
		t.Errorf("row by user = %v, want a name and an address", got)
	}

	top := post(t, a, `{"metrics":["credits_usage"],"dimensions":["model","api_key_id"],"limit":3,"order_by":{"field":"credits_usage","direction":"desc"}}`)
	if !top.Metadata.Truncated || len(top.Data) != 3 {
		t.Errorf("top 3 = %d rows, truncated %v, want 3, truncated", len(top.Data), top.Metadata.Truncated)
	}
	if x, y := top.Data[0]["credits_usage"].(float64), top.Data[2]["credits_usage"].(float64); x < y {
		t.Errorf("descending order = %v before %v", x, y)
	}
	if _, isName := top.Data[0]["api_key_id"].(string); !isName || len(top.Data[0]["api_key_id"].(string)) == 64 {
		t.Errorf("api_key_id = %v, want a display name", top.Data[0]["api_key_id"])
	}
	newest := post(t, a, `{"metrics":["credits_usage"],"granularity":"day","order_by":{"field":"date__day","direction":"desc"}}`)
	if got := newest.Data[0]["date__day"]; got != "2026-11-18" {
		t.Errorf("newest day = %v, want 2026-11-18", got)
	}
	named := post(t, a, `{"metrics":["credits_usage"],"dimensions":["model"],"order_by":{"field":"model","direction":"asc"}}`)
	if got := named.Data[0]["model"]; got != "anthropic/claude-haiku-5" {
		t.Errorf("first model by name = %v, want anthropic/claude-haiku-5", got)
	}

	// A day of one key is what /key counts for that day.
	key := get[[]keyRow](t, a, "/keys")[0]
	own := post(t, a, `{"metrics":["credits_usage"],"filters":[{"field":"api_key_id","operator":"eq","value":"`+key.Hash+`"}],`+today+`}`)
	if got := own.Data[0]["credits_usage"].(float64); toNano(got) != toNano(key.Daily) {
		t.Errorf("credits_usage of a key today = %v, want usage_daily %v", got, key.Daily)
	}
	others := post(t, a, `{"metrics":["credits_usage"],"filters":[{"field":"api_key_id","operator":"not_in","value":["`+key.Hash+`"]}],`+today+`}`)
	all := post(t, a, `{"metrics":["credits_usage"],`+today+`}`)
	sum := toNano(own.Data[0]["credits_usage"].(float64)) + toNano(others.Data[0]["credits_usage"].(float64))
	if want := toNano(all.Data[0]["credits_usage"].(float64)); sum != want {
		t.Errorf("one key and all others = %v, want %v", sum.usd(), want.usd())
	}
	none := post(t, a, `{"metrics":["credits_usage"],"filters":[{"field":"api_key_id","operator":"eq","value":"abc"}]}`)
	if len(none.Data) != 0 || len(none.Warnings) != 1 {
		t.Errorf("an unknown key = %d rows and warnings %q, want none and one", len(none.Data), none.Warnings)
	}
	minutes := post(t, a, `{"metrics":["credits_usage"],"granularity":"minute","time_range":{"start":"2026-11-18T10:00:00Z","end":"2026-11-18T12:00:00Z"}}`)
	if got := minutes.Data[0]["date__minute"].(string); !strings.HasPrefix(got, "2026-11-18 10:0") || len(minutes.Data) < 60 {
		t.Errorf("minutes begin at %v and are %d, want about 120 from 10:00", got, len(minutes.Data))
	}
}

func TestAnalyticsRefuses(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon)})
	for name, body := range map[string]string{
		"no body":             ``,
		"cut":                 `{"metrics":["credits_usage"]`,
		"no metric":           `{}`,
		"unknown metric":      `{"metrics":["joy"]}`,
		"unknown dimension":   `{"metrics":["credits_usage"],"dimensions":["mood"]}`,
		"three dimensions":    `{"metrics":["credits_usage"],"dimensions":["model","user","workspace"]}`,
		"unknown granularity": `{"metrics":["credits_usage"],"granularity":"century"}`,
		"half a range":        `{"metrics":["credits_usage"],"time_range":{"start":"2026-11-18T00:00:00Z"}}`,
		"backward range":      `{"metrics":["credits_usage"],"time_range":{"start":"2026-11-18T00:00:00Z","end":"2026-11-17T00:00:00Z"}}`,
		"minutes of a day":    `{"metrics":["credits_usage"],"granularity":"minute","time_range":{"start":"2026-11-17T00:00:00Z","end":"2026-11-18T00:00:00Z"}}`,
		"limit of 0":          `{"metrics":["credits_usage"],"limit":0}`,
		"limit too large":     `{"metrics":["credits_usage"],"limit":10001}`,
		"unknown filter":      `{"metrics":["credits_usage"],"filters":[{"field":"mood","operator":"eq","value":1}]}`,
		"unknown operator":    `{"metrics":["credits_usage"],"filters":[{"field":"model","operator":"like","value":"a"}]}`,
		"unknown order":       `{"metrics":["credits_usage"],"order_by":{"field":"mood","direction":"asc"}}`,
		"unknown direction":   `{"metrics":["credits_usage"],"order_by":{"field":"credits_usage","direction":"up"}}`,
	} {
		if status, answer := ask(t, a, "POST", "/analytics/query", body); status != 400 || !strings.Contains(string(answer), `"code":400`) {
			t.Errorf("query with %s = %d %s, want 400", name, status, answer)
		}
	}
}

func FuzzAnalyticsQuery(f *testing.F) {
	a := mustNew(f, Config{Profile: "idle", Now: at(noon)})
	f.Add(`{"metrics":["credits_usage"],"dimensions":["model"],"granularity":"hour","limit":3}`)
	f.Add(`{"metrics":["tokens_total"],"filters":[{"field":"user","operator":"in","value":[1,null,{}]}],"order_by":{"field":"tokens_total"}}`)
	f.Add(`{"metrics":["byok_fees"],"time_range":{"start":"0001-01-01T00:00:01Z","end":"9999-12-31T00:00:00Z"},"granularity":"month"}`)
	f.Fuzz(func(t *testing.T, body string) {
		status, answer := ask(t, a, "POST", "/analytics/query", body)
		if status != 200 && status != 400 || !json.Valid(answer) {
			t.Fatalf("query %q = %d %q, want 200 or 400 with JSON", body, status, answer)
		}
	})
}

func TestRequestsAreBounded(t *testing.T) {
	clock := noon
	a := mustNew(t, Config{Profile: "idle", Now: func() time.Time { return clock }})
	for range 3*maxRequests + 10 {
		clock = clock.Add(time.Second)
		ask(t, a, "GET", "/nothing?a=b", "")
	}
	log := a.Requests()
	last := log[len(log)-1]
	if len(log) != maxRequests || !last.At.Equal(clock) || !log[0].At.Equal(clock.Add(-(maxRequests-1)*time.Second)) {
		t.Errorf("Requests() = %d from %v to %v, want the last %d until %v", len(log), log[0].At, last.At, maxRequests, clock)
	}
	if last.Method != "GET" || last.Path != "/api/v1/nothing" || last.Query != "a=b" || !last.Authorized {
		t.Errorf("last of Requests() = %+v, want GET /api/v1/nothing?a=b, authorized", last)
	}
}
