package client

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"ortop/internal/text"
)

func credits(total, usage string) string {
	return `{"data":{"total_credits":` + total + `,"total_usage":` + usage + `}}`
}

func TestHRowsCreditsAccepted(t *testing.T) {
	for _, tt := range []struct {
		name           string
		handler        http.HandlerFunc
		credits, usage float64
	}{
		{"official example", answer(200, goodCredits), 100.5, 25.75},
		{"zero is a value", answer(200, credits("0", "0")), 0, 0},
		{"H40 extra fields", answer(200, `{"object":"x","data":{"new":[{"a":1}],"total_credits":1,"total_usage":2,"TOTAL_USAGE":9},"error":null}`), 1, 2},
		{"H40 sub-cent", answer(200, credits("1", "0.0000018")), 1, 0.0000018},
		{"H40 exponent", answer(200, credits("1e2", "1.8E-06")), 100, 0.0000018},
		{"H40 text/plain", answer(200, goodCredits, "Content-Type", "text/plain"), 100.5, 25.75},
		{"H40 no type", answer(200, goodCredits, "Content-Type", ""), 100.5, 25.75},
		{"white space around", answer(200, "\r\n "+goodCredits+" \n"), 100.5, 25.75},
		{"17 digits", answer(200, credits("100.12345678901234567", "25.1")), 100.12345678901235, 25.1},
		{"negative zero", answer(200, credits("1", "-0.0")), 1, 0},
		{"a billion", answer(200, credits("1e9", "0")), 1e9, 0},
		{"usage above credits", answer(200, credits("0", "0.34225205")), 0, 0.34225205},
	} {
		got, err := serve(t, tt.handler).Credits(t.Context())
		if err != nil || got.TotalCreditsUSD != tt.credits || got.TotalUsageUSD != tt.usage || math.Signbit(got.TotalUsageUSD) {
			t.Errorf("Credits(%s) = %+v, %v, want %v and %v", tt.name, got, err, tt.credits, tt.usage)
		}
	}
}

func TestHRowsCreditsRejected(t *testing.T) {
	for _, tt := range []struct{ name, body, words string }{
		{"H01 empty", "", "malformed answer: empty"},
		{"H01 white space", " \n", "empty"},
		{"H02 cut", goodCredits[:30], "not valid JSON"},
		{"H03 null", "null", "not an object"},
		{"H04 list", "[]", "not an object"},
		{"H05 number", "42", "not an object"},
		{"H06 data null", `{"data":null}`, "data is missing"},
		{"H07 data list", `{"data":[{"total_credits":1,"total_usage":1}]}`, "data is not an object"},
		{"H08 data string", `{"data":"x"}`, "data is not an object"},
		{"H09 data empty", `{"data":{}}`, "data.total_credits is missing"},
		{"H10 no data", `{}`, "data is missing"},
		{"H11 HTML said to be JSON", "<html><b>hi</b></html>", "not valid JSON"},
		{"H15 trailing garbage", goodCredits + "x", "not valid JSON"},
		{"H16 two documents", goodCredits + goodCredits, "not valid JSON"},
		{"H17 BOM", "\xef\xbb\xbf" + goodCredits, "byte order mark"},
		{"H19 nested", `{"data":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`, "not valid JSON"},
		{"H20 data twice", `{"data":{"total_credits":1,"total_usage":1},"data":{"total_credits":2,"total_usage":2}}`, `"data" twice`},
		{"H20 total twice", credits("1", `1,"total_usage":2`), `"total_usage" twice`},
		{"H21 NaN", credits("NaN", "1"), "not valid JSON"},
		{"H22 1e999", credits("1e999", "1"), "not plausible"},
		{"H23 1e308", credits("1", "1e308"), "not plausible"},
		{"H24 number as a string", credits(`"100.5"`, "1"), "data.total_credits is not a number"},
		{"H25 text", credits("1", `"lots"`), "data.total_usage is not a number"},
		{"H26 null", credits("100", "null"), "data.total_usage is missing"},
		{"H27 bool", credits("true", "1"), "not a number"},
		{"H28 object", credits("{}", "1"), "not a number"},
		{"H28 list", credits("[1]", "1"), "not a number"},
		{"H29 negative credits", credits("-1", "1"), "data.total_credits is negative"},
		{"H29 negative usage", credits("1", "-0.01"), "data.total_usage is negative"},
		{"H30 26 digits", credits("12345678901234567890123456", "1"), "not plausible"},
		{"H31 no usage", `{"data":{"total_credits":1}}`, "data.total_usage is missing"},
		{"H32 no credits", `{"data":{"total_usage":1}}`, "data.total_credits is missing"},
		{"other case", `{"data":{"Total_Credits":1,"total_usage":1}}`, "data.total_credits is missing"},
		{"not enveloped", `{"total_credits":1,"total_usage":1}`, "data is missing"},
		{"control character in a twice-named field", `{"\u001b[2J":1,"\u001b[2J":2}`, "twice"},
		{"key as a twice-named field", `{"` + canary + `":1,"` + canary + `":2}`, "twice"},
	} {
		got, err := serve(t, answer(200, tt.body)).Credits(t.Context())
		what := "Credits(" + tt.name + ")"
		wantError(t, what, err, ErrMalformed, tt.words)
		if got != (Credits{}) {
			t.Errorf("%s = %+v beside its error, want nothing", what, got)
		}
	}
	for _, tt := range []struct{ media, words string }{
		{"text/html; charset=UTF-8", "not JSON (text/html)"},
		{"", "malformed answer: not JSON"},
		{"<script>", "malformed answer: not JSON"},
	} {
		_, err := serve(t, answer(200, "<html><title>portal</title>", "Content-Type", tt.media)).Credits(t.Context())
		wantError(t, "H11 Credits(HTML as "+tt.media+")", err, ErrMalformed, tt.words)
		if strings.Contains(err.Error(), "portal") {
			t.Errorf("H11 error = %q, which shows the page", err)
		}
	}
}

