//go:build unix

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v2"

	"ortop/internal/sim"
)

// step is one of a composite action.
type step struct {
	ID, Name, Shell, Run string
	Env                  map[string]string
}

type action struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Using string
		Steps []step
	}
}

// runner is what GitHub gives the steps of a job.
type runner struct {
	t    *testing.T
	dir  string
	env  []string
	path string
}

func newRunner(t *testing.T, h *household, path string) *runner {
	r := &runner{t: t, dir: t.TempDir(), path: path}
	folder, err := filepath.Abs("../../ci/preflight")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"output", "summary", "path"} {
		if err := os.WriteFile(filepath.Join(r.dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.env = append(h.env, "LANG=C.UTF-8", "RUNNER_TEMP="+r.dir, "GITHUB_ACTION_PATH="+folder,
		"GITHUB_OUTPUT="+filepath.Join(r.dir, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(r.dir, "summary"), "GITHUB_PATH="+filepath.Join(r.dir, "path"))
	return r
}

func (r *runner) file(name string) string {
	b, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b)
}

// run runs the steps of an action as GitHub does, until one fails.
func (r *runner) run(a action, inputs map[string]string) (code int, log string) {
	r.t.Helper()
	value := func(s string) string {
		return regexp.MustCompile(`\$\{\{ *inputs\.([a-z]+) *\}\}`).ReplaceAllStringFunc(s, func(m string) string {
			name := strings.TrimSuffix(strings.TrimPrefix(strings.Trim(m, "${} "), "inputs."), " ")
			if v, ok := inputs[name]; ok {
				return v
			}
			return a.Inputs[name].Default
		})
	}
	var out bytes.Buffer
	for _, s := range a.Runs.Steps {
		if strings.Contains(s.Run, "${{") {
			r.t.Errorf("%s puts a value into a script, where it could be code", s.Name)
		}
		c := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
		c.Dir, c.Stdout, c.Stderr = r.dir, &out, &out
		path := r.path
		for line := range strings.Lines(r.file("path")) {
			path = strings.TrimSpace(line) + string(os.PathListSeparator) + path
		}
		c.Env = append(r.env, "PATH="+path)
		for name, v := range s.Env {
			c.Env = append(c.Env, name+"="+value(v))
		}
		if err := c.Run(); err != nil {
			return c.ProcessState.ExitCode(), out.String()
		}
	}
	return 0, out.String()
}

func readAction(t *testing.T) (a action) {
	t.Helper()
	b, err := os.ReadFile("../../ci/preflight/action.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, &a); err != nil || a.Runs.Using != "composite" || a.Outputs["verdict"].Value != "${{ steps.preflight.outputs.verdict }}" {
		t.Fatalf("the action is %+v, %v", a, err)
	}
	return a
}

func TestGitHubAction(t *testing.T) {
	t.Parallel()
	a := readAction(t)
	withOrtop := filepath.Dir(ortop) + string(os.PathListSeparator) + os.Getenv("PATH")
	for _, c := range []struct {
		name    string
		inputs  map[string]string
		change  func(*household)
		code    int
		verdict string
		log     string
		summary string
	}{
		{"enough", map[string]string{"need": "2.50", "for": "3h"}, nil, 0, "enough", `(?m)^enough: the account has \$`,
			`^### OpenRouter credits: enough\n\nenough: the account has \$.* needed(?s:.*)\n\n\| left \| spendable .*\n\| --- .*\n\| \$[0-9.,]+ \| \$[0-9.,]+ \|`},
		{"short", map[string]string{"need": "1e6"}, nil, 3, "short", `::error title=ortop preflight::short: the account has \$.* left, \$1,000,000\.00 needed.*\n?\z`, `^### OpenRouter credits: short\n`},
		{"percent", map[string]string{"runway": "365d"}, nil, 3, "short", `(?m)^::error title=ortop preflight::short: .*90 %25 certainty`, `90 % certainty`},
		{"unknown", map[string]string{"need": "1"}, func(h *household) { h.account.Fail(sim.Error(500)) }, 4, "unknown", `(?m)^::error title=ortop preflight::unknown: `, `^### OpenRouter credits: unknown\n\nunknown: \S`},
		{"refused", map[string]string{"need": "1"}, func(h *household) { h.account.Fail(sim.Error(401)) }, 4, "unknown", `::error`, `credits: unknown`},
		{"no key", map[string]string{"need": "1"}, func(h *household) { h.env = h.env[:2] }, 2, "unknown", `(?m)^::error title=ortop preflight::unknown: no key is set`, `unknown: no key is set`},
		{"nothing asked", nil, nil, 2, "unknown", `what is there to be enough for`, `credits: unknown`},
		{"code in an input", map[string]string{"need": `1"; echo hacked; "$(echo hacked)`}, nil, 2, "unknown", `--need: `, `credits: unknown`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHousehold(t)
			if c.change != nil {
				c.change(h)
			}
			r := newRunner(t, h, withOrtop)
			code, log := r.run(a, c.inputs)
			if code != c.code || !regexp.MustCompile(c.log).MatchString(log) || regexp.MustCompile(`(?m)^hacked`).MatchString(log) {
				t.Errorf("exit code %d, want %d; the log is %q, want %s", code, c.code, log, c.log)
			}
			if got := r.file("output"); got != "verdict="+c.verdict+"\n" {
				t.Errorf("the outputs are %q, want the verdict %s", got, c.verdict)
			}
			if got := r.file("summary"); !regexp.MustCompile(c.summary).MatchString(got) {
				t.Errorf("the summary is %q, want %s", got, c.summary)
			}
			if strings.Contains(log+r.file("summary"), sim.DemoKey) {
				t.Error("the key is in the log or the summary")
			}
		})
	}
}

// A runner without ortop builds it.
func TestGitHubActionBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	h := newHousehold(t)
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	caches := strings.Fields(string(out))
	h.env = append(h.env, "GOCACHE="+caches[0], "GOMODCACHE="+caches[1])
	r := newRunner(t, h, os.Getenv("PATH"))
	if _, err := exec.LookPath("ortop"); err == nil {
		t.Skip("ortop is installed")
	}
	if code, log := r.run(readAction(t), map[string]string{"need": "1"}); code != 0 {
		t.Errorf("exit code %d: %s", code, log)
	}
}

