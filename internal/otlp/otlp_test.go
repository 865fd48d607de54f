package otlp

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/metrics"
)

func env(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func TestFromEnv(t *testing.T) {
	const endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
	for _, c := range []struct {
		name string
		vars []string
		url  string // empty: none is pushed to
		err  string
	}{
		{"nothing", nil, "", ""},
		{"all signals", []string{endpoint, "http://127.0.0.1:4318"}, "http://127.0.0.1:4318/v1/metrics", ""},
		{"below a path", []string{endpoint, "https://x.example/otlp/"}, "https://x.example/otlp/v1/metrics", ""},
		{"metrics alone", []string{endpoint, "http://a", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://b:1/in"}, "http://b:1/in", ""},
		{"turned off", []string{endpoint, "http://a", "OTEL_METRICS_EXPORTER", "none"}, "", ""},
		{"disabled", []string{endpoint, "http://a", "OTEL_SDK_DISABLED", "true"}, "", ""},
		{"no URL", []string{endpoint, "collector:4317"}, "", endpoint + " must be a URL"},
		{"grpc", []string{endpoint, "http://a", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}, "", "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf"},
		{"headers", []string{endpoint, "https://a", "OTEL_EXPORTER_OTLP_HEADERS", "x=hunter2%20y, z=1"}, "https://a/v1/metrics", ""},
		{"odd headers", []string{endpoint, "https://a", "OTEL_EXPORTER_OTLP_HEADERS", "x=1,hunter2"}, "", "OTEL_EXPORTER_OTLP_HEADERS must be name=value"},
		{"a name that no header has", []string{endpoint, "https://a", "OTEL_EXPORTER_OTLP_HEADERS", "x=1,bad name=hunter2"}, "", `OTEL_EXPORTER_OTLP_HEADERS: "bad name" is no header`},
		{"a value that no header has", []string{endpoint, "https://a", "OTEL_EXPORTER_OTLP_HEADERS", "x=hunter2%0d%0ay"}, "", `OTEL_EXPORTER_OTLP_HEADERS: "x" is no header of HTTP, or its value`},
		{"headers in the clear", []string{endpoint, "http://a.example", "OTEL_EXPORTER_OTLP_HEADERS", "x=hunter2"}, "", "it needs https"},
		{"a password in the clear", []string{endpoint, "http://u:hunter2@a.example"}, "", "it needs https"},
		{"a query in the clear", []string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://a.example/x?key=hunter2"}, "", "it needs https"},
		{"a query", []string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "https://a.example/x?key=hunter2"}, "https://a.example/x?key=hunter2", ""},
		{"headers on loopback", []string{endpoint, "http://localhost:1", "OTEL_EXPORTER_OTLP_HEADERS", "x=hunter2"}, "http://localhost:1/v1/metrics", ""},
		{"timeout", []string{endpoint, "http://a", "OTEL_EXPORTER_OTLP_TIMEOUT", "5s"}, "", "OTEL_EXPORTER_OTLP_TIMEOUT must be a number of milliseconds"},
		{"interval", []string{endpoint, "http://a", "OTEL_METRIC_EXPORT_INTERVAL", "0"}, "", "OTEL_METRIC_EXPORT_INTERVAL must be a number"},
		{"compression", []string{endpoint, "http://a", "OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"}, "", "OTEL_EXPORTER_OTLP_COMPRESSION must be gzip or none"},
		{"no certificate", []string{endpoint, "https://a", "OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere"}, "", "OTEL_EXPORTER_OTLP_CERTIFICATE: "},
		{"a client's own", []string{endpoint, "https://a", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/x"}, "", "is not used here"},
		{"odd attributes", []string{endpoint, "http://a", "OTEL_RESOURCE_ATTRIBUTES", "x"}, "", "OTEL_RESOURCE_ATTRIBUTES must be"},
	} {
		got, err := FromEnv(env(c.vars...), "1")
		if (err != nil) != (c.err != "") || err != nil && (!strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.err)
		}
		if url := ""; err == nil {
			if got != nil {
				url = got.endpoint.String()
			}
			if url != c.url {
				t.Errorf("%s: pushes to %q, want %q", c.name, url, c.url)
			}
		}
	}
	c, err := FromEnv(env(endpoint, "http://a", "OTEL_SERVICE_NAME", "credits", "OTEL_RESOURCE_ATTRIBUTES", "service.name=x,env=a%20b"), "1.2")
	if err != nil || len(c.resource) != 3 || c.resource[0].Value != "credits" || c.resource[1].Value != "1.2" || c.resource[2] != (metrics.Label{Name: "env", Value: "a b"}) {
		t.Errorf("resource %+v, %v", c, err)
	}
}

// taker answers posts by a function of how many came before.
type taker struct {
	answer func(n int) (status int, retryAfter, body string)
	bodies [][]byte
	header http.Header
}

func (k *taker) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	k.header = r.Header
	status, after, said := k.answer(len(k.bodies))
	k.bodies = append(k.bodies, body)
	rec := httptest.NewRecorder()
	if after != "" {
		rec.Header().Set("Retry-After", after)
	}
	rec.WriteHeader(status)
	_, _ = rec.WriteString(said)
	return rec.Result(), nil
}

// What may be mended by another attempt is tried again, after as long as is asked for;
// what may not is not, and the next push has its own values.
func TestDeliver(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func(n int) (int, string, string)
		posts  int
		took   time.Duration
		logged string
	}{
		{"taken", func(int) (int, string, string) { return 200, "", "" }, 1, 0, ""},
		{"busy", func(n int) (int, string, string) { return map[bool]int{true: 503, false: 200}[n < 2], "", "" }, 3, 3 * time.Second, "answered 503"},
		{"asked to wait", func(n int) (int, string, string) { return map[bool]int{true: 429, false: 200}[n < 1], "7", "" }, 2, 7 * time.Second, "answered 429"},
		{"asked to wait until", func(n int) (int, string, string) {
			return map[bool]int{true: 429, false: 200}[n < 1], time.Now().Add(9 * time.Second).UTC().Format(http.TimeFormat), ""
		}, 2, 9 * time.Second, "answered 429"},
		{"refused", func(int) (int, string, string) { return 400, "", "" }, 1, 0, "answered 400"},
		{"busy for good", func(int) (int, string, string) { return 503, "", "" }, 6, 31 * time.Second, "answered 503"},
		{"taken in part", func(int) (int, string, string) { return 200, "", "\x0a\x08\x08\x02\x12\x04full" }, 1, 0, "2 points were not taken: full"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg, err := FromEnv(env("OTEL_EXPORTER_OTLP_ENDPOINT", "https://x", "OTEL_EXPORTER_OTLP_HEADERS", "k=hunter2", "OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"), "1")
				if err != nil {
					t.Fatal(err)
				}
				var log bytes.Buffer
				k := &taker{answer: c.answer}
				p := Pusher{Config: cfg, Version: "1", Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil)), Gather: func() []metrics.Account {
					return []metrics.Account{{Snapshot: account.Snapshot{Account: "a", At: time.Now(), Balance: &credit.Balance{CreditsUSD: 5}}}}
				}}
				start := time.Now()
				var wrong string
				p.deliver(t.Context(), &http.Client{Transport: k}, &wrong)
				if len(k.bodies) != c.posts || time.Since(start) != c.took {
					t.Errorf("%d posts in %v, want %d in %v", len(k.bodies), time.Since(start), c.posts, c.took)
				}
				if k.header.Get("K") != "hunter2" || k.header.Get("Content-Type") != "application/x-protobuf" || strings.Contains(log.String(), "hunter2") {
					t.Errorf("headers %v, log %s", k.header, log.String())
				}
				if (c.logged == "") != (log.Len() == 0) || !strings.Contains(log.String(), c.logged) {
					t.Errorf("log %q, want %q", log.String(), c.logged)
				}
				z, err := gzip.NewReader(bytes.NewReader(k.bodies[0]))
				if err != nil {
					t.Fatal(err)
				}
				if plain, err := io.ReadAll(z); err != nil || !bytes.Contains(plain, []byte("ortop_balance_usd")) {
					t.Errorf("the body is %q, %v", plain, err)
				}
			})
		})
	}
}

