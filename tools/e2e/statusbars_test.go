//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
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

const statusBars = "../../docs/statusbars.md"

// bars is a household with a reading, whose PATH has ortop.
type bars struct {
	*household
	snippets map[string]string // by language
}

func newBars(t *testing.T) bars {
	t.Helper()
	b := bars{newHousehold(t), map[string]string{}}
	for _, f := range fences(t, statusBars) {
		if b.snippets[f[0]] != "" {
			t.Fatalf("there are two blocks of %s", f[0])
		}
		b.snippets[f[0]] = f[1]
	}
	b.env = append(b.env, "PATH="+filepath.Dir(ortop)+string(os.PathListSeparator)+os.Getenv("PATH"), "LANG=C.UTF-8")
	b.status()
	return b
}

// take is a snippet, or skips the test where the program for it is missing.
func (b bars) take(t *testing.T, language, program string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("there is no %s", program)
	}
	if b.snippets[language] == "" {
		t.Fatalf("there is no block of %s", language)
	}
	return b.snippets[language]
}

// run runs a program with the household's environment.
func (b bars) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Env = b.env
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestStatusBars(t *testing.T) {
	t.Parallel()
	b := newBars(t)
	asked := len(b.polls())
	const early = `between \S.* and \S.*` // of minutes of history of its own
	for _, c := range []struct {
		language, program string
		show              func(t *testing.T, snippet string) string
		want              string
	}{
		{"json", "sh", func(t *testing.T, snippet string) string {
			var config map[string]struct {
				Exec     string
				Interval int
				Escape   bool
			}
			if err := json.Unmarshal([]byte(snippet), &config); err != nil {
				t.Fatal(err)
			}
			return b.run(t, "sh", "-c", config["custom/ortop"].Exec)
		}, `^` + balancePattern + `\nruns out ` + early + `\nok\n$`},
		{"ini", "sh", func(t *testing.T, snippet string) string {
			return b.run(t, "sh", "-c", regexp.MustCompile(`(?m)^exec = (.*)$`).FindStringSubmatch(snippet)[1])
		}, `^` + balancePattern + ` runs out ` + early + `\n$`},
		{"toml", "sh", func(t *testing.T, snippet string) string {
			var config struct {
				Custom map[string]struct {
					Command, Format, Style string
					When                   bool
				}
			}
			if err := toml.Unmarshal([]byte(snippet), &config); err != nil {
				t.Fatal(err)
			}
			return b.run(t, "sh", "-c", config.Custom["ortop"].Command)
		}, `^` + balancePattern + `\n$`},
		{"bash", "bash", func(t *testing.T, snippet string) string {
			return b.run(t, "bash", "-c", snippet+`cd /; printf '%s' "${PS1@P}"`)
		}, `^` + balancePattern + ` / [$#] $`},
		{"zsh", "zsh", func(t *testing.T, snippet string) string {
			return b.run(t, "zsh", "-fc", snippet+`cd /; print -nP "$PROMPT"`)
		}, `^` + balancePattern + ` / [%#] $`},
		{"fish", "fish", func(t *testing.T, snippet string) string {
			return b.run(t, "fish", "--no-config", "-c", snippet+"fish_right_prompt")
		}, `^` + balancePattern + `\n$`},
		{"sh", "i3status", func(t *testing.T, snippet string) string {
			config := filepath.Join(t.TempDir(), "i3status")
			text := "general {\n output_format = \"none\"\n interval = 1\n}\norder += \"time\"\ntime {\n format = \"at %H:%M\"\n}\n"
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return b.run(t, "sh", "-c", strings.Replace(snippet, "i3status |", "timeout 1 i3status -c '"+config+"' |", 1))
		}, `^` + balancePattern + ` \| at \d\d:\d\d\n`},
	} {
		t.Run(c.language, func(t *testing.T) {
			got := c.show(t, b.take(t, c.language, c.program))
			if !regexp.MustCompile(c.want).MatchString(got) {
				t.Errorf("it shows %q, want %s", got, c.want)
			}
		})
	}
	if n := len(b.polls()) - asked; n != 0 {
		t.Errorf("the status bars made %d requests, want none", n)
	}
}

func TestTmuxStatusLine(t *testing.T) {
	t.Parallel()
	b := newBars(t)
	snippet := b.take(t, "tmux", "tmux")
	config := filepath.Join(t.TempDir(), "tmux.conf")
	if err := os.WriteFile(config, []byte(snippet), 0o600); err != nil {
		t.Fatal(err)
	}
	server := fmt.Sprintf("ortop-test-%d", os.Getpid())
	t.Cleanup(func() { exec.Command("tmux", "-L", server, "kill-server").Run() })
	x := onTerminal(t, 120, 10, b.env, "tmux", "-L", server, "-f", config, "new-session", "cat")
	x.waitFor(balancePattern+` · .* \d\d:\d\d`, 10*time.Second)
}

// TestStatusBarsInTrouble has an account that never answers, and was never
// read: the module stays, and the bar goes on.
func TestStatusBarsInTrouble(t *testing.T) {
	t.Parallel()
	b := newBars(t)
	b.account.Fail(sim.Fault{Hang: true})
	b.env = append(b.env, "XDG_DATA_HOME="+t.TempDir()) // no reading
	t.Run("i3status", func(t *testing.T) {
		out := b.run(t, "timeout", "8", "sh", "-c", strings.Replace(b.take(t, "sh", "timeout"), "i3status |", "echo time |", 1))
		if out != "— | time\n" {
			t.Errorf("the bar shows %q, want that nothing is known, and the line", out)
		}
	})
	t.Run("Waybar", func(t *testing.T) {
		b.account.Fail(sim.Error(500))
		var config map[string]struct{ Exec string }
		if err := json.Unmarshal([]byte(b.take(t, "json", "sh")), &config); err != nil {
			t.Fatal(err)
		}
		if out := b.run(t, "sh", "-c", config["custom/ortop"].Exec); !strings.HasSuffix(out, "\nstale\n") {
			t.Errorf("the module shows %q, want that it is stale", out)
		}
	})
}
