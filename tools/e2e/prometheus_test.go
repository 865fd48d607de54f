//go:build unix

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"ortop/internal/sim"
)

// prometheus is a real one, that scrapes once a second.
type prometheus struct {
	t    *testing.T
	base string
}

// newPrometheus starts one that scrapes addr by the rules of docs/.
func newPrometheus(t *testing.T, addr string) *prometheus {
	t.Helper()
	dir := t.TempDir()
	rules, err := filepath.Abs("../../docs/alerts.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs:
  - job_name: ortop
    static_configs: [{targets: [%q]}]
`, rules, addr)
	path := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	own := free.Addr().String()
	free.Close()
	c := exec.Command("prometheus", "--config.file="+path, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+own, "--log.level=warn")
	var log bytes.Buffer
	c.Stderr = &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
		if t.Failed() {
			t.Logf("prometheus: %s", log.Bytes())
		}
	})
	return &prometheus{t, "http://" + own}
}

// query is the value of the first series that answers q; ok is false where
// none does.
func (p *prometheus) query(q string) (v float64, ok bool) {
	r, err := http.Get(p.base + "/api/v1/query?query=" + url.QueryEscape(q))
	if err != nil {
		return 0, false // it is still starting
	}
	defer r.Body.Close()
	var answer struct {
		Data struct {
			Result []struct{ Value [2]any }
		}
	}
	if json.NewDecoder(r.Body).Decode(&answer) != nil || len(answer.Data.Result) == 0 {
		return 0, false
	}
	text, _ := answer.Data.Result[0].Value[1].(string)
	v, err = strconv.ParseFloat(text, 64)
	return v, err == nil
}

// waitFor waits until q has, or has not, an answer that pleases.
func (p *prometheus) waitFor(q string, pleases func(v float64, ok bool) bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		v, ok := p.query(q)
		if pleases(v, ok) {
			return
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("after 30 s %s is %v, %v", q, v, ok)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// TestPrometheus lets a real Prometheus scrape a collector that reads, fails
// and reads again. ORTOP_PROMETHEUS=1 asks for it.
func TestPrometheus(t *testing.T) {
	if os.Getenv("ORTOP_PROMETHEUS") == "" {
		t.Skip("ORTOP_PROMETHEUS is not set")
	}
	account, env := simulated(t)
	s := collectorWith(t, env, "--history", filepath.Join(t.TempDir(), "h.db"), "--interval", "2s", "--metrics", "127.0.0.1:0")
	addr := s.waitFor(`msg=metrics address=(\S+)`)[1]
	s.waitFor(`msg=read`)
	p := newPrometheus(t, addr)
	is := func(want float64) func(float64, bool) bool {
		return func(v float64, ok bool) bool { return ok && math.Abs(v-want) < 0.01 }
	}
	p.waitFor(`up{job="ortop"}`, is(1))
	p.waitFor(`ortop_up{account="default"}`, is(1))
	p.waitFor(`ortop_credits_usd`, is(account.Credits(time.Now())))
	p.waitFor(`ortop_balance_usd - (ortop_credits_usd - ortop_usage_usd_total)`, is(0))
	p.waitFor(`time() - ortop_last_success_timestamp_seconds`, func(v float64, ok bool) bool { return ok && v < 5 })
	account.TopUp(250)
	p.waitFor(`ortop_credits_usd`, is(account.Credits(time.Now())))

	account.Fail(sim.Error(500))
	p.waitFor(`ortop_poll_errors_total{kind="server"}`, func(v float64, ok bool) bool { return ok && v >= 1 })
	p.waitFor(`ortop_up`, is(0))
	p.waitFor(`ortop_balance_usd`, func(_ float64, ok bool) bool { return !ok }) // stale is absent
	p.waitFor(`time() - ortop_last_success_timestamp_seconds`, func(v float64, ok bool) bool { return ok && v > 5 })
	p.waitFor(`ALERTS{alertname="OrtopStale",alertstate="pending"}`, is(1))

	account.Fail()
	p.waitFor(`ortop_balance_usd`, func(_ float64, ok bool) bool { return ok })
	p.waitFor(`ortop_up`, is(1))
}