// It pushes in its interval, and a last time at the end.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		cfg, err := FromEnv(env("OTEL_EXPORTER_OTLP_ENDPOINT", "https://x", "OTEL_METRIC_EXPORT_INTERVAL", "30000"), "1")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		p := Pusher{Config: cfg, Now: time.Now, Log: slog.New(slog.DiscardHandler), Gather: func() []metrics.Account { n.Add(1); return nil }}
		go p.Run(ctx)
		time.Sleep(95 * time.Second)
		if n := n.Load(); n != 4 {
			t.Errorf("%d pushes in 95 s, want 4", n)
		}
		cancel()
		synctest.Wait()
		if n := n.Load(); n != 5 {
			t.Errorf("%d pushes, want another at the end", n)
		}
	})
}

// What goes wrong in the transport is said in words, once, without what the URL holds.
func TestTroubleOnTheWay(t *testing.T) {
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		if _, err := c.Write([]byte("SSH-2.0-hunter2\r\n")); err != nil {
			t.Error(err)
		}
	}))
	defer odd.Close()
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil { // else its end is not noticed
			<-r.Context().Done()
		}
	}))
	defer hanging.Close()
	for url, want := range map[string]string{
		odd.URL + "/x?key=hunter2": "does not speak HTTP", hanging.URL + "/x?key=hunter2": "no answer within 1 s",
		"http://127.0.0.1:1/x?key=hunter2": "connection refused by 127.0.0.1:1",
	} {
		cfg, err := FromEnv(env("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", url, "OTEL_METRIC_EXPORT_INTERVAL", "1000"), "1")
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		p := Pusher{Config: cfg, Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil)), Gather: func() []metrics.Account {
			return []metrics.Account{{Snapshot: account.Snapshot{Account: "a", At: time.Now()}}}
		}}
		var wrong string
		for range 2 {
			p.deliver(t.Context(), &http.Client{}, &wrong)
		}
		if said := log.String(); strings.Count(said, want) != 1 || strings.Count(said, "\n") != 1 || strings.Contains(said, "hunter2") {
			t.Errorf("%s: the log says %s, want %q once", url, said, want)
		}
	}
}

func FuzzRejected(f *testing.F) {
	f.Add([]byte("\x0a\x08\x08\x02\x12\x04full"))
	f.Fuzz(func(t *testing.T, answer []byte) { rejected(answer) })
}
