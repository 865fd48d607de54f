//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCostPassesSignalsOn sends each signal to ortop alone: without a terminal
// nothing else brings it to the command.
func TestCostPassesSignalsOn(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(ortop, "cost", "--json", "--history", t.TempDir()+"/history.db", "--",
				"sh", "-c", fmt.Sprintf("trap 'echo got %d; exit 5' %d; echo ready; while :; do sleep 0.05; done", s, s))
			cmd.Env = append(h.env, "PATH="+os.Getenv("PATH"))
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			said := func() string {
				b := make([]byte, 64)
				n, _ := out.Read(b)
				return strings.TrimSpace(string(b[:n]))
			}
			if got := said(); got != "ready" {
				t.Fatalf("the command said %q, want ready", got)
			}
			cmd.Process.Signal(s)
			if got, want := said(), fmt.Sprintf("got %d", s); got != want {
				t.Errorf("the command said %q, want %q", got, want)
			}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				cmd.Wait()
			}()
			// Once the command has ended, another one ends the wait.
			for wait := true; wait; {
				select {
				case <-ended:
					wait = false
				case <-time.After(50 * time.Millisecond):
					cmd.Process.Signal(s)
				}
			}
			var o costJSON
			lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &o); err != nil || o.Exit != 5 || o.Spent == nil || o.Settled != nil {
				t.Errorf("the last line of standard error is %q, %v, want exit code 5, a sum, and not settled", lines[len(lines)-1], err)
			}
			if code := cmd.ProcessState.ExitCode(); code != 5 {
				t.Errorf("exit code %d, want 5", code)
			}
		})
	}
}

// TestCostOnATerminal: a key of the terminal reaches the command by itself, and
// ortop must not send it again.
func TestCostOnATerminal(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	x := onTerminal(t, 120, 10, h.env, ortop, "cost", "--",
		"sh", "-c", `n=0; trap 'n=$((n+1))' INT; echo ready; for i in 1 2 3 4 5 6; do sleep 0.2; done; echo "got $n"; exit 6`)
	x.waitFor("ready", 5*time.Second)
	x.press("\x03")
	x.waitFor("got 1", 5*time.Second)
	x.waitFor(`ortop: \$0\.\d+ so far, still for \d+ of 90 s`, 5*time.Second)
	x.press("\x03")
	x.waitFor(`ortop: \$0\.\d+ spent by the account in \d s;.*; not settled`, 5*time.Second)
	if x.cmd.Wait(); x.cmd.ProcessState.ExitCode() != 6 {
		t.Errorf("exit code %d, want 6", x.cmd.ProcessState.ExitCode())
	}
	if strings.Contains(x.screen(), "so far") {
		t.Errorf("the progress is still on the screen:\n%s", x.screen())
	}
}
