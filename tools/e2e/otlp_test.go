//go:build unix

package e2e

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	otlp "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/protobuf/proto"
)

// TestPush pushes to a receiver that reads by OpenTelemetry's own definitions, and
// compares with what Prometheus would get.
func TestPush(t *testing.T) {
	t.Parallel()
	requests := make(chan *collector.ExportMetricsServiceRequest, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		m := &collector.ExportMetricsServiceRequest{}
		if err != nil || r.URL.Path != "/v1/metrics" || r.Header.Get("Authorization") != "Bearer hunter2" || proto.Unmarshal(body, m) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		requests <- m
	}))
	defer receiver.Close()
	_, env := simulated(t)
	env = append(env, "OTEL_EXPORTER_OTLP_ENDPOINT="+receiver.URL, "OTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer%20hunter2",
		"OTEL_METRIC_EXPORT_INTERVAL=1000", "OTEL_RESOURCE_ATTRIBUTES=deployment.environment=test")
	s := collectorWith(t, env, "--history", filepath.Join(t.TempDir(), "h.db"), "--interval", "2s", "--metrics", "127.0.0.1:0")
	addr := s.waitFor(`msg=metrics address=(\S+)`)[1]
	s.waitFor(`msg="metrics are pushed" host=127\.0\.0\.1`)
	s.waitFor(`msg=read`)
	var last *collector.ExportMetricsServiceRequest
	for has := false; !has; {
		last = <-requests
		for _, m := range metricsOf(t, last) {
			has = has || m.Name == "ortop_balance_usd"
		}
	}
	answer, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range metricsOf(t, last) {
		if !strings.Contains(string(page), "# HELP "+m.Name+" "+m.Description+"\n") {
			t.Errorf("%s, %q is not on the page of metrics", m.Name, m.Description)
		}
		points := m.GetGauge().GetDataPoints()
		if sum := m.GetSum(); strings.HasSuffix(m.Name, "_total") {
			if points = sum.GetDataPoints(); !sum.GetIsMonotonic() || sum.GetAggregationTemporality() != otlp.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE {
				t.Errorf("%s is %v, want a cumulative sum", m.Name, sum)
			}
		}
		if unit := m.Unit; strings.HasSuffix(m.Name, "_usd") && unit != "{USD}" || strings.HasSuffix(m.Name, "_seconds") && unit != "s" {
			t.Errorf("%s is in %q", m.Name, unit)
		}
		if len(points) == 0 {
			t.Errorf("%s has no points", m.Name)
		}
		for _, p := range points {
			if a := p.Attributes; len(a) == 0 || a[0].Key != "account" || a[0].Value.GetStringValue() != "default" || p.TimeUnixNano == 0 {
				t.Errorf("a point of %s is %v", m.Name, p)
			}
		}
	}
	for _, a := range last.ResourceMetrics[0].Resource.Attributes {
		if a.Key == "service.name" && a.Value.GetStringValue() != "ortop" || a.Key == "deployment.environment" && a.Value.GetStringValue() != "test" {
			t.Errorf("the resource has %v", a)
		}
	}
	for len(requests) > 0 {
		<-requests
	}
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if len(requests) == 0 {
		t.Error("nothing was pushed at the end")
	}
}

// metricsOf are a request's metrics, which has nothing that the definitions do not
// know.
func metricsOf(t *testing.T, r *collector.ExportMetricsServiceRequest) []*otlp.Metric {
	t.Helper()
	if len(r.ResourceMetrics) != 1 || len(r.ResourceMetrics[0].ScopeMetrics) != 1 || r.ResourceMetrics[0].ScopeMetrics[0].Scope.GetName() != "ortop" {
		t.Fatalf("the request is %v", r)
	}
	all := r.ResourceMetrics[0].ScopeMetrics[0].Metrics
	for _, m := range append([]proto.Message{r, r.ResourceMetrics[0]}, messages(all)...) {
		if u := m.ProtoReflect().GetUnknown(); len(u) > 0 {
			t.Errorf("unknown fields %x in %v", u, m)
		}
	}
	return all
}

func messages(all []*otlp.Metric) (list []proto.Message) {
	for _, m := range all {
		list = append(list, m)
	}
	return list
}

// The text of the metrics goes to a file whole, for node_exporter to read.
func TestPrometheusFile(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	path := filepath.Join(t.TempDir(), "ortop.prom")
	if said := h.says("status", "--prometheus="+path); said != "" {
		t.Errorf("it says %q", said)
	}
	page, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(page), "\nortop_balance_usd{account=\"default\"} ") {
		t.Errorf("the file has %s, %v", page, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the file is %v, %v", info, err)
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{pipe, filepath.Dir(path)} {
		was, err := os.Lstat(other)
		if err != nil {
			t.Fatal(err)
		}
		said := h.says("status", "--prometheus="+other)
		if is, err := os.Lstat(other); err != nil || is.Mode() != was.Mode() || !strings.Contains(said, "it is not a regular file") {
			t.Errorf("%s became %v, %v, and it says %q", other, is, err, said)
		}
	}
	if said := h.says("status", "--prometheus="+filepath.Join(filepath.Dir(path), "none", "x")); !strings.Contains(said, "no such") && !strings.Contains(said, "does not exist") {
		t.Errorf("in a folder that is not there it says %q", said)
	}
	if said := h.says("status", "--prometheus", "--json"); !strings.Contains(said, "--prometheus excludes") {
		t.Errorf("beside --json it says %q", said)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); err != nil || len(left) != 1 {
		t.Errorf("beside the file lies %v, %v", left, err)
	}
}

// TestPushToCollector pushes to OpenTelemetry's own collector, compressed.
// ORTOP_OTELCOL is that program, as tools/otelcol makes it.
func TestPushToCollector(t *testing.T) {
	program := os.Getenv("ORTOP_OTELCOL")
	if program == "" {
		t.Skip("ORTOP_OTELCOL is not set")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	free.Close()
	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, []byte(`
receivers: {otlp: {protocols: {http: {endpoint: `+addr+`}}}}
exporters: {debug: {verbosity: detailed}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {metrics: {receivers: [otlp], exporters: [debug]}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "--config", config)
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer c.Wait()
	defer c.Process.Kill()
	_, env := simulated(t)
	s := collectorWith(t, append(env, "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+addr, "OTEL_EXPORTER_OTLP_COMPRESSION=gzip", "OTEL_METRIC_EXPORT_INTERVAL=1000"),
		"--history", filepath.Join(t.TempDir(), "h.db"), "--interval", "2s")
	defer s.end(syscall.SIGTERM)
	timer := time.AfterFunc(time.Minute, func() { c.Process.Kill() })
	defer timer.Stop()
	wants := []string{"-> service.name: Str(ortop)", "Name: ortop_usage_usd_total", "IsMonotonic: true", "Name: ortop_balance_usd", "-> account: Str(default)"}
	for lines := bufio.NewScanner(said); len(wants) > 0; {
		if !lines.Scan() {
			t.Fatalf("the collector never said %q", wants)
		}
		wants = slices.DeleteFunc(wants, func(w string) bool { return strings.Contains(lines.Text(), w) })
	}
}
