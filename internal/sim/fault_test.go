package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// seen is what a client got: an error, or an answer, or part of one.
type seen struct {
	status int
	header http.Header
	body   string
	err    error // of the request
	cut    error // of the body
}

func look(rt http.RoundTripper, base, path string, timeout time.Duration) seen {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", base+path, nil)
	if err != nil {
		return seen{err: err}
	}
	r.Header.Set("Authorization", "Bearer "+DemoKey)
	res, err := rt.RoundTrip(r)
	if err != nil {
		return seen{err: err}
	}
	defer res.Body.Close()
	body, cut := io.ReadAll(res.Body)
	return seen{res.StatusCode, res.Header, string(body), nil, cut}
}

// onBothRoads runs a test over a real connection and in process. Connections
// are not kept: a client asks again by itself where a kept one breaks.
func onBothRoads(t *testing.T, a *Account, test func(t *testing.T, see func(path string) seen)) {
	t.Helper()
	base, stop, err := a.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	real := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	for _, road := range []struct {
		name, base string
		rt         http.RoundTripper
	}{{"http", base, real}, {"in process", "http://sim.test/api/v1", a.RoundTripper()}} {
		t.Run(road.name, func(t *testing.T) {
			test(t, func(path string) seen { return look(road.rt, road.base, path, 5*time.Second) })
		})
	}
}

func TestStatusFaults(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon)})
	onBothRoads(t, a, func(t *testing.T, see func(string) seen) {
		for _, status := range []int{400, 401, 402, 403, 404, 408, 410, 429, 500, 502, 503, 504, 520, 524, 529} {
			a.Fail(Error(status))
			got := see("/credits")
			var body struct {
				Error struct {
					Code    int
					Message *string
				}
			}
			if err := json.Unmarshal([]byte(got.body), &body); err != nil || got.status != status || body.Error.Code != status || body.Error.Message == nil {
				t.Errorf("Error(%d) = %d %q, %v", status, got.status, got.body, err)
			}
			a.Fail(HTML(status))
			got = see("/key")
			if got.status != status || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || !strings.HasPrefix(got.body, "<!DOCTYPE") {
				t.Errorf("HTML(%d) = %d %q %q", status, got.status, got.header, got.body)
			}
		}
		redirect := Fault{Status: 302, Header: http.Header{"Location": {"https://elsewhere.test/"}}}
		a.Fail(redirect)
		if got := see("/credits"); got.status != 302 || got.header.Get("Location") != "https://elsewhere.test/" {
			t.Errorf("redirect = %d to %q", got.status, got.header.Get("Location"))
		}
		a.Fail(Fault{})
		if got := see("/credits"); got.status != 200 {
			t.Errorf("after Fail(Fault{}) = %d %q, want 200", got.status, got.body)
		}
	})
}

func TestRetryAfterForms(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon)})
	onBothRoads(t, a, func(t *testing.T, see func(string) seen) {
		for _, form := range []string{"120", "Wed, 18 Nov 2026 12:05:00 GMT", "0", "-1", "1.5", "soon", "9223372036854775808"} {
			a.Fail(RateLimited(form))
			if got := see("/credits"); got.status != 429 || got.header.Get("Retry-After") != form {
				t.Errorf("RateLimited(%q) = %d, Retry-After %q", form, got.status, got.header.Get("Retry-After"))
			}
		}
		a.Fail(RateLimited(""))
		if got := see("/credits"); got.status != 429 || got.header.Values("Retry-After") != nil {
			t.Errorf("RateLimited() = %d, Retry-After %q, want none", got.status, got.header.Values("Retry-After"))
		}
		a.Fail(RateLimitedUntil(noon.Add(time.Minute)))
		got := see("/credits")
		if want := fmt.Sprint(noon.Add(time.Minute).UnixMilli()); got.header.Get("X-RateLimit-Reset") != want || !strings.Contains(got.body, want) || !json.Valid([]byte(got.body)) {
			t.Errorf("RateLimitedUntil = %q %s, want %s in both", got.header, got.body, want)
		}
	})
}

func TestMalformedAnswers(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon)})
	onBothRoads(t, a, func(t *testing.T, see func(string) seen) {
		for name, f := range Malformed() {
			a.Fail(f)
			got := see("/credits")
			if got.err != nil || got.status != 200 || got.body != f.Body {
				t.Errorf("%s = %d %.80q, %v, want 200 %.80q", name, got.status, got.body, got.err, f.Body)
			}
			if short := strings.HasPrefix(name, "N04"); (got.cut != nil) != short || short && !errors.Is(got.cut, io.ErrUnexpectedEOF) {
				t.Errorf("%s: body ended with %v", name, got.cut)
			}
			var credits struct {
				Data struct {
					C *float64 `json:"total_credits"`
					U *float64 `json:"total_usage"`
				}
			}
			err := json.Unmarshal([]byte(got.body), &credits)
			d := credits.Data
			believable := err == nil && got.cut == nil && d.C != nil && d.U != nil && *d.C >= 0 && *d.U >= 0 && *d.C < 1e9 && got.header.Get("Content-Encoding") == ""
			if believable {
				t.Errorf("%s = %s, a good answer", name, got.body)
			}
		}
		a.Fail(ZeroCredits())
		if got := see("/credits"); got.body != `{"data":{"total_credits":0,"total_usage":0}}` {
			t.Errorf("ZeroCredits = %s", got.body)
		}
		if got := see("/keys"); !strings.Contains(got.body, `"hash"`) {
			t.Errorf("/keys beside ZeroCredits = %s, want the truth", got.body)
		}
	})
}

