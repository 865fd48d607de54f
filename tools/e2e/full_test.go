//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// U07: what cannot be written is a failure, whatever was to be written.
func TestU07FullOutput(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	for _, args := range []string{
		"--help", "help cost", "cost --help", "--version", "version", "version --json", "man", "completion bash", "status --demo", "status --demo --json",
		"forecast --demo", "history --demo --csv", "report --demo", "breakdown --demo",
	} {
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
