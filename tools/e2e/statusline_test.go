//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ortop/internal/sim"

	"github.com/pelletier/go-toml/v2"
)

const agents = "../../docs/agents.md"

// statusline is the line that is printed, whatever the command line and the input.
func statusline(t *testing.T, env []string, stdin io.Reader, args ...string) string {
	t.Helper()
	c := exec.Command(ortop, append([]string{"statusline"}, args...)...)
	c.Env, c.Stdin = append(env[:len(env):len(env)], "LANG=C.UTF-8"), stdin
	out, err := c.Output()
	if err != nil {
		t.Fatalf("statusline %v: %v", args, err)
	}
	if line := string(out); strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") {
		t.Fatalf("statusline %v printed %q, want a line", args, line)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func TestStatusline(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	h.status()
	asked := len(h.account.Requests())
	claude, err := os.ReadFile("testdata/agents/claude.json")
	if err != nil {
		t.Fatal(err)
	}
	plain := statusline(t, h.env, nil)
	if !regexp.MustCompile(`^` + balancePattern + ` · runs out between `).MatchString(plain) {
		t.Errorf("the line is %q, want what is left and when it runs out", plain)
	}
	withSession := plain + " · $0.42 this session"
	for name, c := range map[string]struct {
		in   io.Reader
		want string
	}{
		"Claude Code":     {bytes.NewReader(claude), withSession},
		"a total":         {strings.NewReader(`{"total_cost_usd":0.42}`), withSession},
		"a number":        {strings.NewReader(`{"id":"ses_1","cost":0.42}`), withSession},
		"another form":    {strings.NewReader(`{"type":"agent-turn-complete","turn-id":"1"}`), plain},
		"cut":             {bytes.NewReader(claude[:len(claude)/2]), plain},
		"garbage":         {strings.NewReader("\x00\x1b[2J{{{\n"), plain},
		"huge":            {io.LimitReader(zeroes{}, 64<<20), plain},
		"a cost too late": {io.MultiReader(io.LimitReader(zeroes{}, 8<<20), bytes.NewReader(claude)), plain},
	} {
		t.Run(name, func(t *testing.T) {
			if got := statusline(t, h.env, c.in); got != c.want {
				t.Errorf("the line is %q, want %q", got, c.want)
			}
		})
	}
	t.Run("never closed", func(t *testing.T) {
		for _, in := range [][]byte{nil, claude} {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			defer w.Close()
			if _, err := w.Write(in); err != nil {
				t.Fatal(err)
			}
			want, began := plain, time.Now()
			if in != nil {
				want = withSession
			}
			if got := statusline(t, h.env, r); got != want {
				t.Errorf("with %.20q the line is %q, want %q", in, got, want)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("with %.20q it took %v", in, took)
			}
		}
	})
	t.Run("old", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "history.db")
		csv := filepath.Join(t.TempDir(), "old.csv")
		if err := os.WriteFile(csv, []byte("at,total_credits_usd,total_usage_usd,balance_usd,spend_usd\n2026-01-02T10:00:00Z,100,40,60,\n2026-01-02T11:00:00Z,100,41,59,\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(ortop, "import", csv, "--history", path)
		c.Env = h.env
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("import: %v %s", err, out)
		}
		if got := statusline(t, h.env, nil, "--history", path); !strings.HasPrefix(got, "$59.00") || !regexp.MustCompile(` · read .* ago$`).MatchString(got) {
			t.Errorf("the line is %q, want $59.00 and its age", got)
		}
	})
	if n := len(h.account.Requests()) - asked; n != 0 {
		t.Errorf("%d requests were made, want none", n)
	}
}

