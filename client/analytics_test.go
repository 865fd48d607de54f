package client

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

// query has a server say body and asks it for spend by hour and model.
func query(t *testing.T, body string) (Analytics, error) {
	t.Helper()
	return serve(t, answer(200, body, "Date", "")).Query(t.Context(), AnalyticsQuery{
		Metrics: []string{"credits_usage", "request_count"}, Dimensions: []string{"model"}, Granularity: "hour",
	})
}

func TestQueryRows(t *testing.T) {
	start := time.Date(2026, 5, 19, 13, 0, 0, 0, time.UTC)
	row := func(usage, requests *float64, model string) AnalyticsRow {
		return AnalyticsRow{&start, []*float64{usage, requests}, []string{model}}
	}
	const hour = `"date__hour":"2026-05-19 13:00:00",`
	for _, tt := range []struct {
		name, row string
		want      AnalyticsRow
	}{
		{"numbers", hour + `"credits_usage":0.25,"request_count":3,"model":"a/b"`, row(ptr(0.25), ptr(3.0), "a/b")},
		{"numbers as strings", hour + `"credits_usage":"0.25","request_count":"1523","model":"a/b"`, row(ptr(0.25), ptr(1523.0), "a/b")},
		{"null is unknown", hour + `"credits_usage":null,"request_count":null,"model":null`, row(nil, nil, "")},
		{"missing is unknown", hour + `"other":1`, row(nil, nil, "")},
		{"zero is a value", hour + `"credits_usage":0,"request_count":"0","model":""`, row(ptr(0.0), ptr(0.0), "")},
		{"below zero", hour + `"credits_usage":-0.5,"request_count":"-0"`, row(ptr(-0.5), ptr(0.0), "")},
		{"sub-cent", hour + `"credits_usage":"1.8e-06","request_count":1E2`, row(ptr(0.0000018), ptr(100.0), "")},
		{"2^53", hour + `"request_count":"9007199254740992"`, row(nil, ptr(float64(1<<53)), "")},
		{"name that is a number", hour + `"model":12345`, row(nil, nil, "12345")},
		{"name that is a boolean", hour + `"model":true`, row(nil, nil, "true")},
		{"I01 name", hour + `"model":"a\u009b31m\u200b"`, row(nil, nil, "a\ufffd31m\ufffd")},
		{"K01 name is a key", hour + `"model":"` + canary + `"`, row(nil, nil, "[redacted]")},
		{"created_at", `"created_at__hour":"2026-05-19 13:00:00","credits_usage":1`, row(ptr(1.0), nil, "")},
		{"bucket with milliseconds", `"date__hour":"2026-05-19T13:00:00.000Z"`, row(nil, nil, "")},
		{"bucket with a zone", `"date__hour":"2026-05-19T15:00:00+02:00"`, row(nil, nil, "")},
	} {
		got, err := query(t, `{"data":{"data":[{`+tt.row+`}],"metadata":{"truncated":false}}}`)
		if err != nil || len(got.Rows) != 1 || !reflect.DeepEqual(got.Rows[0], tt.want) {
			t.Errorf("Query(%s) = %+v, %v, want %+v", tt.name, got.Rows, err, tt.want)
		}
		for i, v := range got.Rows[0].Metrics {
			if v != nil && *v == 0 && math.Signbit(*v) {
				t.Errorf("Query(%s) has metric %d of -0, want 0", tt.name, i)
			}
		}
	}
	for _, tt := range []struct{ name, row, words string }{
		{"no bucket", `"credits_usage":1`, "data.data[0].date__hour is missing"},
		{"bucket null", `"date__hour":null`, "data.data[0].date__hour is missing"},
		{"bucket of another granularity", `"date__day":"2026-05-19"`, "data.data[0].date__hour is missing"},
		{"bucket not a time", `"date__hour":"noon"`, "data.data[0].date__hour is not a time"},
		{"bucket a number", `"created_at__hour":1779195600000`, "data.data[0].created_at__hour is not a time"},
		{"metric text", hour + `"credits_usage":"lots"`, "data.data[0].credits_usage is not a number"},
		{"metric empty", hour + `"credits_usage":""`, "data.data[0].credits_usage is not a number"},
		{"metric NaN", hour + `"credits_usage":"NaN"`, "data.data[0].credits_usage is not a number"},
		{"metric infinite", hour + `"credits_usage":"-Infinity"`, "data.data[0].credits_usage is not a number"},
		{"metric in hexadecimal", hour + `"credits_usage":"0x1p4"`, "data.data[0].credits_usage is not a number"},
		{"metric with a space", hour + `"credits_usage":"1 "`, "data.data[0].credits_usage is not a number"},
		{"metric with a comma", hour + `"credits_usage":"1,5"`, "data.data[0].credits_usage is not a number"},
		{"metric two numbers", hour + `"credits_usage":"1 2"`, "data.data[0].credits_usage is not a number"},
		{"metric a boolean", hour + `"credits_usage":true`, "data.data[0].credits_usage is not a number"},
		{"metric an object", hour + `"credits_usage":{"a":1}`, "data.data[0].credits_usage is not a number"},
		{"metric a string in a string", hour + `"credits_usage":"\"1\""`, "data.data[0].credits_usage is not a number"},
		{"metric beyond 2^53", hour + `"request_count":"9007199254740994"`, "data.data[0].request_count is not plausible"},
		{"metric beyond a float", hour + `"request_count":1e999`, "data.data[0].request_count is not plausible"},
		{"name an object", hour + `"model":{}`, "data.data[0].model is not a name"},
		{"name a list", hour + `"model":[]`, "data.data[0].model is not a name"},
		{"metric twice", hour + `"credits_usage":1,"credits_usage":2`, `data.data[0] has "credits_usage" twice`},
	} {
		_, err := query(t, `{"data":{"data":[{`+tt.row+`}],"metadata":{"truncated":false}}}`)
		wantError(t, "Query("+tt.name+")", err, ErrMalformed, "reading analytics/query: malformed answer: "+tt.words)
	}
}

