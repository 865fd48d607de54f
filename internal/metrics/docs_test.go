package metrics

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ortop/internal/credit"
)

func TestPromtoolLikesTheDocs(t *testing.T) {
	tool := promtool(t)
	for _, args := range [][]string{
		{"check", "config", "../../docs/prometheus.yml"},
		{"check", "rules", "../../docs/alerts.rules.yml"},
		{"test", "rules", "testdata/alerts_test.yml", "testdata/spike_test.yml"},
	} {
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// dashboard is what the tests look at of a Grafana dashboard.
type dashboard struct {
	Title         string
	UID           string
	SchemaVersion int
	Templating    struct {
		List []struct{ Name, Type, Definition string }
	}
	Panels []struct {
		ID      int
		Type    string
		Title   string
		GridPos struct{ X, Y, W, H int }
		Targets []struct{ RefID, Expr string }
	}
}

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	b, err := os.ReadFile("../../docs/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// metricName finds the metrics in a query.
var metricName = regexp.MustCompile(`\bortop_\w+`)

func TestDocsAskForWhatThereIs(t *testing.T) {
	told := map[string]bool{}
	damaged := healthy()
	damaged.Snapshot.Account, damaged.Snapshot.Damage = "damaged", "the readings of 3 Nov 2026 (UTC)"
	damaged.Snapshot.Now = now
	damaged.Snapshot.Key = &credit.Key{
		Kind: credit.KeyOrdinary, ExpiresAt: now.AddDate(0, 0, 30), FreeRequests: &credit.FreeRequests{Used: ptr(int64(3)), Limit: ptr(int64(50)), Remaining: ptr(int64(47))},
		Budgets: []credit.Budget{{Scope: "member", Cap: credit.Cap{RemainingUSD: ptr(2.0)}, ResetsAt: now.AddDate(0, 0, 3)}},
	}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+)`).FindAllSubmatch(Text([]Account{healthy(), damaged}, now), -1) {
		told[string(m[1])] = true
	}
	asked := map[string]bool{}
	for _, path := range []string{"../../docs/grafana.json", "../../docs/alerts.rules.yml", "testdata/alerts_test.yml", "testdata/spike_test.yml"} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range metricName.FindAllString(string(b), -1) {
			asked[name] = true
			if !told[name] {
				t.Errorf("%s asks for %s, which there is not", path, name)
			}
		}
	}
	for name := range told {
		if !asked[name] {
			t.Errorf("nothing in docs shows %s", name)
		}
	}
}

// The page lists every metric that this package can write, and no other.
func TestPageListsTheMetrics(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`"(ortop_[a-z0-9_]+)"`).FindAllSubmatch(b, -1) {
			written[string(m[1])] = true
		}
	}
	page, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, name := range metricName.FindAllString(string(page), -1) {
		if listed[name] = true; !written[name] {
			t.Errorf("docs/metrics.md lists %s, which there is not", name)
		}
	}
	for name := range written {
		if !listed[name] {
			t.Errorf("docs/metrics.md does not list %s", name)
		}
	}
}

func TestDashboard(t *testing.T) {
	d := readDashboard(t)
	if d.Title == "" || d.UID == "" || d.SchemaVersion == 0 || len(d.Templating.List) != 2 {
		t.Errorf("the dashboard is %q, %q, schema %d, with %d variables", d.Title, d.UID, d.SchemaVersion, len(d.Templating.List))
	}
	var rules strings.Builder
	rules.WriteString("groups:\n  - name: dashboard\n    rules:\n")
	cells := map[[2]int]string{}
	ids := map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.Type == "" || len(p.Targets) == 0 {
			t.Errorf("panel %d, %q, has type %q, %d queries, or an ID that is taken", p.ID, p.Title, p.Type, len(p.Targets))
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := cells[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("panel %q lies over %q, or beside the grid", p.Title, other)
				}
				cells[[2]int{x, y}] = p.Title
			}
		}
		for _, q := range p.Targets {
			expr, _ := json.Marshal(strings.ReplaceAll(q.Expr, "$account", "a|b"))
			rules.WriteString("      - {record: 'dashboard:query', labels: {panel: '" + p.Title + q.RefID + "'}, expr: " + string(expr) + "}\n")
		}
	}
	path := filepath.Join(t.TempDir(), "dashboard.yml")
	if err := os.WriteFile(path, []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(promtool(t), "check", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("promtool check rules, of the dashboard's queries: %v\n%s\n%s", err, out, rules.String())
	}
}
