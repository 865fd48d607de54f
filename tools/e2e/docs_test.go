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

	"ortop/internal/config"
	"ortop/internal/sim"
)

// fences are the code blocks of a document: language and text of each.
func fences(t *testing.T, path string) [][2]string {
	t.Helper()
	var blocks [][2]string
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$").FindAllStringSubmatch(readText(t, path), -1) {
		blocks = append(blocks, [2]string{m[1], m[2]})
	}
	return blocks
}

func readText(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// documents are the paths of what people read.
func documents(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(paths) < 10 {
		t.Fatalf("docs has %d documents, %v", len(paths), err)
	}
	return append(paths, "../../README.md", "../../SECURITY.md", "../../CHANGELOG.md")
}

// tested says who runs the blocks of each language of a document; where it says
// nothing of one, a language means the same everywhere: see blocks.
var tested = map[string]map[string]string{
	"agents.md": {
		"json": "TestAgentBlocks", "toml": "TestAgentBlocks", "js": "TestAgentBlocks", "bash": "TestAgentBlocks", "ini": "TestMCPBlocks", "jsonc": "TestMCPBlocks",
	},
	"broadcast.md": {"yaml": "TestBroadcastPage", "sh": "TestBroadcastPage"},
	"ci.md":        {"yaml": "TestCIBlocks", "yml": "TestCIBlocks"},
	"commands.md":  {"text": "TestHelpIsDocumented"},
	"statusbars.md": {
		"tmux": "TestStatusBars", "json": "TestStatusBars", "ini": "TestStatusBars", "sh": "TestStatusBars", "toml": "TestStatusBars",
		"bash": "TestStatusBars", "zsh": "TestStatusBars", "fish": "TestStatusBars",
	},
	"team.md":   {"yaml": "TestTeamManifests", "sh": "TestTeamPage"},
	"themes.md": {"toml": "TestThemesPage"},
}

// blocks are those of a document that no test of their own runs: "sh" are commands, and
// "toml" is a configuration. Another language is an error.
func blocks(t *testing.T, path, language string) (texts []string) {
	t.Helper()
	own := tested[filepath.Base(path)]
	for _, b := range fences(t, path) {
		switch {
		case own[b[0]] != "":
		case b[0] != "sh" && b[0] != "toml":
			t.Errorf("%s has a block of %s that no test runs", path, b[0])
		case b[0] == language:
			texts = append(texts, b[1])
		}
	}
	return texts
}

// A test that is named as that of a block is there.
func TestBlocksHaveTests(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		all.WriteString(readText(t, f))
	}
	for doc, languages := range tested {
		for language, name := range languages {
			if !strings.Contains(all.String(), "\nfunc "+name+"(t *testing.T)") {
				t.Errorf("%s: the blocks of %s have no %s", doc, language, name)
			}
		}
	}
}

func TestHelpIsDocumented(t *testing.T) {
	t.Parallel()
	var texts []string
	for _, b := range fences(t, "../../docs/commands.md") {
		if b[0] == "text" {
			texts = append(texts, b[1])
		}
	}
	if len(texts) != 1 {
		t.Fatalf("docs/commands.md has %d text blocks, want the help", len(texts))
	}
	help, err := exec.Command(ortop, "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	trim := func(s string) string {
		return strings.Trim(regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(s, ""), "\n")
	}
	if got, want := trim(string(help)), trim(texts[0]); got != want {
		t.Errorf("ortop --help prints\n%s\ndocs/commands.md shows\n%s", got, want)
	}
}

func TestDocumentedConfigurations(t *testing.T) {
	t.Parallel()
	n := 0
	for _, doc := range documents(t) {
		for _, text := range blocks(t, doc, "toml") {
			n++
			path := filepath.Join(t.TempDir(), "config.toml")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := config.Read(path); err != nil {
				t.Errorf("a configuration in %s: %v", doc, err)
			}
		}
	}
	if n < 4 {
		t.Errorf("the documents have %d configurations, want all", n)
	}
}

// TestDocumentedCommands runs every command of every document, in order, each document with a
// home folder of its own and a simulated account. What takes minutes is run short;
// the test command is looked at only, for this is it.
func TestDocumentedCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	for _, doc := range documents(t) {
		commands := blocks(t, doc, "sh")
		if len(commands) == 0 {
			continue
		}
		t.Run(filepath.Base(doc), func(t *testing.T) {
			t.Parallel()
			runDocumented(t, strings.Join(commands, ""))
		})
	}
}

func runDocumented(t *testing.T, commands string) {
	_, url := serve(t, sim.Config{Profile: "steady"})
	home, bin := t.TempDir(), t.TempDir()
	goEnv, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	// What a document installs is what it runs then.
	if err := os.Symlink(ortop, filepath.Join(bin, "ortop")); err != nil {
		t.Fatal(err)
	}
	caches := strings.Fields(string(goEnv))
	env := append(os.Environ(), "HOME="+home, "GOBIN="+bin, "GOCACHE="+caches[0], "GOMODCACHE="+caches[1],
		"GOFLAGS="+os.Getenv("GOFLAGS")+" -buildvcs=false", "LANG=C.UTF-8", "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_STATE_HOME=",
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "ORTOP_BASE_URL="+url, "OPENROUTER_API_KEY="+sim.DemoKey)
	for line := range strings.Lines(commands) {
		line = strings.TrimSpace(line)
		stdin, command := "", strings.ReplaceAll(line, "sk-or-v1-…", sim.DemoKey)
		quiet := line == "go install ." || strings.HasPrefix(line, "ortop alerts") || strings.Contains(line, "--prometheus=")
		command = strings.ReplaceAll(command, "--prometheus=", "--prometheus="+t.TempDir()+"/")
		switch line {
		case "go test ./... && go -C tools test ./...":
			command = strings.ReplaceAll(command, "go test", "go list")
			command = strings.ReplaceAll(command, "tools test", "tools list")
		case "go install .":
			command = "rm " + filepath.Join(bin, "ortop") + " && " + command
		case "go -C tools run ./bench -write ../docs/performance.md":
			command = "go -C tools run ./bench -runs 1 -samples 2000 -idle 1s"
		case "ortop accounts add":
			stdin = sim.DemoKey + "\n"
		}
		command, _, _ = strings.Cut(command, " > ") // what would be in the file is looked at
		c := exec.Command("sh", "-c", command)
		var out, stderr bytes.Buffer
		c.Dir, c.Env, c.Stdin, c.Stdout, c.Stderr = "../..", env, strings.NewReader(stdin), &out, &stderr
		if err := c.Run(); err != nil || out.Len() == 0 && !quiet {
			t.Errorf("%s: %v, standard output %q, standard error %q", line, err, out.String(), stderr.String())
		}
	}
}
