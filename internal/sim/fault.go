package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is one way in which the service fails. The zero Fault is none. Fields
// combine: what is answered is chosen first, then how it travels.
type Fault struct {
	// Path is the endpoint concerned, and all below it: "/key" is not "/keys".
	// If empty, all endpoints are.
	Path string
	// Times is how many requests fail before the service is well again. If
	// zero, all do.
	Times int

	// Status replaces the answer by Header and Body. If zero, the true answer
	// is given, with Header added.
	Status int
	Header http.Header // a Content-Length may lie
	Body   string

	// Stale answers as of the last multiple of this span, as a cache does.
	Stale time.Duration
	// Lag answers every second request as of so long ago, as a replica that is
	// behind does.
	Lag time.Duration
	// LessUsageUSD is taken off the usage that /credits reports.
	LessUsageUSD float64
	// Instead is another account that answers. It judges the key itself.
	Instead *Account
	// Skew is how far the Date header is ahead.
	Skew time.Duration

	// Hang never answers; it ends with the request.
	Hang bool
	// Delay passes before the answer, in real time or in a synctest bubble's.
	Delay time.Duration
	// Pace passes after each byte of the body.
	Pace time.Duration
	// Reset breaks the connection with a TCP reset in place of an answer, and
	// Close ends it in silence.
	Reset, Close bool
}

type activeFault struct {
	Fault
	seen int
}

// Fail makes the service fail from now on, in place of whatever failed before.
// Of several faults that concern a request the first is taken. Fail(Fault{})
// ends them all.
func (a *Account) Fail(faults ...Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = nil
	for _, f := range faults {
		a.faults = append(a.faults, activeFault{Fault: f})
	}
}

// faultFor returns the fault that concerns a request, or the zero Fault, and
// how many requests it concerned before. The caller holds the lock.
func (a *Account) faultFor(path string) (f Fault, before int) {
	for i := range a.faults {
		f := &a.faults[i]
		concerned := f.Path == "" || path == f.Path || strings.HasPrefix(path, f.Path+"/")
		if concerned && (f.Times == 0 || f.seen < f.Times) {
			f.seen++
			return f.Fault, f.seen - 1
		}
	}
	return Fault{}, 0
}

// asOf returns the time that an answer given now describes.
func (f Fault) asOf(now time.Time, before int) time.Time {
	if f.Stale > 0 {
		now = now.Truncate(f.Stale)
	}
	if before%2 == 1 {
		now = now.Add(-f.Lag)
	}
	return now
}

// Error is the API's own error with a status and its documented message.
func Error(status int) Fault {
	return Fault{Status: status, Body: string(errorBody(status, messageFor(status)))}
}

// BudgetSpent is the 403 of a request that a member's spent budget refuses. It
// carries no Retry-After.
func BudgetSpent(limitUSD, spendUSD float64, resetsAt time.Time) Fault {
	return Fault{Status: http.StatusForbidden, Body: fmt.Sprintf(`{"error":{"code":403,"message":"Budget exceeded","metadata":`+
		`{"limit_source":"openrouter_guardrail_budget","scope":"member","limit_usd":%g,"spend_usd":%g,"resets_at":%q}}}`,
		limitUSD, spendUSD, resetsAt.UTC().Format(time.RFC3339))}
}

// RateLimited is a 429 whose Retry-After is as given, in any form, right or
// wrong. If it is empty, there is none.
func RateLimited(retryAfter string) Fault {
	f := Error(http.StatusTooManyRequests)
	if retryAfter != "" {
		f.Header = http.Header{"Retry-After": {retryAfter}}
	}
	return f
}

