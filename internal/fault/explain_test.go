package fault

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/client"
)

const (
	budget403 = `{"error":{"code":403,"message":"Budget exceeded","metadata":{"limit_source":"openrouter_guardrail_budget","scope":"member","limit_usd":20,"spend_usd":20.25,"resets_at":"2026-12-01T00:00:00Z"}},"user_id":"u"}`
	flight402 = `{"error":{"code":402,"message":"Payment required","metadata":{"limit_source":"openrouter_in_flight_budget","reason":"in_flight_budget_exhausted","remedy_hint":"Wait for \"running\" requests","headers":{"Retry-After":"12"}}}}`
	weight402 = `{"user_id":"u","error":{"code":"402","message":"Too big","metadata":{"limit_source":"openrouter_credits","reason":"weight_exceeds_budget"}}}`
)

func TestExplain(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name, body string
		want       []string
	}{
		{"a guardrail's budget", budget403, []string{
			"refused with 403 forbidden: Budget exceeded", "a guardrail's budget (member) refused it", "$20.25 of $20.00 is spent", "it resets Tue 1 Dec 00:00 UTC, in 3 d 12 h", "whoever manages the guardrail",
		}},
		{"requests under way", flight402, []string{
			"refused with 402 payment required", "still running hold what is left", "try again, after 12 s", `OpenRouter's hint: Wait for "running" requests`,
		}},
		{"too big a request", weight402, []string{"402", "credits do not cover it", "this one request is too big"}},
		{"a workspace's budget", `{"error":{"code":403,"message":"x","metadata":{"limit_source":"openrouter_workspace_budget","limit_usd":"5","resets_at":null}}}`, []string{"workspace's budget", "the limit is $5.00", "admin"}},
		{"a key's limit", `{"error":{"code":403,"metadata":{"limit_source":"openrouter_key_limit","resets_at":"2026-11-27T11:00:00Z"}}}`, []string{"the key's own limit", "reset since: 1 h", "settings/keys"}},
		{"by its message", `{"error":{"code":403,"message":"Key limit exceeded (monthly limit)"}}`, []string{"the key's own limit"}},
		{"an ordinary key", `{"error":{"code":403,"message":"Only management keys can perform this operation"}}`, []string{"for management keys"}},
		{"no credits", `{"error":{"code":402,"message":"Insufficient credits"}}`, []string{"add credits"}},
		{"debts", `{"error":{"code":402,"message":"Negative BALANCE"}}`, []string{"add credits"}},
		{"a payment for something else", `{"error":{"code":402,"message":"Payment required"}}`, []string{"does not say what is to be paid"}},
		{"a new layer", `{"error":{"code":403,"message":"no","metadata":{"limit_source":"openrouter_\u001b[2Jmoon","remedy_hint":5}}}`, []string{"name that is new here: openrouter_\ufffd[2Jmoon", "hint: 5"}},
		{"fields of other types", `{"error":{"code":403,"message":["a"],"metadata":{"limit_source":{},"limit_usd":[1],"resets_at":{},"scope":true}}}`, []string{"refused with 403"}},
		{"another status", `{"error":{"code":429,"message":"slow","metadata":{"retry_after":3}}}`, []string{"try again, after 3 s"}},
		{"a key in it", `{"error":{"code":403,"message":"bad ` + canary + `"}}`, []string{"bad [redacted]"}},
	} {
		lines := Explain(client.ReadRefusal([]byte(tc.body)), now)
		all := strings.Join(lines, "\n")
		for _, want := range tc.want {
			if !strings.Contains(all, want) {
				t.Errorf("%s: Explain(…) = %q, want %q in it", tc.name, lines, want)
			}
		}
		if strings.Contains(all, "c0ffee") || strings.ContainsAny(all, "\x1b") {
			t.Errorf("%s: Explain(…) = %q, want no key and no control character", tc.name, lines)
		}
	}
}

// python is budget403 as an exception of Python shows it.
var python = "openai.PermissionDeniedError: Error code: 403 - {'error': {'message': \"Key's budget \\xe9 exceeded\", 'code': 403, 'metadata': {'limit_source': 'openrouter_guardrail_budget', 'resets_at': None, 'byok': True}}, 'user_id': 'u'}\n"

func TestWatch(t *testing.T) {
	pretty := strings.NewReplacer(`{`, "{\n  ", `,`, ",\n  ").Replace(budget403)
	for _, tc := range []struct {
		name, in string
		codes    []int
	}{
		{"nothing", "hello\n", nil},
		{"the body alone", budget403, []int{403}},
		{"in a line", "2026-11-27 call failed: " + flight402 + " (retry)\n", []int{402}},
		{"in several lines", "x\n" + pretty + "\ny", []int{403}},
		{"behind other keys", weight402, []int{402}},
		{"as Python prints it", python, []int{403}},
		{"an event of a stream", `data: {"id":"x","choices":[],"error":{"code":402,"message":"m"}}` + "\n\n", []int{402}},
		{"twice", budget403 + "\n" + strings.Replace(budget403, `"u"`, `"v"`, 1), []int{403}},
		{"two kinds", budget403 + flight402, []int{403, 402}},
		{"the word alone", `"error" and 'error' ` + flight402, []int{402}},
		{"after much else", strings.Repeat("{\"progress\": 1}\n", 10_000) + budget403, []int{403}},
		{"behind one that never ends", `{"error":{` + strings.Repeat("x", maxRefusal) + budget403, []int{403}},
		{"cut", budget403[:60], nil},
		{"one without end", `{"error":` + strings.Repeat("[", 20*maxRefusal), nil},
	} {
		for _, size := range []int{1, 7, 4096, 1 << 22} {
			var w Watch
			for p := range slices.Chunk([]byte(tc.in), size) {
				if n, err := w.Write(p); n != len(p) || err != nil {
					t.Fatalf("Write = %d, %v", n, err)
				}
			}
			var codes []int
			for _, r := range w.Found() {
				codes = append(codes, r.Code)
			}
			if fmt.Sprint(codes) != fmt.Sprint(tc.codes) {
				t.Errorf("%s, %d bytes at a time: found %v, want %v", tc.name, size, codes, tc.codes)
			}
		}
	}
}

func FuzzWatch(f *testing.F) {
	for _, s := range []string{budget403, flight402, weight402, python, `{'error': "\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var w Watch
		_, _ = w.Write([]byte(s))
		for _, r := range w.Found() {
			for _, line := range Explain(r, time.Unix(0, 0)) {
				if strings.ContainsAny(line, "\n\x1b\x00") {
					t.Errorf("Explain(%q) has the line %q", s, line)
				}
			}
		}
		if len(w.tail) > lookBehind || len(w.body) > maxRefusal {
			t.Errorf("Write(%q) holds %d and %d bytes", s, len(w.tail), len(w.body))
		}
	})
}
