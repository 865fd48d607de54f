//go:build unix

package keys

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ortop/internal/config"
)

func TestKeyCommand(t *testing.T) {
	for _, tc := range []struct {
		name    string
		argv    []string
		key     string
		problem string
	}{
		{name: "prints the key", argv: []string{"echo", canary}, key: canary},
		{name: "notes below the key", argv: sh("printf '%s\\n' " + canary + " user:me"), key: canary},
		{name: "noise on standard error", argv: sh("echo hello >&2; echo " + canary), key: canary},
		{name: "argv is not a shell's line", argv: []string{"echo", "x$HOME;x"}, key: "x$HOME;x"},
		{name: "standard input is empty", argv: sh("cat; echo " + canary), key: canary},
		{name: "prints nothing", argv: []string{"true"}, problem: "it is empty"},
		{name: "prints words", argv: []string{"echo", "no key", canary}, problem: "character that no key has"},
		{name: "fails in silence", argv: []string{"false"}, problem: "it failed (exit status 1)"},
		{name: "fails and says why", argv: sh("printf 'vault \\033[31mlocked\\nmore\\n' >&2; exit 3"), problem: "it failed (exit status 3): vault \ufffd[31mlocked"},
		{name: "K03 fails and says the key", argv: sh("echo bad " + canary + " >&2; exit 1"), problem: "bad [redacted]"},
		{name: "K03 fails and says a key of no known shape", argv: sh("echo xx-canary-xx; echo bad xx-canary-xx >&2; exit 1"), problem: "bad [redacted]"},
		{name: "ended by a signal", argv: sh("kill -9 $$"), problem: "signal: killed"},
		{name: "prints without end", argv: []string{"yes", canary}, problem: "more than 64 KiB"},
		{name: "no such program", argv: []string{"ortop-no-such-program"}, problem: "no such program"},
		{name: "not a program", argv: []string{"/dev/null"}, problem: "it cannot be run"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			key, source, err := find(t.Context(), config.Account{Name: "x", KeyCommand: tc.argv})
			if want := "key_command " + filepath.Base(tc.argv[0]); key.Reveal() != tc.key || source.Name != want {
				t.Errorf("Find(…) = %q from %q, want %q from %q", key.Reveal(), source.Name, tc.key, want)
			}
			checkError(t, err, tc.problem, "")
		})
	}
}

func TestKeyCommandGetsNoKeys(t *testing.T) {
	t.Setenv(ortopVariable, canary)
	t.Setenv(ordinaryVariable, canary)
	script := fmt.Sprintf(`echo "[$%s$%s]"`, ortopVariable, ordinaryVariable)
	key, _, err := find(t.Context(), config.Account{Name: "x", KeyCommand: sh(script)})
	if err != nil || key.Reveal() != "[]" {
		t.Errorf("the command saw %q, %v, want no key in its environment", key.Reveal(), err)
	}
}

func TestKeyCommandEndsWithItsChildren(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	argv := sh("sleep 600 & echo $! >" + pidFile + "; wait")
	start := time.Now()
	_, _, err := fromCommand(t.Context(), argv, 300*time.Millisecond)
	checkError(t, err, "no answer within 300ms", "by hand")
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("fromCommand(…) took %v, want little more than its limit", took)
	}
	text, err := os.ReadFile(pidFile)
	must(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	must(t, err)
	if !ended(pid) {
		t.Errorf("process %d still runs, want it ended with the command", pid)
	}
}

// ended waits for the system to clear a killed process away; where no one
// reaps orphans it stays a zombie, which has ended too.
func ended(pid int) bool {
	for range 200 {
		if syscall.Kill(pid, 0) != nil {
			return true
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err == nil && strings.Contains(string(stat), ") Z ") {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

func TestKeyCommandMayLeaveAHelperRunning(t *testing.T) {
	key, _, err := fromCommand(t.Context(), sh("sleep 3 & echo "+canary), 10*time.Second)
	if err != nil || key.Reveal() != canary {
		t.Errorf("fromCommand(…) = %v, want the key although the helper holds the pipe", err)
	}
}

func TestKeyCommandStopsWithTheProgram(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := find(ctx, config.Account{Name: "x", KeyCommand: []string{"sleep", "600"}})
	checkError(t, err, "stopped", "")
}

func sh(script string) []string { return []string{"sh", "-c", script} }
