//go:build unix

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v2"
)

// The theme of the page is one that can be chosen, and nothing is wrong with it.
func TestThemesPage(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	theme := ""
	for _, b := range fences(t, "../../docs/themes.md") {
		theme = b[1]
	}
	folder := filepath.Join(h.home, ".config", "ortop", "themes")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "mine.toml"), []byte(theme), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--theme", "mine", "status"}, {"doctor", "--json"}} {
		c := exec.Command(ortop, args...)
		c.Env = h.env
		out, err := c.CombinedOutput()
		if err != nil || regexp.MustCompile(`hard to read|"state":"(wrong|note)","subject":"themes"`).Match(out) {
			t.Errorf("ortop %v: %v\n%s", args, err, out)
		}
	}
	// Each name that the page lists is a theme.
	text := readText(t, "../../docs/themes.md")
	list, _, _ := strings.Cut(text[strings.Index(text, "the one to begin with: "):], "Without any")
	names := regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(list, -1)
	if len(names) < 15 {
		t.Errorf("the page lists %d themes, want all", len(names))
	}
	for _, m := range names {
		c := exec.Command(ortop, "--theme", m[1], "status")
		c.Env = h.env
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("--theme %s: %v\n%s", m[1], err, out)
		}
	}
}

// The commands of the page take what Broadcast sends, and its collector writes
// what it receives.
func TestBroadcastPage(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	h.account.TopUp(1000)
	h.status()
	from := time.Now()
	h.account.Spend(25)
	type attribute struct {
		Key   string         `json:"key"`
		Value map[string]any `json:"value"`
	}
	var lines strings.Builder
	for _, g := range h.account.Generations(from, time.Now()) {
		span := map[string]any{
			"spanId": "b7ad6b7169203331", "name": "generation",
			"endTimeUnixNano": strconv.FormatInt(g.At.UnixNano(), 10),
			"attributes": []attribute{
				{"gen_ai.response.id", map[string]any{"stringValue": g.ID}}, {"gen_ai.request.model", map[string]any{"stringValue": g.Model}},
				{"gen_ai.usage.total_cost", map[string]any{"doubleValue": g.CostUSD}},
			},
		}
		b, err := json.Marshal(map[string]any{"resourceSpans": []any{map[string]any{"scopeSpans": []any{map[string]any{"spans": []any{span}}}}}})
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(b, '\n'))
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "openrouter.jsonl"), []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, b := range fences(t, "../../docs/broadcast.md") {
		switch b[0] {
		case "sh":
			for line := range strings.Lines(b[1]) {
				ran++
				c := exec.Command("sh", "-c", line)
				c.Dir = dir
				c.Env = append(h.env, "PATH="+filepath.Dir(ortop)+string(os.PathListSeparator)+os.Getenv("PATH"), "LANG=C.UTF-8")
				if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "agrees") && !strings.HasPrefix(string(out), "added") {
					t.Errorf("%s: %v\n%s", line, err, out)
				}
			}
		case "yaml":
			var config struct {
				Receivers map[string]any
				Exporters map[string]struct{ Path string }
				Service   struct {
					Pipelines map[string]struct{ Receivers, Exporters []string }
				}
			}
			if err := yaml.UnmarshalStrict([]byte(b[1]), &config); err != nil {
				t.Fatal(err)
			}
			p := config.Service.Pipelines["traces"]
			if len(p.Receivers) != 1 || config.Receivers[p.Receivers[0]] == nil || len(p.Exporters) != 1 || filepath.Base(config.Exporters[p.Exporters[0]].Path) != "openrouter.jsonl" {
				t.Errorf("the collector's configuration is %+v", config)
			}
		}
	}
	if ran != 2 {
		t.Errorf("the page has %d commands, want 2", ran)
	}
}
