//go:build unix

package e2e

import (
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// TestWordsAreNoQuestions: a terminal is asked for nothing by what only
// prints, for the answer would be waited for, or end up in the shell.
func TestWordsAreNoQuestions(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--help"}, {"status", "--help"}, {"status", "--bogus"}, {"nonsense"}, {"man"}, {"--version"},
		{"--base-url", "http://192.0.2.1", "status"}, {"status", "--max-age", "-1s"},
	} {
		c := exec.Command(ortop, args...)
		c.Env = []string{"TERM=xterm-256color", "LANG=C.UTF-8", "HOME=" + t.TempDir()}
		tty, err := pty.Start(c)
		if err != nil {
			t.Fatal(err)
		}
		out, _ := io.ReadAll(tty) // it ends with an error when the program does
		c.Wait()
		tty.Close()
		if len(out) == 0 || strings.ContainsRune(string(out), '\x1b') {
			t.Errorf("ortop %s writes %q to a terminal, want words alone", strings.Join(args, " "), out)
		}
	}
}
