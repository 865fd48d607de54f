package client

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"ortop/internal/text"
)

// officialKey is the example of OpenRouter's specification.
const officialKey = `{"data":{"byok_usage":17.38,"byok_usage_daily":17.39,"byok_usage_monthly":17.41,"byok_usage_weekly":17.4,
"creator_user_id":"user_2dHFtVWx2n56w6HkM0000000000","expires_at":"2027-12-31T23:59:59Z","include_byok_in_limit":false,
"is_free_tier":false,"is_management_key":false,"is_provisioning_key":false,"label":"sk-or-v1-au7...890","limit":100,
"limit_remaining":74.5,"limit_reset":"monthly","rate_limit":{"interval":"1h","note":"This field is deprecated and safe to ignore.","requests":1000},
"usage":25.5,"usage_daily":25.6,"usage_monthly":25.8,"usage_weekly":25.7}}`

func ptr[T any](v T) *T { return &v }

func readKey(t *testing.T, body string) (Key, error) {
	t.Helper()
	k, err := serve(t, answer(200, body, "Date", "")).Key(t.Context())
	return k, err
}

func TestKeyOfficialExample(t *testing.T) {
	got, err := readKey(t, officialKey)
	want := Key{KeyUsage: KeyUsage{
		Label: "sk-or-v1-au7...890", LimitUSD: ptr(100.0), LimitRemainingUSD: ptr(74.5), LimitReset: "monthly",
		IncludeBYOKInLimit: ptr(false), UsageUSD: 25.5, UsageDailyUSD: ptr(25.6), UsageWeeklyUSD: ptr(25.7), UsageMonthlyUSD: ptr(25.8),
		BYOKUsageUSD: ptr(17.38), BYOKDailyUSD: ptr(17.39), BYOKWeeklyUSD: ptr(17.4), BYOKMonthlyUSD: ptr(17.41),
		CreatorUserID: "user_2dHFtVWx2n56w6HkM0000000000", ExpiresAt: ptr(time.Date(2027, 12, 31, 23, 59, 59, 0, time.UTC)),
	},
		IsFreeTier: ptr(false), IsManagementKey: ptr(false),
		RateLimit: &RateLimit{Requests: ptr(int64(1000)), Interval: "1h", Note: "This field is deprecated and safe to ignore."},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Key(official example) = %+v, %v, want %+v", got, err, want)
	}
}

func TestKeyLaterFields(t *testing.T) {
	got, err := readKey(t, `{"data":{"usage":0,"free_model_daily_requests":{"used":3,"limit":50,"remaining":47},
		"effective_budget":{"scope":"member","limit_usd":20,"spend_usd":5,"remaining_usd":15,"reset_interval":"daily",
		"resets_at":"2026-11-22T01:00:00+01:00","include_byok":true,"guardrail_id":null,"budget_id":"b1"},
		"allowed_data_regions":["eu","us\u001b"],"organization_id":"o1","workspace_id":"w1"}}`)
	want := Key{
		FreeModelDailyRequests: &FreeRequests{Used: ptr(int64(3)), Limit: ptr(int64(50)), Remaining: ptr(int64(47))},
		Budgets: []Budget{{Scope: "member", LimitUSD: ptr(20.0), SpendUSD: ptr(5.0), RemainingUSD: ptr(15.0), ResetInterval: "daily",
			ResetsAt: ptr(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)), IncludeBYOK: ptr(true), BudgetID: "b1"}},
		AllowedDataRegions: []string{"eu", "us\ufffd"}, OrganizationID: "o1", WorkspaceID: "w1",
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Key(later fields) = %+v, %v, want %+v", got, err, want)
	}
	got, err = readKey(t, `{"data":{"usage":0,"budgets":[{"scope":"galaxy","limit":5,"spend":3,"remaining":2},{"limit":9,"spend":8},{"limit":9,"spend":8,"remaining":"?"}]}}`)
	want = Key{Budgets: []Budget{
		{Scope: "galaxy", LimitUSD: ptr(5.0), SpendUSD: ptr(3.0), RemainingUSD: ptr(2.0)},
		{LimitUSD: ptr(9.0), SpendUSD: ptr(8.0), RemainingUSD: ptr(1.0)}, {LimitUSD: ptr(9.0), SpendUSD: ptr(8.0)},
	}}
	if got.Odd = ""; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Key(amounts without a unit) = %+v, %v, want %+v", got, err, want)
	}
	for _, body := range []string{
		`"free_model_daily_requests":5,"effective_budget":[],"rate_limit":"none","allowed_data_regions":{},"organization_id":7,"workspace_id":[]`,
		`"free_model_daily_requests":[1],"effective_budget":{"limit_usd":"20"},"budgets":7,"rate_limit":7,"allowed_data_regions":[1]`,
		`"free_model_daily_requests":null,"effective_budget":null,"rate_limit":{"a":1,"a":2},"allowed_data_regions":null,"organization_id":null`,
	} {
		got, err := readKey(t, `{"data":{"usage":0,`+body+`}}`)
		got.Odd = ""
		if err != nil || !reflect.DeepEqual(got, Key{}) {
			t.Errorf("Key(later fields of other shapes: %s) = %+v, %v, want them ignored", body, got, err)
		}
	}
}

