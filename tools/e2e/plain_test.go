//go:build unix

package e2e

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPlainEndsCleanly: lines without escapes, also in ASCII; an interrupt ends it
// as it ends every command, and a reader that went away is no failure.
func TestPlainEndsCleanly(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	start := func(env ...string) (*exec.Cmd, *bufio.Scanner, io.Closer, *strings.Builder) {
		c := exec.Command(ortop, "--plain", "--interval", "2s")
		c.Env = append(h.env[:len(h.env):len(h.env)], env...)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		var errs strings.Builder
		c.Stderr = &errs
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Process.Kill() })
		return c, bufio.NewScanner(out), out, &errs
	}
	lines := func(s *bufio.Scanner, until string) string {
		var all strings.Builder
		for s.Scan() {
			all.WriteString(s.Text() + "\n")
			if strings.Contains(s.Text(), until) {
				return all.String()
			}
		}
		t.Fatalf("no line has %q:\n%s", until, all.String())
		return ""
	}
	ended := func(c *exec.Cmd, errs *strings.Builder, code int) {
		t.Helper()
		done := make(chan error, 1)
		go func() { done <- c.Wait() }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatal("it does not end")
		}
		if got := c.ProcessState.ExitCode(); got != code || strings.Contains(errs.String(), "error") || strings.Contains(errs.String(), "goroutine") {
			t.Errorf("exit code %d, want %d; standard error: %s", got, code, errs)
		}
	}

	c, out, _, errs := start("LC_ALL=C")
	said := lines(out, "left: $")
	if i := strings.IndexFunc(said, func(r rune) bool { return r > 0x7e || r < 0x20 && r != '\n' }); i >= 0 {
		t.Errorf("not ASCII: %q", said)
	}
	if !strings.Contains(said, " state: live\n") {
		t.Errorf("no state in\n%s", said)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	ended(c, errs, 130)

	c, out, pipe, errs := start()
	lines(out, "left: $")
	if err := pipe.Close(); err != nil {
		t.Fatal(err)
	}
	h.account.TopUp(5) // which is a line that nobody reads
	ended(c, errs, 0)
	if c.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
		t.Error("the closed pipe killed it")
	}
}