// A bucket that cannot be read costs itself, and is counted.
func TestQueryOddRow(t *testing.T) {
	got, err := query(t, `{"data":{"data":[{"date__hour":"?","credits_usage":0.1},{"date__hour":"2026-05-19 13:00:00","credits_usage":0.1},
		{"date__hour":"2026-05-19 14:00:00","credits_usage":"lots"}],"metadata":{"truncated":false}}}`)
	if err != nil || len(got.Rows) != 1 || got.Unread != 2 || got.Odd != "2 of 3 rows left out: data.data[0].date__hour is not a time" {
		t.Errorf("Query(odd rows) = %+v, %v, want the one row, and a note of the others", got, err)
	}
}

func TestQueryMetadata(t *testing.T) {
	for _, tt := range []struct {
		name, fields string
		want         Analytics
	}{
		{"truncated", `"metadata":{"query_time_ms":1,"row_count":9,"truncated":true}`, Analytics{Truncated: true}},
		{"cached", `"metadata":{"truncated":false},"cachedAt":1763722800123`, Analytics{CachedAt: ptr(time.Date(2025, 11, 21, 11, 0, 0, 123e6, time.UTC))}},
		{"cached, as a float", `"metadata":{"truncated":false},"cachedAt":1.7637228e12`, Analytics{CachedAt: ptr(time.Date(2025, 11, 21, 11, 0, 0, 0, time.UTC))}},
		{"cached when nobody knows", `"metadata":{"truncated":false},"cachedAt":-33589777.5`, Analytics{}},
		{"cached in seconds", `"metadata":{"truncated":false},"cachedAt":1763722800`, Analytics{}},
		{"cached as text", `"metadata":{"truncated":false},"cachedAt":"1763722800123"`, Analytics{}},
		{"cached far away", `"metadata":{"truncated":false},"cachedAt":1e14`, Analytics{}},
		{"cached null", `"metadata":{"truncated":false},"cachedAt":null,"warnings":null`, Analytics{}},
		{"warnings", `"metadata":{"truncated":false},"warnings":["no such key\u001b[2J","` + canary + `"]`, Analytics{Warnings: []string{"no such key\ufffd[2J", "[redacted]"}}},
		{"warnings of another kind", `"metadata":{"truncated":false},"warnings":[7]`, Analytics{}},
	} {
		got, err := query(t, `{"data":{"data":[],`+tt.fields+`}}`)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("Query(%s) = %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
	for _, tt := range []struct{ name, fields, words string }{
		{"no metadata", `"x":1`, "data.metadata is missing"},
		{"not told whether truncated", `"metadata":{"row_count":0}`, "data.metadata.truncated is missing"},
		{"truncated null", `"metadata":{"truncated":null}`, "data.metadata.truncated is missing"},
		{"truncated text", `"metadata":{"truncated":"false"}`, "data.metadata.truncated is missing"},
		{"metadata a list", `"metadata":[]`, "data.metadata is not an object"},
	} {
		_, err := query(t, `{"data":{"data":[],`+tt.fields+`}}`)
		wantError(t, "Query("+tt.name+")", err, ErrMalformed, tt.words)
	}
	_, err := query(t, `{"data":[{"credits_usage":1}],"metadata":{"truncated":false}}`)
	wantError(t, "Query(data nested once)", err, ErrMalformed, "data is not an object")
}

func TestAnalyticsMetaRejected(t *testing.T) {
	good := official(t, "analyticsmeta")
	for _, tt := range []struct{ name, old, new, words string }{
		{"no metrics", `"metrics"`, `"m"`, "data.metrics is missing"},
		{"metrics null", `"metrics": [`, `"metrics": null, "x": [`, "data.metrics is missing"},
		{"operators an object", `"operators": [`, `"operators": {}, "x": [`, "data.operators is not a list"},
		{"metric without a name", `"name": "request_count"`, `"x": 1`, "data.metrics[0].name is missing"},
		{"operator a number", `"name": "eq"`, `"name": 7`, "data.operators[0].name is not an identifier"},
	} {
		body := strings.Replace(good, tt.old, tt.new, 1)
		if body == good {
			t.Fatalf("the example has no %s", tt.old)
		}
		_, err := serve(t, answer(200, body)).AnalyticsMeta(t.Context())
		wantError(t, "AnalyticsMeta("+tt.name+")", err, ErrMalformed, tt.words)
	}
}

func FuzzBucket(f *testing.F) {
	for _, s := range []string{"2025-01-01T00:00:00.000Z", "2026-05-19", "2026-05-19 13:00:00", "", "2026-05-19T13:00:00+02:00", "0000-01-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseBucket(s)
		if !ok {
			if !got.IsZero() {
				t.Fatalf("parseBucket(%q) = %v, false, want no time", s, got)
			}
			return
		}
		again, ok := parseBucket(got.Format(time.RFC3339Nano))
		if y := got.Year(); y >= 0 && y <= 9999 && (!ok || !again.Equal(got)) || got.Location() != time.UTC {
			t.Fatalf("parseBucket(%q) = %v, which reads back as %v, %v", s, got, again, ok)
		}
	})
}

func FuzzMetric(f *testing.F) {
	for _, s := range []string{`1`, `"1523"`, `-0`, `"1e-7"`, `null`, `"NaN"`, `"0x1p-2"`, `"1_000"`, `true`, `"９"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		body := fmt.Appendf(nil, `{"m":%s}`, raw)
		v, err := parseFields(body, Secret{})
		if err != nil {
			return
		}
		got := v.metric("m")
		if got == nil || *v.err != nil {
			if _, known := v.get("m"); (got == nil) != (*v.err != nil || !known) {
				t.Fatalf("metric(%s) = %v, %v, want one of the two", raw, got, *v.err)
			}
			return
		}
		wantSane(t, "metric", *got)
		text, _ := json.Marshal(*got)
		again, err := parseFields(fmt.Appendf(nil, `{"m":%q}`, text), Secret{})
		if err != nil || *again.metric("m") != *got {
			t.Fatalf("metric(%s) = %v, which does not read back", raw, *got)
		}
	})
}
