package cmd

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"ortop/internal/cmd/cli"
)

// Most runs need few of the tables and regular expressions of the program: they are made
// when they are asked for, and none of them before main.
func TestStartMakesNoTables(t *testing.T) {
	const most = 128 // allocations of a package
	c := exec.Command(os.Args[0], "-test.run=^$")
	c.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		// init ortop/history @5.6 ms, 0.29 ms clock, 13656 bytes, 37 allocs
		words := strings.Fields(line)
		if len(words) != 11 || words[0] != "init" || !strings.HasPrefix(words[1], "ortop/") || strings.HasSuffix(words[1], "test") {
			continue
		}
		seen++
		if n, err := strconv.Atoi(words[9]); err != nil || n > most {
			t.Errorf("before main: %s", line)
		}
	}
	if seen < 5 {
		t.Errorf("only %d packages were looked at:\n%s", seen, out)
	}
}

// Completions are for the shell that asks for them.
func TestCompletionsAreMadeForTheShell(t *testing.T) {
	a := &cli.App{}
	root := newRoot(a)
	c, _, err := root.Find([]string{"forecast"})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := c.GetFlagCompletionFunc("until"); ok {
		t.Error("completions were made for a command that runs")
	}
	completeFor(a, root, []string{"__complete", "forecast", "--until", ""})
	if _, ok := c.GetFlagCompletionFunc("until"); !ok {
		t.Error("no completions were made for the shell")
	}
}
