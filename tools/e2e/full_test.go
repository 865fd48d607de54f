//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// outputs are commands that answer.
var outputs = []string{
	"--help", "help cost", "cost --help", "--version", "version", "version --json", "man", "completion bash", "status --demo", "status --demo --json",
	"forecast --demo", "history --demo --csv", "report --demo", "breakdown --demo", "accounts --demo", "doctor --demo", "alerts --demo", "collect --help",
	"--demo", "--demo --plain",
}

// U07: what cannot be written is a failure, whatever was to be written.
func TestU07FullOutput(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	for _, args := range outputs {
		var said strings.Builder
		cmd := exec.Command(ortop, strings.Fields(args)...)
		cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
		cmd.Stdout, cmd.Stderr = full, &said
		_ = cmd.Run() // its code says it
		if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(said.String(), "ortop: error: writing the answer:") || strings.Contains(said.String(), "hint") {
			t.Errorf("ortop %s to a full disk: exit %d, says %q", args, code, said.String())
		}
	}
}

// U07: a standard output that is closed takes no answer, which is said; one that
// a caller throws away, in whatever way, is none of the program's business.
func TestU07ClosedOutput(t *testing.T) {
	t.Parallel()
	env := []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	run := func(script string, args ...string) (int, string) {
		var said strings.Builder
		cmd := exec.Command("bash", append([]string{"-c", `"$0" "$@" ` + script, ortop}, args...)...)
		cmd.Env, cmd.Stderr = env, &said
		_ = cmd.Run() // its code says it
		return cmd.ProcessState.ExitCode(), said.String()
	}
	for _, args := range outputs {
		if code, said := run(">&-", strings.Fields(args)...); code != 1 || !strings.HasPrefix(said, "ortop: error: writing the answer: standard output is closed\n") {
			t.Errorf("ortop %s >&-: exit %d, says %q", args, code, said)
		}
		if code, _ := run("<&- >&- 2>&-", strings.Fields(args)...); code != 1 {
			t.Errorf("ortop %s with all closed: exit %d, want 1", args, code)
		}
	}
	for _, away := range []string{">/dev/null", ">/dev/null 2>&1", "<>/dev/null 1>&0 2>&0"} {
		if code, said := run(away, "version"); code != 0 || said != "" {
			t.Errorf("version %s: exit %d, says %q", away, code, said)
		}
	}
	// Their exit code is the answer, or what they change.
	readings := filepath.Join(t.TempDir(), "readings.csv")
	if err := os.WriteFile(readings, []byte("at,total_credits_usd,total_usage_usd\n2026-11-20T10:00:00Z,10,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"preflight --demo --need 1", "statusline --demo", "import " + readings, "backup " + filepath.Join(t.TempDir(), "copy.db"), "alerts mute 1h"} {
		if code, said := run("1<>/dev/null", strings.Fields(args)...); code != 0 {
			t.Errorf("%s to a /dev/null for reading and writing: exit %d, says %q", args, code, said)
		}
	}
}