func TestFaultsChooseTheirRequests(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon)})
	a.Fail(Fault{Path: "/key", Status: 500}, Fault{Path: "/credits", Status: 502, Times: 2}, Fault{Path: "/keys", Status: 503, Times: 1})
	for i, c := range []struct {
		path string
		want int
	}{
		{"/key", 500}, {"/keys", 503}, {"/keys", 200}, {"/credits", 502}, {"/credits", 502}, {"/credits", 200},
		{"/workspaces", 200}, {"/key", 500}, {"/key/below", 500}, {"/keys/abc", 404},
	} {
		if got, _ := ask(t, a, "GET", c.path, ""); got != c.want {
			t.Errorf("request %d, %s = %d, want %d", i, c.path, got, c.want)
		}
	}
	a.Fail()
	if got, _ := ask(t, a, "GET", "/key", ""); got != 200 {
		t.Errorf("after Fail() = %d, want 200", got)
	}
}

func TestTransportFaults(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon)})
	onBothRoads(t, a, func(t *testing.T, see func(string) seen) {
		a.Fail(Fault{Reset: true})
		if got := see("/credits"); !errors.Is(got.err, syscall.ECONNRESET) {
			t.Errorf("Reset = %v, want %v", got.err, syscall.ECONNRESET)
		}
		a.Fail(Fault{Close: true})
		if got := see("/credits"); !errors.Is(got.err, io.EOF) {
			t.Errorf("Close = %v, want %v", got.err, io.EOF)
		}
		a.Fail(Fault{Delay: 20 * time.Millisecond, Pace: time.Millisecond})
		begun := time.Now()
		if got := see("/credits"); got.status != 200 || !json.Valid([]byte(got.body)) || time.Since(begun) < 40*time.Millisecond {
			t.Errorf("slow answer = %d %q after %v, want a whole one after 40 ms", got.status, got.body, time.Since(begun))
		}
	})
}

func TestHangsEndWithTheRequest(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon)})
	base, stop, err := a.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for name, f := range map[string]Fault{
		"hang": {Hang: true}, "delay": {Delay: time.Hour}, "pace": {Pace: time.Hour},
		"delay then reset": {Delay: time.Hour, Reset: true},
	} {
		a.Fail(f)
		for road, rt := range map[string]http.RoundTripper{base: &http.Transport{DisableKeepAlives: true}, "http://sim.test/api/v1": a.RoundTripper()} {
			got := look(rt, road, "/credits", 30*time.Millisecond)
			if err := errors.Join(got.err, got.cut); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s at %s = %d, %v, want %v", name, road, got.status, err, context.DeadlineExceeded)
			}
		}
	}
}

func TestOldAnswers(t *testing.T) {
	clock := noon.Truncate(time.Minute)
	a := mustNew(t, Config{Profile: "idle", Now: func() time.Time { return clock }})
	base := a.Usage(clock)
	usage := func() float64 {
		return toNano(get[map[string]float64](t, a, "/credits")["total_usage"] - base).usd()
	}
	a.Fail(Fault{Stale: time.Minute})
	clock = clock.Add(time.Second)
	a.Spend(1)
	for _, c := range []struct {
		after time.Duration
		want  float64
	}{{time.Second, 0}, {59 * time.Second, 0}, {60 * time.Second, 1}} {
		clock = noon.Add(c.after)
		if got := usage(); got != c.want {
			t.Errorf("cached usage after %v rose by %v, want %v", c.after, got, c.want)
		}
	}
	if got := post(t, a, `{"metrics":["credits_usage"]}`).CachedAt; got != noon.Add(time.Minute).UnixMilli() {
		t.Errorf("cachedAt = %v, want %v", got, noon.Add(time.Minute).UnixMilli())
	}

	a.Fail(Fault{Lag: 2 * time.Minute})
	for i, want := range []float64{1, 0, 1, 0} {
		if got := usage(); got != want {
			t.Errorf("answer %d of two replicas rose by %v, want %v", i, got, want)
		}
	}
	a.Fail(Fault{LessUsageUSD: 0.75})
	if got := usage(); got != 0.25 {
		t.Errorf("usage that fell by 0.75 = %v, want 0.25", got)
	}
	other := mustNew(t, Config{Profile: "steady", Seed: 2, Now: at(noon)})
	a.Fail(Fault{Instead: other})
	if got := usage(); got != toNano(other.Usage(noon)-base).usd() {
		t.Errorf("another account's usage = %v, want %v", got, other.Usage(noon)-base)
	}
	if len(other.Requests()) != 1 {
		t.Errorf("requests of the other account = %v, want 1", other.Requests())
	}
}

func TestDateHeaderIsTheAccountsClock(t *testing.T) {
	a := mustNew(t, Config{Profile: "idle", Now: at(noon)})
	onBothRoads(t, a, func(t *testing.T, see func(string) seen) {
		for _, skew := range []time.Duration{0, 2 * time.Hour, -time.Hour} {
			a.Fail(Fault{Skew: skew})
			got := see("/credits")
			date, err := http.ParseTime(got.header.Get("Date"))
			if err != nil || !date.Equal(noon.Add(skew)) || got.status != 200 {
				t.Errorf("Date with skew %v = %v (%v), want %v", skew, date, err, noon.Add(skew))
			}
		}
	})
}