func TestH12H14ErrorIn200(t *testing.T) {
	for _, tt := range []struct {
		name, body, words string
		kind              error
	}{
		{"object", `{"error":{"code":401,"message":"User not found."}}`, "reading credits: unauthorized: an error in place of an answer: User not found.", ErrUnauthorized},
		{"text", `{"error":"x"}`, "malformed answer: an error in place of an answer: x", ErrMalformed},
		{"string code", `{"error":{"code":"429","message":"slow"}}`, "slow", ErrRateLimited},
		{"word as code", `{"error":{"code":"server_error","message":"no"}}`, "no", ErrMalformed},
		{"null message", `{"error":{"code":500,"message":null}}`, "server error: an error in place of an answer", ErrServer},
		{"code of a success", `{"error":{"code":200,"message":"odd"}}`, "odd", ErrMalformed},
		{"beside data", `{"data":{"total_credits":1,"total_usage":1},"error":{"message":"stale"}}`, "stale", ErrMalformed},
		{"list", `{"error":[1]}`, "an error in place", ErrMalformed},
	} {
		_, err := serve(t, answer(200, tt.body)).Credits(t.Context())
		wantError(t, "Credits("+tt.name+")", err, tt.kind, tt.words)
		if e := (*APIError)(nil); !errors.As(err, &e) || e.Status != 200 {
			t.Errorf("Credits(%s) = %#v, want an APIError of status 200", tt.name, err)
		}
	}
}

func TestCRowsStatus(t *testing.T) {
	kinds := map[int]error{
		300: ErrRequest, 304: ErrRequest, 305: ErrRequest, 400: ErrRequest, 401: ErrUnauthorized, 402: ErrPayment,
		403: ErrForbidden, 404: ErrNotFound, 405: ErrRequest, 408: ErrTimeout, 410: ErrNotFound, 413: ErrRequest,
		418: ErrRequest, 422: ErrRequest, 429: ErrRateLimited, 499: ErrRequest,
		201: ErrMalformed, 202: ErrMalformed, 204: ErrMalformed, 206: ErrMalformed, 600: ErrMalformed, 999: ErrMalformed,
		301: ErrRedirect, 302: ErrRedirect, 303: ErrRedirect, 307: ErrRedirect, 308: ErrRedirect,
	}
	for _, s := range []int{500, 501, 502, 503, 504, 520, 521, 522, 523, 524, 529, 530, 599} {
		kinds[s] = ErrServer
	}
	for status, kind := range kinds {
		for _, body := range []string{
			fmt.Sprintf(`{"error":{"code":%d,"message":"no luck"}}`, status), goodCredits, "", "<html>no</html>",
		} {
			if status == 204 || status == 304 {
				body = ""
			}
			got, err := serve(t, answer(status, body, "Content-Type", "")).Credits(t.Context())
			what := fmt.Sprintf("Credits(%d %s)", status, body)
			wantError(t, what, err, kind, fmt.Sprintf("reading credits: %d %s", status, kind))
			e := (*APIError)(nil)
			if !errors.As(err, &e) || e.Status != status || e.Endpoint != "credits" || e.RetryAfter != nil || got != (Credits{}) {
				t.Errorf("%s = %+v, %#v, want a plain APIError", what, got, err)
			}
		}
	}
}

