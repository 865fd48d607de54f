package ledger

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// broadcast is a line as OpenRouter sends it: a request, with a part of it for
// each attempt at a provider.
func broadcast(id string, at time.Time, costUSD string) string {
	attr := func(key, kind, value string) string {
		return fmt.Sprintf(`{"key":%q,"value":{%q:%s}}`, key, kind, value)
	}
	end := fmt.Sprintf(`"startTimeUnixNano":"%d","endTimeUnixNano":"%d"`, at.Add(-time.Second).UnixNano(), at.UnixNano())
	whole := strings.Join([]string{
		attr("gen_ai.response.id", "stringValue", `"`+id+`"`), attr("gen_ai.request.model", "stringValue", `"a/b"`), attr("gen_ai.usage.input_tokens", "intValue", `"15041"`),
		attr("gen_ai.usage.total_cost", "doubleValue", costUSD), attr("trace.metadata.openrouter.api_key_name", "stringValue", `"laptop"`), attr("trace.metadata.tags", "arrayValue", `{"values":[]}`),
	}, ",")
	part := attr("gen_ai.usage.total_cost", "doubleValue", costUSD)
	return `{"resourceSpans":[{"resource":{"attributes":[` + attr("service.name", "stringValue", `"openrouter"`) + `]},"scopeSpans":[{"scope":{"name":"openrouter"},"spans":[` +
		`{"traceId":"t","spanId":"1` + id + `","parentSpanId":"of my own","name":"LLM Generation",` + end + `,"attributes":[` + whole + `],"status":{"code":1}},` +
		`{"traceId":"t","spanId":"2` + id + `","parentSpanId":"1` + id + `","name":"attempt",` + end + `,"attributes":[` + part + `]},` +
		`{"traceId":"t","spanId":"3` + id + `","name":"no request",` + end + `}]}]}]}`
}

func TestReadLogOfBroadcast(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	lines := []string{
		`{"resourceSpans":[]}`, // the test of the connection
		broadcast("gen-1", at, "0.25"),
		` { "resourceSpans": [] }`,
		broadcast("gen-2", at.Add(time.Minute), `"0.00639196"`),
		broadcast("gen-1", at, "0.25"), // sent again
		`{"resourceSpans":[{"scopeSpans":`,
		broadcast("gen-3", at.Add(time.Minute), "-1"),
		broadcast("gen-4", at.Add(48*time.Hour), "1"),
	}
	log, err := ReadLog(strings.NewReader(strings.Join(lines, "\n")), at.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if len(log.Entries) != 2 || log.Duplicates != 1 || log.Problems.Count != 3 {
		t.Fatalf("%d requests, %d repeated, problems %+v, want 2, 1, 3", len(log.Entries), log.Duplicates, log.Problems)
	}
	for i, want := range []struct {
		id  string
		usd float64
		at  time.Time
	}{{"gen-1", 0.25, at}, {"gen-2", 0.00639196, at.Add(time.Minute)}} {
		e := log.Entries[i]
		if e.ID != want.id || e.CostUSD == nil || *e.CostUSD != want.usd || !e.At.Equal(want.at) || e.Model != "a/b" || e.Key != "laptop" {
			t.Errorf("request %d is %+v, want %+v", i, e, want)
		}
	}
	if first := log.Problems.First; first[0].Number != 6 || first[1].Number != 7 || first[2].Number != 8 {
		t.Errorf("the problems are %+v, want lines 6, 7 and 8", first)
	}
}

func TestImportOfBroadcast(t *testing.T) {
	day := time.Date(2026, 11, 19, 10, 0, 0, 0, time.UTC)
	lines := []string{
		broadcast("gen-1", day, "0.25"), broadcast("gen-2", day.Add(30*time.Minute), "0.5"), broadcast("gen-2", day.Add(30*time.Minute), "0.5"),
		broadcast("gen-3", day.Add(24*time.Hour), "1"), broadcast("gen-4", day.Add(48*time.Hour), "8"), // of the day that is not over
	}
	f, err := ReadImport(strings.NewReader(strings.Join(lines, "\n")), day.Add(50*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if f.Used != 3 || f.Repeated != 1 || f.Empty != 1 || f.Problems.Count != 0 {
		t.Fatalf("%d used, %d repeated, %d empty, problems %+v, want 3, 1, 1 and none", f.Used, f.Repeated, f.Empty, f.Problems)
	}
	sums := map[time.Time]float64{}
	for _, s := range f.Spends() {
		sums[s.From.Truncate(time.Hour)] += s.USD
	}
	if sums[day] != 0.75 || sums[day.Add(24*time.Hour)] != 1 {
		t.Errorf("the hours are %v", sums)
	}
	// Who logs requests in another way may not log all of them.
	if _, err := ReadImport(strings.NewReader(`{"id":"gen-1","cost":1,"time":"2026-11-19T10:00:00Z"}`+"\n"+`{"id":"gen-2","cost":1}`), day); err == nil {
		t.Error("a log of requests is imported")
	}
}
