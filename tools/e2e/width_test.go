//go:build unix

package e2e

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"

	"ortop/internal/sim"
)

// TestAnswersFitTheTerminal wants no line of an answer wider than the terminal,
// and nothing but ASCII where the locale has no more.
func TestAnswersFitTheTerminal(t *testing.T) {
	t.Parallel()
	account, err := sim.New(sim.Config{Profile: "solo"})
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := account.Listen(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	home := t.TempDir()
	run := func(cols int, locale string, args ...string) string {
		cmd := exec.Command(ortop, args...)
		cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TERM=xterm", "LC_ALL=" + locale, "ORTOP_BASE_URL=" + url, "OPENROUTER_API_KEY=" + sim.DemoKey}
		tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: 50})
		if err != nil {
			t.Fatal(err)
		}
		defer tty.Close()
		out, err := io.ReadAll(tty)
		if err != nil && !errors.Is(err, syscall.EIO) {
			t.Fatal(err)
		}
		_ = cmd.Wait() // some find something wrong
		return strings.ReplaceAll(string(out), "\r\n", "\n")
	}
	for _, args := range [][]string{
		{"status"}, {"forecast"}, {"forecast", "--top-up", "25", "--until", "5d"}, {"breakdown"}, {"breakdown", "--by", "model"}, {"report"}, {"report", "--month"},
		{"history", "--since", "3d", "--every", "1d"}, {"accounts"}, {"alerts", "list"}, {"doctor"}, {"preflight", "--need", "2.50"}, {"preflight", "--runway", "90d"}, {"version"},
	} {
		for _, cols := range []int{40, 80, 120} {
			for _, locale := range []string{"C.UTF-8", "C"} {
				out := run(cols, locale, args...)
				if strings.TrimSpace(out) == "" {
					t.Fatalf("%v says nothing", args)
				}
				for line := range strings.Lines(out) {
					line = strings.TrimRight(line, "\n")
					if ansi.StringWidth(line) > cols && len(strings.Fields(line)) > 1 {
						t.Errorf("%v at %d columns (%s): %q has %d cells", args, cols, locale, line, ansi.StringWidth(line))
					}
					if locale == "C" && strings.IndexFunc(line, func(r rune) bool { return r > 0x7e }) >= 0 {
						t.Errorf("%v: %q is not ASCII", args, line)
					}
				}
			}
		}
	}
}
