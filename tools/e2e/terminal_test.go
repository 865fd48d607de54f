//go:build unix

package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// terminal is a program on a pty of its own, and what its screen shows.
type terminal struct {
	t    testing.TB
	cmd  *exec.Cmd
	tty  *os.File
	done chan struct{}

	mu  sync.Mutex
	vt  vt10x.Terminal
	raw []byte // all that it wrote, up to keptOutput
}

// keptOutput bounds what a test keeps of a terminal's bytes.
const keptOutput = 4 << 20

// onTerminal starts a program on a pty with this environment alone.
func onTerminal(t testing.TB, cols, rows int, env []string, name string, args ...string) *terminal {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append([]string{"TERM=xterm-256color", "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH")}, env...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		t.Fatal(err)
	}
	if cols == 0 { // the terminal does not know its own size
		cols, rows = 80, 24
	}
	x := &terminal{t: t, cmd: cmd, tty: tty, done: make(chan struct{}), vt: vt10x.New(vt10x.WithSize(cols, rows))}
	go func() {
		defer close(x.done)
		buf := make([]byte, 64<<10)
		part := 0 // of a character, at the beginning of buf
		for {
			n, err := tty.Read(buf[part:])
			x.mu.Lock()
			if len(x.raw) < keptOutput {
				x.raw = append(x.raw, buf[part:part+n]...)
			}
			text := buf[:part+n]
			whole := len(text) - cut(text)
			x.vt.Write(text[:whole])
			part = copy(buf, text[whole:])
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		tty.Close()
		<-x.done
	})
	return x
}

// cut is how many bytes at the end of text begin a character that is not whole.
func cut(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if b := text[len(text)-n]; utf8.RuneStart(b) {
			if utf8.FullRune(text[len(text)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}

func (x *terminal) screen() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.vt.String()
}

func (x *terminal) press(keys string) {
	x.t.Helper()
	if _, err := x.tty.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// busy is how many times longer than on an idle machine anything may take.
const busy = 6

// waitFor waits until the screen matches, and returns the match.
func (x *terminal) waitFor(pattern string, limit time.Duration) string {
	x.t.Helper()
	re := regexp.MustCompile(pattern)
	limit *= busy
	for deadline := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		s := x.screen()
		if m := re.FindString(s); m != "" {
			return m
		}
		if time.Now().After(deadline) {
			x.t.Fatalf("no %q on the screen within %v:\n%s", pattern, limit, strings.TrimRight(s, "\n "))
		}
	}
}