// RateLimitedUntil is a 429 in the platform's own form: X-RateLimit-Reset in
// epoch milliseconds, in the header and in the body.
func RateLimitedUntil(t time.Time) Fault {
	ms := strconv.FormatInt(t.UnixMilli(), 10)
	return Fault{
		Status: http.StatusTooManyRequests,
		Header: http.Header{"X-Ratelimit-Limit": {"20"}, "X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {ms}},
		Body: `{"error":{"code":429,"message":"Rate limit exceeded","metadata":{"headers":` +
			`{"X-RateLimit-Limit":"20","X-RateLimit-Remaining":"0","X-RateLimit-Reset":"` + ms + `"}}}}`,
	}
}

// HTML is a page of the content network in front of the service, or of a
// captive portal: status may be 200.
func HTML(status int) Fault {
	return Fault{
		Status: status,
		Header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}, "Server": {"cloudflare"}, "Cf-Ray": {"0000000000000000-SIM"}},
		Body: "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>openrouter.ai | " + strconv.Itoa(status) +
			"</title><script>document.title='<b>'</script></head><body><h1>Error " + strconv.Itoa(status) + "</h1></body></html>\n",
	}
}

// Answer is a 200 with a body of one's own, declared to be JSON.
func Answer(body string) Fault { return Fault{Status: http.StatusOK, Body: body} }

// Malformed returns answers to /credits with status 200 that must not be believed,
// by name.
func Malformed() map[string]Fault {
	const good = `{"data":{"total_credits":100.5,"total_usage":25.75}}`
	money := func(credits, usage string) Fault {
		return Answer(`{"data":{"total_credits":` + credits + `,"total_usage":` + usage + `}}`)
	}
	gzip := Answer(good)
	gzip.Header = http.Header{"Content-Encoding": {"gzip"}}
	short := Answer(good)
	short.Header = http.Header{"Content-Length": {"4096"}}
	return map[string]Fault{
		"H01 empty":                Answer(""),
		"H02 cut":                  Answer(good[:len(good)-9]),
		"H03 null":                 Answer("null"),
		"H04 list":                 Answer("[]"),
		"H05 number":               Answer("42"),
		"H06 data null":            Answer(`{"data":null}`),
		"H07 data list":            Answer(`{"data":[]}`),
		"H08 data string":          Answer(`{"data":"100.5"}`),
		"H09 data empty":           Answer(`{"data":{}}`),
		"H10 object empty":         Answer(`{}`),
		"H11 html":                 HTML(http.StatusOK),
		"H12 error object":         Answer(`{"error":{"code":500,"message":"Internal Server Error"}}`),
		"H13 error text":           Answer(`{"error":"x"}`),
		"H14 error string code":    Answer(`{"error":{"code":"429","message":null}}`),
		"H15 trailing garbage":     Answer(good + "x"),
		"H16 two documents":        Answer(good + good),
		"H17 byte order mark":      Answer("\ufeff" + good),
		"H18 invalid utf-8":        Answer("{\"error\":{\"code\":500,\"message\":\"\xff\xfe\"}}"),
		"H19 deep":                 Answer(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)),
		"H21 not a number":         money("NaN", "25.75"),
		"H22 infinite":             money("1e999", "25.75"),
		"H23 implausible":          money("1e308", "25.75"),
		"H24 number as string":     money(`"100.5"`, `"25.75"`),
		"H25 text as number":       money(`"plenty"`, "25.75"),
		"H26 null money":           money("null", "null"),
		"H27 bool money":           money("true", "25.75"),
		"H28 object money":         money("{}", "25.75"),
		"H29 negative total":       money("100.5", "-25.75"),
		"H30 too many digits":      money("99999999999999999999999999", "25.75"),
		"H31 usage missing":        Answer(`{"data":{"total_credits":100.5}}`),
		"H32 credits missing":      Answer(`{"data":{"total_usage":25.75}}`),
		"H36 gzip that is not":     gzip,
		"N04 shorter than it says": short,
	}
}

// ZeroCredits is the 0/0 that /credits gives some ordinary keys of a funded
// account.
func ZeroCredits() Fault {
	f := Answer(`{"data":{"total_credits":0,"total_usage":0}}`)
	f.Path = "/credits"
	return f
}