func TestCRowsMessage(t *testing.T) {
	const bad = "\ufffd"
	long := strings.Repeat("long ", 1000)
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"documented", answer(403, `{"error":{"code":403,"message":"Only management keys can perform this operation"},"user_id":"u"}`), "403 forbidden: Only management keys can perform this operation"},
		{"error is text", answer(500, `{"error":"boom"}`), "500 server error: boom"},
		{"message at the top", answer(400, `{"message":"bad date"}`), "400 request not accepted: bad date"},
		{"problem+json", answer(422, `{"title":"Invalid","detail":"no such field","status":422}`, "Content-Type", "application/problem+json"), "422 request not accepted: Invalid: no such field"},
		{"only a title", answer(422, `{"title":"Invalid"}`), "422 request not accepted: Invalid"},
		{"null message", answer(503, `{"error":{"code":503,"message":null}}`), "503 server error: Service Unavailable"},
		{"empty", answer(502, ""), "502 server error: Bad Gateway"},
		{"empty, named as the kind", answer(401, ""), "401 unauthorized"},
		{"status without a name", answer(524, ""), "524 server error"},
		{"HTML", answer(524, "<html><h1>A timeout occurred</h1>", "Content-Type", "text/html; charset=UTF-8"), "524 server error: not JSON (text/html)"},
		{"cut JSON", answer(500, `{"error":{"mess`), "500 server error: not valid JSON"},
		{"list", answer(500, `[1]`), "500 server error: Internal Server Error"},
		{"I01 control characters", answer(400, `{"error":{"message":"a\u001b]52;c;eA==\u0007\r\nb\u009b\u202e\u200b"}}`), "400 request not accepted: a" + bad + "]52;c;eA==" + bad + "  b" + bad + bad + bad},
		{"H18 invalid UTF-8", answer(400, "{\"error\":{\"message\":\"a\xff\x9b31m\"}}"), "400 request not accepted: a" + bad + bad + "31m"},
		{"I08 long", answer(400, `{"error":{"message":"`+long+`"}}`), "400 request not accepted: " + strings.TrimSpace(long[:197]) + "…"},
		{"K01 key echoed", answer(401, `{"error":{"message":"no such key: `+canary+`"}}`), "401 unauthorized: no such key: [redacted]"},
		{"K01 key echoed where it is cut", answer(401, `{"error":{"message":"`+long[:180]+canary+`"}}`), "401 unauthorized: " + long[:180] + "[redacted]"},
		{"K01 key echoed in the type", answer(500, "x", "Content-Type", "text/"+canary), "500 server error: not JSON (text/[redacted])"},
	} {
		_, err := serve(t, tt.handler).Credits(t.Context())
		if err == nil || err.Error() != "reading credits: "+tt.want {
			t.Errorf("Credits(%s) = %+q, want %+q", tt.name, err, "reading credits: "+tt.want)
		}
	}
	c := serve(t, answer(404, `{"error":{"message":"Not Found"}}`))
	_, err := c.Credits(t.Context())
	wantError(t, "C404", err, ErrNotFound, "404 not found: nothing at "+c.base.String()+"/credits: is the base URL right?")
}

