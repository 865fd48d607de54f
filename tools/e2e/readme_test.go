//go:build unix

package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ortop/internal/config"
	"ortop/internal/sim"
)

// fences are the code blocks of a document: language and text of each.
func fences(t *testing.T, path string) [][2]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var blocks [][2]string
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$").FindAllStringSubmatch(string(b), -1) {
		blocks = append(blocks, [2]string{m[1], m[2]})
	}
	return blocks
}

func TestReadmeShows(t *testing.T) {
	t.Parallel()
	var texts []string
	for _, b := range fences(t, "../../README.md") {
		switch b[0] {
		case "text":
			texts = append(texts, b[1])
		case "toml":
			path := filepath.Join(t.TempDir(), "config.toml")
			if err := os.WriteFile(path, []byte(b[1]), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := config.Read(path); err != nil {
				t.Errorf("the configuration in the README: %v", err)
			}
		}
	}
	if len(texts) != 1 {
		t.Fatalf("the README has %d text blocks, want the help", len(texts))
	}
	help, err := exec.Command(ortop, "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Trim(string(help), "\n"), strings.Trim(texts[0], "\n"); trimLines(got) != trimLines(want) {
		t.Errorf("ortop --help prints\n%s\nthe README shows\n%s", got, want)
	}
}

func trimLines(s string) string {
	return regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(s, "")
}

// TestReadmeCommands runs every command of the README, in order, with a home
// folder of its own and a simulated account. What takes minutes is run short;
// the test command is looked at only, for this is it.
func TestReadmeCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	account, err := sim.New(sim.Config{Profile: "steady"})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := account.Listen(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	home, bin := t.TempDir(), t.TempDir()
	goEnv, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	caches := strings.Fields(string(goEnv))
	env := append(os.Environ(), "HOME="+home, "GOBIN="+bin, "GOCACHE="+caches[0], "GOMODCACHE="+caches[1],
		"GOFLAGS=-buildvcs=false", "LANG=C.UTF-8", "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_STATE_HOME=",
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "ORTOP_BASE_URL="+url, "OPENROUTER_API_KEY="+sim.DemoKey)
	ran := 0
	for _, b := range fences(t, "../../README.md") {
		if b[0] != "sh" {
			continue
		}
		for line := range strings.Lines(b[1]) {
			line = strings.TrimSpace(line)
			stdin, command := "", strings.ReplaceAll(line, "sk-or-v1-…", sim.DemoKey)
			switch line {
			case "go test ./... && go -C tools test ./...":
				command = strings.ReplaceAll(command, "go test", "go list")
				command = strings.ReplaceAll(command, "tools test", "tools list")
			case "go -C tools run ./bench":
				command += " -runs 1 -samples 2000 -idle 1s"
			case "ortop accounts add":
				stdin = sim.DemoKey + "\n"
			}
			c := exec.Command("sh", "-c", command)
			var out, stderr bytes.Buffer
			c.Dir, c.Env, c.Stdin, c.Stdout, c.Stderr = "../..", env, strings.NewReader(stdin), &out, &stderr
			if err := c.Run(); err != nil || out.Len() == 0 && line != "go install ." {
				t.Errorf("%s: %v, standard output %q, standard error %q", line, err, out.String(), stderr.String())
			}
			ran++
		}
	}
	if ran < 10 {
		t.Errorf("the README has %d commands, want them all", ran)
	}
}
