package sim

import (
	"io"
	"net/http"
	"testing"
	"time"
)

func BenchmarkNew(b *testing.B) {
	for _, p := range Profiles() {
		b.Run(p.Name, func(b *testing.B) {
			for b.Loop() {
				if _, err := New(Config{Profile: p.Name, Now: at(noon)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAnswers(b *testing.B) {
	small := mustNew(b, Config{Profile: "steady", Now: at(noon)})
	big := mustNew(b, Config{
		Profile: "steady", Now: at(noon), Start: noon.AddDate(0, 0, -60),
		Keys: 250, Models: 12, Workspaces: 3,
	})
	for _, c := range []struct {
		name, method, path, body string
		account                  *Account
	}{
		{"credits", "GET", "/credits", "", small},
		{"key", "GET", "/key", "", small},
		{"keys", "GET", "/keys", "", small},
		{"activity", "GET", "/activity", "", small},
		{"keys of 250", "GET", "/keys?include_disabled=true", "", big},
		{"activity of 12 models", "GET", "/activity?group_by=workspace", "", big},
		{"60 days by key", "POST", "/analytics/query", `{"metrics":["credits_usage"],"dimensions":["api_key_id"],` +
			`"granularity":"day","time_range":{"start":"2026-09-18T00:00:00Z","end":"2026-11-18T00:00:00Z"},"limit":10000}`, big},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			rt := c.account.RoundTripper()
			for b.Loop() {
				res, err := rt.RoundTrip(newRequest(b, c.method, c.path, c.body))
				if err != nil || res.StatusCode != http.StatusOK {
					b.Fatal(res, err)
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
		})
	}
}

// BenchmarkMonth is a month of polls, one a minute, per operation.
func BenchmarkMonth(b *testing.B) {
	for b.Loop() {
		clock := noon
		a := mustNew(b, Config{Now: func() time.Time { return clock }, OrdinaryKey: ordinaryKey})
		rt := a.RoundTripper()
		for range 30 * 24 * 60 {
			clock = clock.Add(time.Minute)
			res, err := rt.RoundTrip(newRequest(b, "GET", "/credits", ""))
			if err != nil {
				b.Fatal(err)
			}
			_ = res.Body.Close()
		}
	}
}