func TestN09Redirect(t *testing.T) {
	asked := 0
	victim := serve(t, func(http.ResponseWriter, *http.Request) { asked++ })
	elsewhere := victim.base.Scheme + "://" + victim.base.Host
	for _, tt := range []struct{ name, location, words string }{
		{"other port", elsewhere + "/api/v1/credits?token=hunter2", "to " + elsewhere},
		{"other host", "https://evil.example/" + canary, "to https://evil.example"},
		{"userinfo", "https://somebody:hunter2@evil.example/", "to https://evil.example"},
		{"key as host", "https://" + canary + ".evil.example/", "to https://[redacted].evil.example"},
		{"same host", "/api/v1/login", "to http://127.0.0.1"},
		{"loop", "/api/v1/credits", "to http://127.0.0.1"},
		{"file", "file:///etc/passwd", "to a file URL"},
		{"no host", "mailto:x@example.com", "to a mailto URL"},
		{"unreadable", "https://[hunter2", "to nowhere"},
		{"none", "", "to nowhere"},
	} {
		requests := 0
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			requests++
			answer(307, `{"error":{"message":"hunter2"}}`, "Location", tt.location)(w, r)
		})
		_, err := c.Credits(t.Context())
		wantError(t, "Credits("+tt.name+")", err, ErrRedirect, "reading credits: 307 redirect refused: "+tt.words)
		if requests != 1 {
			t.Errorf("Credits(%s) sent %d requests, want 1", tt.name, requests)
		}
	}
	if asked != 0 {
		t.Errorf("redirects led to %d requests, want 0", asked)
	}
}

func TestC429Wait(t *testing.T) {
	now := func(cfg *Config) { cfg.Now = func() time.Time { return noon } }
	body := fmt.Sprintf(`{"error":{"code":429,"message":"slow down","metadata":{"headers":{"x-ratelimit-reset":%d,"X-RateLimit-Limit":"20"}}}}`, noon.Add(30*time.Second).UnixMilli())
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		want    time.Duration
	}{
		{"header", answer(429, "", "Retry-After", "17"), 17 * time.Second},
		{"of a 503", answer(503, "<html>", "Retry-After", "17"), 17 * time.Second},
		{"of a 402", answer(402, "", "Retry-After", "17"), 17 * time.Second},
		{"number in the body", answer(429, body, "Date", ""), 30 * time.Second},
		{"text in the body", answer(429, strings.NewReplacer(`reset":`, `reset":"`, `,"X-`, `","X-`).Replace(body), "Date", ""), 30 * time.Second},
		{"in a 200", answer(200, body, "Date", ""), 30 * time.Second},
		{"none", answer(429, `{"error":{"metadata":null}}`), 0},
	} {
		_, err := serve(t, tt.handler, now).Credits(t.Context())
		e := (*APIError)(nil)
		if !errors.As(err, &e) || !is(e.RetryAfter, tt.want) {
			t.Errorf("Credits(%s) = %+v, want a wait of %v", tt.name, err, tt.want)
		}
	}
}

func FuzzCredits(f *testing.F) {
	for _, s := range []string{goodCredits, credits("0", "1e-7"), `{"data":null}`, `{"error":{"code":401}}`, credits("1", `1,"total_usage":2`), "", "null"} {
		f.Add([]byte(s))
	}
	c := &Client{key: NewSecret(canary)}
	f.Fuzz(func(t *testing.T, body []byte) {
		var v Credits
		if _, err := c.readAnswer(body, v.read); err != nil {
			e := c.malformed("credits", &http.Response{StatusCode: 200}, body, err, clocks{local: noon})
			if text.Clean(e.Message, maxMessageBytes) != e.Message || strings.Contains(e.Message, "c0ffee") {
				t.Fatalf("message of %q = %+q, want a clean line", body, e.Message)
			}
			return
		}
		if v.TotalCreditsUSD < 0 || v.TotalUsageUSD < 0 || v.TotalCreditsUSD > maxUSD || v.TotalUsageUSD > maxUSD {
			t.Fatalf("Credits(%q) = %+v, want plausible totals", body, v)
		}
		var again Credits
		if _, err := c.readAnswer([]byte(credits(fmt.Sprint(v.TotalCreditsUSD), fmt.Sprint(v.TotalUsageUSD))), again.read); err != nil || again != v {
			t.Fatalf("Credits(%q) = %+v, which reads back as %+v, %v", body, v, again, err)
		}
	})
}
