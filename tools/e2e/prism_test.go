//go:build unix

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/monitor"
	"ortop/internal/spenders"
)

// prism is a mock server of the official API description, by the variable that
// names it.
func prism(t *testing.T, variable string) string {
	t.Helper()
	v := os.Getenv(variable)
	if v == "" {
		t.Skipf("%s names no mock server", variable)
	}
	return v
}

// preferring is a server that asks the mock for this answer.
func preferring(t *testing.T, target, prefer string) string {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(u)
		r.Out.Header.Set("Prefer", prefer)
	}})
	t.Cleanup(server.Close)
	return server.URL
}

func prismStatus(t *testing.T, baseURL string) (s statusJSON, stderr string, code int) {
	t.Helper()
	home := t.TempDir()
	cmd := exec.Command(ortop, "status", "--json", "--base-url", baseURL)
	cmd.Env = []string{"HOME=" + home, "OPENROUTER_API_KEY=x", "PATH=" + os.Getenv("PATH")}
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatalf("%v in %q, %s", err, out, errs.String())
	}
	return s, errs.String(), cmd.ProcessState.ExitCode()
}

func TestPrismStatic(t *testing.T) {
	s, stderr, code := prismStatus(t, prism(t, "ORTOP_PRISM"))
	if code != 0 || s.TotalCredits == nil || *s.TotalCredits != 100.5 || *s.TotalUsage != 25.75 || *s.Balance != 74.75 {
		t.Errorf("exit %d, credits %v, usage %v, balance %v, want 0, 100.5, 25.75, 74.75; %s",
			code, s.TotalCredits, s.TotalUsage, s.Balance, stderr)
	}
}

func TestPrismErrors(t *testing.T) {
	target := prism(t, "ORTOP_PRISM")
	messages := map[string]int{}
	for status, kind := range map[int]string{401: "unauthorized", 403: "forbidden", 429: "", 500: "server"} {
		s, stderr, code := prismStatus(t, preferring(t, target, fmt.Sprintf("code=%d", status)))
		if code != 4 || s.Error == nil || s.Balance != nil {
			t.Errorf("%d: exit %d, error %v, balance %v, want 4, an error, null", status, code, s.Error, s.Balance)
			continue
		}
		// The description has no 429 for these two; what the mock then says
		// is an error of its own.
		if kind != "" && s.Error.Kind != kind {
			t.Errorf("%d: kind %q, want %q", status, s.Error.Kind, kind)
		}
		messages[s.Error.Message]++
		if !strings.HasPrefix(stderr, "ortop: error: ") {
			t.Errorf("%d: standard error %q", status, stderr)
		}
	}
	if len(messages) != 4 {
		t.Errorf("the messages are not each their own: %v", messages)
	}
}

// TestPrismDynamic takes in a thousand answers of the right shape and without
// sense.
func TestPrismDynamic(t *testing.T) {
	target := prism(t, "ORTOP_PRISM_DYNAMIC")
	path := filepath.Join(t.TempDir(), "history.db")
	db, err := history.Open(t.Context(), path, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	api, err := client.New(client.Config{BaseURL: target, Key: client.NewSecret("x")})
	if err != nil {
		t.Fatal(err)
	}
	// The clock of each poll is a minute after the last.
	var polls int
	now := func() time.Time { return time.Now().Add(time.Duration(polls) * time.Minute) }
	good := 0
	for ; polls < 500; polls++ { // each asks for the key and the credits
		m := monitor.New(monitor.Options{
			Account: "prism", BaseURL: target, Now: now,
			Open:    func(context.Context) (*history.DB, string, error) { return db, "", nil },
			Connect: func(context.Context) (monitor.API, string, error) { return api, "00000000", nil },
		})
		s, err := m.Once(t.Context(), monitor.Live)
		if err != nil {
			t.Fatalf("poll %d: %v", polls, err)
		}
		if s.Fault == nil {
			good++
		} else if s.Fault.Kind == credit.FaultNetwork || s.Fault.Kind == credit.FaultStorage {
			t.Fatalf("poll %d: %+v", polls, s.Fault)
		}
		if b := s.Balance; b != nil && (b.CreditsUSD < 0 || b.UsageUSD < 0 || !credit.Plausible(b.LeftUSD())) {
			t.Errorf("poll %d: Balance = %+v", polls, b)
		}
	}
	series, err := db.Series(t.Context(), "prism", target, "account")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := db.Range(t.Context(), series, time.Unix(0, 0), now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range samples {
		if s.UsageUSD < 0 || s.CreditsUSD < 0 || !credit.Plausible(s.UsageUSD) ||
			i > 0 && s.Segment == samples[i-1].Segment && s.UsageUSD < samples[i-1].UsageUSD {
			t.Errorf("stored: %+v", s)
		}
	}
	report, err := db.Verify(t.Context())
	if err != nil || !report.OK {
		t.Errorf("Verify = %+v, %v", report, err)
	}
	t.Logf("%d of %d polls were good, %d samples stored", good, polls, len(samples))
}

// TestPrismBreakdown breaks spend down by everything, of an account that is
// the examples' or has no sense at all.
func TestPrismBreakdown(t *testing.T) {
	for _, variable := range []string{"ORTOP_PRISM", "ORTOP_PRISM_DYNAMIC"} {
		t.Run(variable, func(t *testing.T) {
			target, home := prism(t, variable), t.TempDir()
			for i := range 3 {
				for _, by := range spenders.Bys {
					cmd := exec.Command(ortop, "breakdown", "--json", "--by", string(by), "--base-url", target)
					cmd.Env = []string{"HOME=" + home, "OPENROUTER_API_KEY=x", "PATH=" + os.Getenv("PATH")}
					var errs strings.Builder
					cmd.Stderr = &errs
					out, _ := cmd.Output()
					var b breakdownJSON
					if err := json.Unmarshal(out, &b); err != nil || b.Rows == nil {
						t.Fatalf("round %d by %s: %v in %q, %s", i, by, err, out, errs.String())
					}
					if code := cmd.ProcessState.ExitCode(); code != 0 && code != 4 {
						t.Errorf("round %d by %s: exit %d, %s", i, by, code, errs.String())
					}
				}
			}
			db, err := history.Open(t.Context(), filepath.Join(home, ".local/share/ortop/history.db"), history.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if report, err := db.Verify(t.Context()); err != nil || !report.OK {
				t.Errorf("Verify = %+v, %v", report, err)
			}
		})
	}
}