// What cannot be used has a line too, and leaves nothing behind.
func TestStatuslineInTrouble(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	broken := filepath.Join(home, "broken.toml")
	notDB := filepath.Join(home, "history.txt")
	for _, path := range []string{broken, notDB} {
		if err := os.WriteFile(path, []byte("= no [[ such file\n"+strings.Repeat("x", 5000)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"HOME=" + home, "OPENROUTER_API_KEY=" + sim.DemoKey}
	for _, args := range [][]string{
		nil, {"--bogus"}, {"--interval", "soon"}, {"--account", "nobody"}, {"--config", broken}, {"--history", notDB},
		{"--history", home}, {"--base-url", "ftp://x"}, {"argument"}, {"--demo=nonsense"},
	} {
		if got := statusline(t, env, nil, args...); got != "—" {
			t.Errorf("statusline %v printed %q, want —", args, got)
		}
	}
	if got := statusline(t, env, strings.NewReader(`{"cost":0.42}`)); got != "— · $0.42 this session" {
		t.Errorf("without a history it printed %q, want what the session cost", got)
	}
	entries, err := os.ReadDir(home)
	if err != nil || len(entries) != 2 {
		t.Errorf("it left %v behind, %v", entries, err)
	}
}

func TestAgentBlocks(t *testing.T) {
	t.Parallel()
	b := newBars(t)
	b.snippets = map[string]string{}
	for _, f := range fences(t, agents) {
		b.snippets[f[0]] = f[1]
	}
	asked := len(b.account.Requests())
	const early = ` · runs out between \S.* and \S.*`
	match := func(t *testing.T, got, want string) {
		t.Helper()
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("it shows %q, want %s", got, want)
		}
	}
	t.Run("Claude Code", func(t *testing.T) {
		var settings struct {
			StatusLine struct{ Type, Command string }
		}
		if err := json.Unmarshal([]byte(b.take(t, "json", "sh")), &settings); err != nil || settings.StatusLine.Type != "command" {
			t.Fatalf("the settings are %+v, %v", settings, err)
		}
		match(t, b.run(t, "sh", "-c", settings.StatusLine.Command+" <testdata/agents/claude.json"), `^`+balancePattern+early+` · \$0\.42 this session\n$`)
	})
	t.Run("Codex", func(t *testing.T) {
		var config struct{ Notify []string }
		if err := toml.Unmarshal([]byte(b.take(t, "toml", "sh")), &config); err != nil {
			t.Fatal(err)
		}
		input, err := os.ReadFile("testdata/agents/codex.json")
		if err != nil {
			t.Fatal(err)
		}
		bin := t.TempDir()
		if err := os.WriteFile(filepath.Join(bin, "notify-send"), []byte("#!/bin/sh\nprintf '%s|%s' \"$@\"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(config.Notify[0], append(config.Notify[1:], string(input))...)
		c.Env = append(b.env, "PATH="+bin+string(os.PathListSeparator)+filepath.Dir(ortop)+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		match(t, string(out), `^Codex\|`+balancePattern+early+`$`)
	})
	t.Run("opencode", func(t *testing.T) {
		plugin := filepath.Join(t.TempDir(), "ortop.mjs")
		if err := os.WriteFile(plugin, []byte(b.take(t, "js", "node")), 0o600); err != nil {
			t.Fatal(err)
		}
		match(t, b.run(t, "node", "testdata/agents/opencode.mjs", plugin), `^info: `+balancePattern+early+` · \$0\.38 this session\n$`)
	})
	t.Run("bash", func(t *testing.T) {
		match(t, b.run(t, "bash", "-c", b.take(t, "bash", "bash")+`cd /; printf '%s' "${PS1@P}"`), `^`+balancePattern+early+` / [$#] $`)
	})
	if n := len(b.account.Requests()) - asked; n != 0 {
		t.Errorf("the agents' lines made %d requests, want none", n)
	}
}

// zeroes is a stream of what is no JSON, and has no end.
type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// BenchmarkStatusline is what an agent waits for, beside a program that opens the
// same file and reads a page of it.
func BenchmarkStatusline(b *testing.B) {
	bare := filepath.Join(b.TempDir(), "bare")
	if out, err := exec.Command("go", "build", "-o", bare, "./testdata/bare").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	y := newYear(b)
	var least time.Duration
	for _, args := range [][]string{{bare, y.file}, {ortop, "statusline", "--history", y.file}} {
		b.Run(filepath.Base(args[0]), func(b *testing.B) {
			for b.Loop() {
				c := exec.Command(args[0], args[1:]...)
				c.Env = append(y.env[:len(y.env):len(y.env)], "LANG=C.UTF-8")
				if out, err := c.Output(); err != nil || len(out) == 0 {
					b.Fatalf("%v printed %q, %v", args, out, err)
				}
			}
			took := b.Elapsed() / time.Duration(b.N)
			if args[0] == bare {
				least = took
			} else if least > 0 {
				b.ReportMetric(float64(took)/float64(least), "times-bare")
				b.ReportMetric((took-least).Seconds()*1000, "ms-over-bare")
			}
		})
	}
}