func TestGitLabJob(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../ci/gitlab.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]struct {
		Stage     string
		Variables map[string]string
		Script    []string
		Artifacts struct {
			When    string
			Paths   []string
			Reports map[string]string
		}
	}
	if err := yaml.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	job := file["ortop preflight"]
	if job.Artifacts.When != "always" || len(job.Artifacts.Paths) != 1 || job.Artifacts.Paths[0] != "preflight.md" || job.Artifacts.Reports["dotenv"] != "preflight.env" {
		t.Errorf("the artifacts are %+v", job.Artifacts)
	}
	for _, c := range []struct {
		name, need string
		fail       []sim.Fault
		code       int
		verdict    string
		reason     string // as its text begins
	}{
		{"enough", "2.50", nil, 0, "enough", "the account has $"}, {"short", "1e6", nil, 3, "short", "the account has $"},
		{"unknown", "1", []sim.Fault{sim.Error(503)}, 4, "unknown", "reading credits: 503 "}, {"nothing asked", "", nil, 2, "unknown", "what is there to be enough for?"},
		{"no sum", "much", nil, 2, "unknown", `--need: "much" is not an amount in USD`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHousehold(t)
			h.account.Fail(c.fail...)
			// GitLab takes bash where the image has it.
			cmd := exec.Command("bash", "-e", "-o", "pipefail", "-c", strings.Join(job.Script, "\n"))
			if c.need == "" || c.need == "2.50" {
				cmd = exec.Command("sh", "-e", "-c", strings.Join(job.Script, "\n"))
			}
			cmd.Dir = t.TempDir()
			cmd.Env = append(h.env, "PATH="+filepath.Dir(ortop)+string(os.PathListSeparator)+os.Getenv("PATH"), "LANG=C.UTF-8")
			for name, v := range job.Variables {
				cmd.Env = append(cmd.Env, name+"="+v)
			}
			cmd.Env = append(cmd.Env, "NEED="+c.need)
			out, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit code %d, want %d: %s", code, c.code, out)
			}
			for name, want := range map[string]string{"preflight.env": "ORTOP_VERDICT=" + c.verdict + "\n", "preflight.md": "### OpenRouter credits: " + c.verdict + "\n\n" + c.verdict + ": " + c.reason} {
				got, err := os.ReadFile(filepath.Join(cmd.Dir, name))
				if err != nil || !strings.HasPrefix(string(got), want) {
					t.Errorf("%s is %q, %v, want %q", name, got, err, want)
				}
			}
		})
	}
}

// The workflow in the documentation gives the action inputs that it has.
func TestCIBlocks(t *testing.T) {
	t.Parallel()
	a := readAction(t)
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct {
				Uses string
				With map[string]string
				Env  map[string]string
			}
		}
	}
	var include struct{ Include []map[string]string }
	for _, f := range fences(t, "../../docs/ci.md") {
		var err error
		if f[0] == "yaml" {
			err = yaml.Unmarshal([]byte(f[1]), &workflow)
		} else {
			err = yaml.Unmarshal([]byte(f[1]), &include)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	used := 0
	for _, s := range workflow.Jobs["evaluate"].Steps {
		if !strings.HasPrefix(s.Uses, "./") {
			continue
		}
		used++
		if _, err := os.Stat(filepath.Join("../..", s.Uses, "action.yml")); err != nil {
			t.Error(err)
		}
		for name := range s.With {
			if _, ok := a.Inputs[name]; !ok {
				t.Errorf("the action has no input %s", name)
			}
		}
	}
	if used != 1 || len(include.Include) != 1 {
		t.Fatalf("the blocks are %+v, %+v", workflow, include)
	}
	if _, err := os.Stat(filepath.Join("../..", include.Include[0]["local"])); err != nil {
		t.Error(err)
	}
}