func TestKeyValues(t *testing.T) {
	for _, tt := range []struct {
		name, fields string
		want         Key
	}{
		{"H34 usage alone", `"usage":1`, Key{KeyUsage: KeyUsage{UsageUSD: 1}}},
		{"all null", `"usage":1,"label":null,"limit":null,"limit_remaining":null,"limit_reset":null,"expires_at":null,"creator_user_id":null,"usage_daily":null,"is_management_key":null`, Key{KeyUsage: KeyUsage{UsageUSD: 1}}},
		{"S07 remaining below 0", `"usage":1,"limit":10,"limit_remaining":-0.25`, Key{KeyUsage: KeyUsage{UsageUSD: 1, LimitUSD: ptr(10.0), LimitRemainingUSD: ptr(-0.25)}}},
		{"cap of 0", `"usage":1,"limit":0,"limit_remaining":0`, Key{KeyUsage: KeyUsage{UsageUSD: 1, LimitUSD: ptr(0.0), LimitRemainingUSD: ptr(0.0)}}},
		{"management", `"usage":0,"is_management_key":true,"is_provisioning_key":false`, Key{IsManagementKey: ptr(true)}},
		{"only the deprecated twin", `"usage":0,"is_provisioning_key":true`, Key{IsManagementKey: ptr(true)}},
		{"unknown reset", `"usage":0,"limit_reset":"fortnightly"`, Key{KeyUsage: KeyUsage{LimitReset: "fortnightly"}}},
		{"expiry with microseconds", `"usage":0,"expires_at":"2027-01-02T03:04:05.000006+00:00"`, Key{KeyUsage: KeyUsage{ExpiresAt: ptr(time.Date(2027, 1, 2, 3, 4, 5, 6000, time.UTC))}}},
		{"expiry that cannot be read", `"usage":0,"expires_at":"soon"`, Key{KeyUsage: KeyUsage{ExpiryUnread: true}, Meta: Meta{Odd: "data.expires_at is not a time"}}},
		{"daily an object", `"usage":1,"usage_daily":{},"is_free_tier":"no"`, Key{KeyUsage: KeyUsage{UsageUSD: 1}, Meta: Meta{Odd: "data.usage_daily is not a number, and 1 more"}}},
		{"kind a string", `"usage":1,"is_management_key":"true"`, Key{KeyUsage: KeyUsage{UsageUSD: 1}, Meta: Meta{Odd: "data.is_management_key is not true or false"}}},
		{"label a number", `"usage":1,"label":7`, Key{KeyUsage: KeyUsage{UsageUSD: 1}, Meta: Meta{Odd: "data.label is not a string"}}},
		{"reset a number", `"usage":1,"limit_reset":7`, Key{KeyUsage: KeyUsage{UsageUSD: 1}, Meta: Meta{Odd: "data.limit_reset is not a string"}}},
		{"I01 label", `"usage":0,"label":"a\u001b[31m\nb"`, Key{KeyUsage: KeyUsage{Label: "a\ufffd[31m b"}}},
		{"K01 label is a key", `"usage":0,"label":"` + canary + `"`, Key{KeyUsage: KeyUsage{Label: "[redacted]"}}},
	} {
		got, err := readKey(t, `{"data":{`+tt.fields+`}}`)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("Key(%s) = %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
}

func TestKeyRejected(t *testing.T) {
	for _, tt := range []struct{ name, fields, words string }{
		{"H31 no usage", `"label":"x"`, "data.usage is missing"},
		{"usage null", `"usage":null`, "data.usage is missing"},
		{"usage negative", `"usage":-1`, "data.usage is negative"},
		{"usage a string", `"usage":"1"`, "data.usage is not a number"},
		{"limit a string", `"usage":1,"limit":"100"`, "data.limit is not a number"},
		{"limit negative", `"usage":1,"limit":-1`, "data.limit is negative"},
		{"remaining beyond reason", `"usage":1,"limit_remaining":-1e10`, "data.limit_remaining is not plausible"},
		{"usage twice", `"usage":1,"usage":1`, `data has "usage" twice`},
	} {
		got, err := readKey(t, `{"data":{`+tt.fields+`}}`)
		wantError(t, "Key("+tt.name+")", err, ErrMalformed, "reading key: malformed answer: "+tt.words)
		if !reflect.DeepEqual(got, Key{}) {
			t.Errorf("Key(%s) = %+v beside its error, want nothing", tt.name, got)
		}
	}
}

func FuzzKey(f *testing.F) {
	for _, s := range []string{officialKey, `{"data":{"usage":1,"limit":null}}`, `{"data":{"usage":1,"rate_limit":{"requests":-1}}}`, `{"data":{"usage":1,"label":"\u001b"}}`} {
		f.Add([]byte(s))
	}
	c := &Client{key: NewSecret(canary)}
	f.Fuzz(func(t *testing.T, body []byte) {
		var v Key
		if _, err := c.readAnswer(body, v.read); err != nil {
			return
		}
		if !json.Valid(body) || v.UsageUSD < 0 || v.UsageUSD > maxUSD {
			t.Fatalf("Key(%q) = %+v, want an error", body, v)
		}
		for _, s := range append(v.AllowedDataRegions, v.Label, v.LimitReset, v.CreatorUserID, v.OrganizationID, v.WorkspaceID) {
			if text.Clean(s, maxMessageBytes) != s || strings.Contains(s, "c0ffee") {
				t.Fatalf("Key(%q) holds %+q, want clean text", body, s)
			}
		}
		var again Key
		if _, err := c.readAnswer(fmt.Appendf(nil, `{"data":{"usage":%v}}`, v.UsageUSD), again.read); err != nil || again.UsageUSD != v.UsageUSD {
			t.Fatalf("Key(%q) has usage %v, which reads back as %v, %v", body, v.UsageUSD, again.UsageUSD, err)
		}
	})
}

// The budgets come as one object or as a list, under either name, with scopes
// that are not known yet.
func TestKeyBudgets(t *testing.T) {
	member := Budget{Scope: "member", LimitUSD: ptr(10.0), SpendUSD: ptr(8.0), RemainingUSD: ptr(2.0), ResetInterval: "weekly"}
	for _, tt := range []struct {
		name, fields string
		want         []Budget
		odd          string
	}{
		{"one", `"effective_budget":{"scope":"member","limit_usd":10,"spend_usd":8,"remaining_usd":2,"reset_interval":"weekly"}`, []Budget{member}, ""},
		{"a list", `"effective_budget":[{"scope":"member","limit_usd":10,"spend_usd":8,"remaining_usd":2,"reset_interval":"weekly"}]`, []Budget{member}, ""},
		{"under budgets", `"budgets":{"scope":"member","limit_usd":10,"spend_usd":8,"remaining_usd":2,"reset_interval":"weekly"}`, []Budget{member}, ""},
		{"both", `"effective_budget":{"scope":"member","limit_usd":10,"spend_usd":8,"remaining_usd":2,"reset_interval":"weekly"},"budgets":[{"scope":"team_pool","remaining_usd":1}]`,
			[]Budget{member, {Scope: "team_pool", RemainingUSD: ptr(1.0)}}, ""},
		{"rest not told", `"effective_budget":{"scope":"member","limit_usd":10,"spend_usd":8,"reset_interval":"weekly"}`, []Budget{member}, ""},
		{"rest not read", `"effective_budget":{"scope":"member","limit_usd":10,"remaining_usd":"2"}`,
			[]Budget{{Scope: "member", LimitUSD: ptr(10.0)}}, "data.effective_budget.remaining_usd is not a number"},
		{"nothing of money", `"effective_budget":{"scope":"member","limit_usd":null}`, nil, ""},
		{"empty", `"effective_budget":[],"budgets":null`, nil, ""},
		{"an odd row", `"budgets":[7,{"scope":"x","remaining_usd":1}]`, []Budget{{Scope: "x", RemainingUSD: ptr(1.0)}}, "1 of 2 rows left out: data.budgets[0] is not an object"},
	} {
		got, err := readKey(t, `{"data":{"usage":0,`+tt.fields+`}}`)
		if err != nil || !reflect.DeepEqual(got.Budgets, tt.want) || got.Odd != tt.odd {
			t.Errorf("Key(%s) has budgets %+v, %q, %v, want %+v, %q", tt.name, got.Budgets, got.Odd, err, tt.want, tt.odd)
		}
	}
}

// Every form of an expiry that was seen is read, and another is told.
func TestKeyExpiryForms(t *testing.T) {
	var answers []json.RawMessage
	if err := json.Unmarshal(readCase(t, "key-expiry-forms.json"), &answers); err != nil {
		t.Fatal(err)
	}
	want := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	for i, body := range answers {
		got, err := readKey(t, string(body))
		if i == 3 { // Unix seconds
			want = time.Unix(1795824000, 0).UTC()
		}
		if err != nil || got.ExpiresAt == nil || !got.ExpiresAt.Equal(want) || got.ExpiryUnread || got.Odd != "" {
			t.Errorf("Key(expiry form %d) = %v, %v, %q, %v, want %v", i, got.ExpiresAt, got.ExpiryUnread, got.Odd, err, want)
		}
	}
}

// A field of another form costs itself alone.
func TestKeyOddOptional(t *testing.T) {
	var answers []json.RawMessage
	if err := json.Unmarshal(readCase(t, "key-odd-optional.json"), &answers); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"data.creator_user_id is not a string", "data.is_free_tier is not true or false", "data.label is not a string",
		"data.limit_reset is not a string", "data.usage_weekly is not a number",
	} {
		got, err := readKey(t, string(answers[i]))
		if err != nil || got.LimitRemainingUSD == nil || *got.LimitRemainingUSD != 29.9 || got.IsManagementKey == nil || got.Odd != want {
			t.Errorf("Key(odd field %d) = %+v, %v, want $29.90 left, the kind and %q", i, got, err, want)
		}
	}
}

func readCase(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile("testdata/odd/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
