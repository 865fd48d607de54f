//go:build unix

package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFilesThatNeverEnd: a program that reads from who says nothing ends when
// it is told to.
func TestFilesThatNeverEnd(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"backtest"}, {"backtest", "--traces", ".", "--tasks"}, {"reconcile"}, {"import"},
	} {
		dir := t.TempDir()
		pipe := filepath.Join(dir, "pipe")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(ortop, append(args, pipe)...)
		c.Env = []string{"HOME=" + dir, "ORTOP_API_KEY=sk-or-v1-none"}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		in, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits until it reads
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		err = c.Wait()
		in.Close()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 143 {
			t.Errorf("%v of a pipe, and a SIGTERM = %v, want %d", args, err, 143)
		}
	}
}
