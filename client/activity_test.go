package client

import (
	"net/http"
	"testing"
	"time"
)

func TestActivityQuery(t *testing.T) {
	zone := time.FixedZone("", -5*60*60)
	for _, tt := range []struct {
		name  string
		query ActivityQuery
		want  string
	}{
		{"everything", ActivityQuery{}, ""},
		{"a day, by UTC", ActivityQuery{Date: time.Date(2026, 11, 19, 22, 0, 0, 0, zone)}, "date=2026-11-20"},
		{"of a key", ActivityQuery{KeyHash: keyHash}, "api_key_hash=" + keyHash},
		{"of a user", ActivityQuery{UserID: "user&x=1"}, "user_id=user%26x%3D1"},
		{"of a workspace, by workspace", ActivityQuery{WorkspaceID: "w", GroupByWorkspace: true}, "group_by=workspace&workspace_id=w"},
	} {
		var got string
		_, err := serve(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.URL.RawQuery
			answer(200, `{"data":[]}`)(w, r)
		}).Activity(t.Context(), tt.query)
		if err != nil || got != tt.want {
			t.Errorf("Activity(%s) asks %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestActivityErrors(t *testing.T) {
	const today = `{"error":{"code":400,"message":"Date must be within the last 30 (completed) UTC days"}}`
	_, err := serve(t, answer(400, today)).Activity(t.Context(), ActivityQuery{Date: noon})
	wantError(t, "Activity(today)", err, ErrRequest, "reading activity: 400 request not accepted: Date must be within the last 30 (completed) UTC days")
	_, err = serve(t, answer(404, `{"error":{"code":404,"message":"Key not found"}}`)).Activity(t.Context(), ActivityQuery{KeyHash: keyHash})
	wantError(t, "Activity(unknown key)", err, ErrNotFound, "reading activity: 404 not found: Key not found")
}

func TestActivityDates(t *testing.T) {
	want := time.Date(2026, 5, 19, 0, 0, 0, 0, time.UTC)
	for _, date := range []string{"2026-05-19", "2026-05-19 00:00:00", "2026-05-19 13:45:00", "2026-05-19T00:00:00.000Z", "2026-05-19T00:00:00Z", "2026-05-19T00:00:00+02:00", "2026-05-19T23:00:00-05:00"} {
		got, err := serve(t, answer(200, `{"data":[{"usage":1,"date":"`+date+`"}]}`)).Activity(t.Context(), ActivityQuery{})
		if err != nil || !got.Rows[0].Date.Equal(want) || got.Rows[0].Date.Location() != time.UTC {
			t.Errorf("Activity(%s) = %v, %v, want %v", date, got.Rows, err, want)
		}
	}
	for _, date := range []string{`""`, `"2026-5-19"`, `"2026-02-30"`, `"2026-05-1900"`, `"19/05/2026"`, `"today"`, `20260519`, `1779148800000`, `true`, `{}`} {
		_, err := serve(t, answer(200, `{"data":[{"usage":1,"date":`+date+`}]}`)).Activity(t.Context(), ActivityQuery{})
		wantError(t, "Activity("+date+")", err, ErrMalformed, "data[0].date is not a time")
	}
}

func TestActivityRows(t *testing.T) {
	for _, tt := range []struct{ name, fields, words string }{
		{"no date", `"usage":1`, "data[0].date is missing"},
		{"date null", `"usage":1,"date":null`, "data[0].date is missing"},
		{"no usage", `"date":"2026-05-19"`, "data[0].usage is missing"},
		{"usage null", `"date":"2026-05-19","usage":null`, "data[0].usage is missing"},
		{"usage negative", `"date":"2026-05-19","usage":-0.1`, "data[0].usage is negative"},
		{"usage a string", `"date":"2026-05-19","usage":"0.1"`, "data[0].usage is not a number"},
	} {
		_, err := serve(t, answer(200, `{"data":[{`+tt.fields+`}]}`)).Activity(t.Context(), ActivityQuery{})
		wantError(t, "Activity("+tt.name+")", err, ErrMalformed, "reading activity: malformed answer: "+tt.words)
	}
	got, err := serve(t, answer(200, `{"data":[{"date":"2026-05-19","usage":0,"requests":1.5,"prompt_tokens":"5","completion_tokens":9223372036854775808,"byok_usage_inference":-1,"byok_requests":3,"cached_tokens":"x","variant":"free",
		"model":"a\u001b[31m","provider_name":"`+canary+`","workspace_id":"w"}]}`)).Activity(t.Context(), ActivityQuery{})
	want := ActivityRow{Date: time.Date(2026, 5, 19, 0, 0, 0, 0, time.UTC), Model: "a\ufffd[31m", Provider: "[redacted]", WorkspaceID: "w"}
	if err != nil || len(got.Rows) != 1 || got.Rows[0] != want {
		t.Errorf("Activity(odd row) = %+v, %v, want %+v", got.Rows, err, want)
	}
}
