//go:build unix

package e2e

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
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

// TestInterruptedSaysNothing: who presses Ctrl-C while a server does not answer gets
// the exit code, and neither half a page nor a word of it.
func TestInterruptedSaysNothing(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"status"}, {"status", "--json"}, {"forecast"}, {"preflight", "--need", "1"}, {"breakdown"}, {"report"}, {"doctor"}, {"accounts"},
	} {
		asked := make(chan struct{}, 9)
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			asked <- struct{}{}
			<-r.Context().Done()
		}))
		c := exec.Command(ortop, append(args, "--base-url", server.URL)...)
		c.Env = []string{"HOME=" + t.TempDir(), "OPENROUTER_API_KEY=sk-or-v1-none"}
		var said bytes.Buffer
		c.Stdout, c.Stderr = &said, &said
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		<-asked
		if err := c.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		err := c.Wait()
		server.CloseClientConnections()
		server.Close()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 130 || said.Len() > 0 {
			t.Errorf("%v, interrupted = %v, and says %q, want 130 and nothing", args, err, said.String())
		}
	}
}
