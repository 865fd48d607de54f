//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ortop/internal/sim"
)

// TestAddAsksBeforeItReplaces adds a key to an account that has one, at a terminal.
func TestAddAsksBeforeItReplaces(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	const limit = 5 * time.Second
	file := filepath.Join(h.home, ".config/ortop/keys/work.key")
	first := onTerminal(t, 120, 10, h.env, ortop, "accounts", "add", "work")
	first.waitFor(`key \(not shown\): `, limit)
	first.press(sim.DemoKey + "\r")
	first.waitFor(`account work: key [0-9a-f]{8} stored in the file`, limit)
	<-first.done
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, answer := range []string{"n\r", "\r", "nonsense\r"} {
		x := onTerminal(t, 120, 10, h.env, ortop, "accounts", "add", "work")
		x.waitFor(`account work has a key already: [0-9a-f]{8}. Replace it\? \(y/n\)`, limit)
		x.press(answer)
		x.waitFor(`ortop: hint: --replace`, limit)
		<-x.done
		if err := x.cmd.Wait(); x.cmd.ProcessState.ExitCode() != 2 {
			t.Errorf("after %q: %v, want exit code 2", answer, err)
		}
	}
	if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
		t.Errorf("the key is another, %v", err)
	}
	x := onTerminal(t, 120, 10, h.env, ortop, "accounts", "add", "work")
	x.waitFor(`Replace it\?`, limit)
	x.press("y\r")
	x.waitFor(`key \(not shown\): `, limit)
	x.press(sim.DemoKey + "\r")
	x.waitFor(`as before: it is the same key`, limit)
	if s := x.screen(); strings.Contains(s, sim.DemoKey[9:]) {
		t.Errorf("the key is on the screen:\n%s", s)
	}
}
