//go:build unix

package e2e

import (
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
	_, url := serve(t, sim.Config{Profile: "solo"})
	home := t.TempDir()
	writeExampleFiles(t, home)
	run := func(cols int, locale string, args ...string) string {
		cmd := exec.Command(ortop, args...)
		cmd.Dir = home
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
	lists := append(everyHelp(t), [][]string{
		{"statusline"}, {"statusline", "--nope"}, {"status", "--format", "{{.Balance}} · {{.Charge}}"}, {"collect", "--unit", "systemd"}, {"collect", "--unit", "launchd"},
		{"backtest", "spend.csv", "traces/a.csv"}, {"import", "activity.csv"}, {"import", "spend.csv"}, {"alerts", "mute", "8h"}, {"alerts", "list"}, {"alerts", "unmute"}, {"alerts", "test"},
		{"accounts", "balance", "default", "63.52"}, {"accounts", "remove", "nobody"}, {"accounts", "--account", "nobody"},
		{"status", "--format", "{{.Nothing}}"}, {"status", "--base-url", "http://127.0.0.1:1"}, {"statu"}, {"history", "--since", "the day before yesterday"}, {"restore", "no-such-backup-of-a-history.db"},
		{"preflight", "--need", "1000000"}, {"guard", "--need", "1000000", "--", "true"}, {"--demo", "--interval", "1ms"},
	}...)
	lists = append(lists, [][]string{
		{"status"}, {"forecast"}, {"forecast", "--top-up", "25", "--until", "5d"}, {"breakdown"}, {"breakdown", "--by", "model"}, {"report"}, {"report", "--month"},
		{"history", "--since", "3d", "--every", "1d"}, {"accounts"}, {"alerts", "list"}, {"doctor"}, {"preflight", "--need", "2.50"}, {"preflight", "--runway", "90d"}, {"version"},
	}...)
	for _, args := range lists {
		typed := args[0] == "collect" // a file that is written, not read
		for _, cols := range []int{40, 80, 120} {
			for _, locale := range []string{"C.UTF-8", "C"} {
				out := run(cols, locale, args...)
				if strings.TrimSpace(out) == "" {
					t.Fatalf("%v says nothing", args)
				}
				examples := false
				for line := range strings.Lines(out) {
					line = strings.TrimRight(line, "\n")
					line = line[strings.LastIndexByte(line, '\r')+1:] // before it was how far it is, on a slow machine
					if line != "" && !strings.HasPrefix(line, " ") {
						examples = line == "Examples:"
					}
					whole := typed || strings.HasPrefix(line, "\t") || examples && !strings.HasPrefix(strings.TrimSpace(line), "#")
					if !whole && ansi.StringWidth(line) > cols && len(strings.Fields(line)) > 1 {
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

// everyHelp is the command line of the help of each command.
func everyHelp(t *testing.T, path ...string) (lists [][]string) {
	t.Helper()
	lists = append(lists, append(path[:len(path):len(path)], "--help"))
	out, err := exec.Command(ortop, lists[0]...).Output()
	if err != nil {
		t.Fatal(err)
	}
	_, below, _ := strings.Cut(string(out), "Available Commands:\n")
	for line := range strings.Lines(below) {
		name, _, ok := strings.Cut(strings.TrimPrefix(line, "  "), " ")
		if line == "\n" {
			break
		}
		if ok && name != "" {
			lists = append(lists, everyHelp(t, append(path[:len(path):len(path)], name)...)...)
		}
	}
	return lists
}

// TestHelpIsWholeWithoutTerminal wants help of 80 columns in a pipe, and its examples
// as they are typed.
func TestHelpIsWholeWithoutTerminal(t *testing.T) {
	t.Parallel()
	lists := everyHelp(t)
	if len(lists) < 25 {
		t.Errorf("there are %d commands, want all", len(lists))
	}
	for _, args := range lists {
		out, err := exec.Command(ortop, args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		text, rest, _ := strings.Cut(string(out), "\nExamples:\n")
		_, rest, _ = strings.Cut(rest, "\n\n")
		for line := range strings.Lines(text + "\n" + rest) {
			if n := ansi.StringWidth(strings.TrimRight(line, "\n")); n > 80 && !strings.HasPrefix(line, "\t") {
				t.Errorf("%v: %q has %d cells", args, line, n)
			}
		}
	}
}
