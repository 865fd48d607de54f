//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"
)

// U01: however the dashboard ends, the terminal is as before and the exit code
// says how.
func TestU01ExitsOfTheDashboard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		end  func(x *terminal)
		code int
	}{
		{"q", func(x *terminal) { x.press("q") }, 0},
		{"ctrl c", func(x *terminal) { x.press("\x03") }, 130},
		{"SIGINT", func(x *terminal) { x.cmd.Process.Signal(unix.SIGINT) }, 130},
		{"SIGTERM", func(x *terminal) { x.cmd.Process.Signal(unix.SIGTERM) }, 143},
		{"SIGHUP", func(x *terminal) { x.cmd.Process.Signal(unix.SIGHUP) }, 129},
		{"SIGQUIT", func(x *terminal) { x.cmd.Process.Signal(unix.SIGQUIT) }, 131},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newFaulty(t)
			x := h.dashboard()
			x.waitFor(balancePattern+` left`, 5*time.Second)
			c.end(x)
			if code := x.ended(3 * time.Second); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			x.mu.Lock()
			mode, cursor := x.vt.Mode(), x.vt.CursorVisible()
			x.mu.Unlock()
			if mode&(vt10x.ModeAltScreen|vt10x.ModeMouseMask) != 0 || !cursor {
				t.Errorf("the screen is left in mode %x, cursor %v", mode, cursor)
			}
			if after, err := unix.IoctlGetTermios(int(x.tty.Fd()), unix.TCGETS); err != nil || after.Lflag&(unix.ICANON|unix.ECHO) != unix.ICANON|unix.ECHO {
				t.Errorf("the terminal is left raw (%v)", err)
			}
			if screen := x.screen(); strings.Contains(screen, "goroutine ") {
				t.Errorf("a stack is on the screen:\n%s", screen)
			}
			h.contractG(x)
		})
	}
}

// U02: a dashboard whose terminal goes away ends within two seconds and closes its
// history, also where the parent ignores SIGHUP.
func TestU02OrphanedDashboard(t *testing.T) {
	t.Parallel()
	n := times(6, 50)
	var worst time.Duration
	var mu sync.Mutex
	t.Run("all", func(t *testing.T) {
		for i := range n {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				h := newFaulty(t)
				cmd := exec.Command("bash", "-c", `trap "" HUP; exec "$0" --interval 2s`, ortop)
				cmd.Env = append(h.env, "TERM=xterm-256color", "LANG=C.UTF-8", "PATH="+os.Getenv("PATH"))
				tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
				if err != nil {
					t.Fatal(err)
				}
				buf := make([]byte, 64<<10)
				for len(h.polls()) == 0 {
					if _, err := tty.Read(buf); err != nil {
						t.Fatal(err)
					}
				}
				// It is drawn, or still being drawn, or amid a poll.
				for end := time.Now().Add(time.Duration(i%5) * 300 * time.Millisecond); time.Now().Before(end); {
					tty.SetReadDeadline(end)
					if _, err := tty.Read(buf); err != nil && !os.IsTimeout(err) {
						t.Fatal(err)
					}
				}
				began := time.Now()
				tty.Close()
				ended := make(chan error, 1)
				go func() { ended <- cmd.Wait() }()
				select {
				case <-ended:
				case <-time.After(2 * time.Second * busy):
					cmd.Process.Kill()
					t.Fatal("it lives on without a terminal")
				}
				mu.Lock()
				worst = max(worst, time.Since(began))
				mu.Unlock()
				// It may have ended before the first reading was stored.
				if code, out, said := h.run("doctor", "--verify"); code != 0 || !strings.Contains(out, "as they were written") && !strings.Contains(out, "no history") {
					t.Errorf("exit code %d, %s%s", code, out, said)
				}
			})
		}
	})
	figure(t, "U02", "%d of %d orphans ended, the slowest in %.2f s", n, n, worst.Seconds())
}

// U03: nobody reads the terminal. Not one poll is missed, the reader who comes back
// sees the right frame, and SIGTERM ends the program in time.
func TestU03StalledDashboard(t *testing.T) {
	t.Parallel()
	span := 14 * time.Second
	if long {
		span = 10 * time.Minute
	}
	for _, returns := range []bool{true, false} {
		t.Run(fmt.Sprintf("reader returns %v", returns), func(t *testing.T) {
			t.Parallel()
			h := newFaulty(t)
			cmd := exec.Command(ortop, "--interval", "2s")
			cmd.Env = append(h.env, "TERM=xterm-256color", "LANG=C.UTF-8", "PATH="+os.Getenv("PATH"))
			tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 200, Rows: 60})
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			defer tty.Close()
			defer cmd.Process.Kill()
			h.awaitPolls(1)
			// More is drawn than the terminal takes.
			stop := make(chan struct{})
			go func() {
				for cols := uint16(100); ; cols++ {
					select {
					case <-stop:
						return
					case <-time.After(200 * time.Millisecond):
						_ = pty.Setsize(tty, &pty.Winsize{Cols: 100 + cols%100, Rows: 60}) // until the end
					}
				}
			}()
			began, before := time.Now(), len(h.polls())
			time.Sleep(span)
			close(stop)
			polls, due := len(h.polls())-before, int(time.Since(began)/every)
			if polls < due-2-due/10 { // the jitter is a tenth
				t.Errorf("%d polls in %v, want %d", polls, span, due)
			}
			figure(t, "U03", "%d polls of about %d in %v while nobody read the terminal", polls, due, span)
			h.account.TopUp(4000)
			h.awaitPolls(2)
			if returns {
				pty.Setsize(tty, &pty.Winsize{Cols: 80, Rows: 24})
				vt := vt10x.New(vt10x.WithSize(80, 24))
				deadline := time.Now().Add(busy * time.Second)
				buf := make([]byte, 64<<10)
				want := regexp.MustCompile(`\$4,1\d\d\.\d\d left`)
				for !want.MatchString(vt.String()) {
					tty.SetReadDeadline(deadline)
					n, err := tty.Read(buf)
					if err != nil {
						t.Fatalf("no right frame once the terminal is read again (%v):\n%s", err, vt.String())
					}
					vt.Write(buf[:n])
				}
				// And on: what it writes as it ends is read.
				go func() {
					tty.SetReadDeadline(time.Time{})
					for {
						if _, err := tty.Read(buf); err != nil {
							return
						}
					}
				}()
			}
			cmd.Process.Signal(syscall.SIGTERM)
			select {
			case <-ended:
			case <-time.After(3 * time.Second * busy):
				t.Fatal("SIGTERM does not end it in time")
			}
			if code := cmd.ProcessState.ExitCode(); code != 143 {
				t.Errorf("exit code %d, want 143", code)
			}
			verified(t, h.env, "")
		})
	}
}

// U05, U06: any size, and a thousand of them in five seconds.
func TestU06Resizes(t *testing.T) {
	t.Parallel()
	h := newFaulty(t)
	x := h.dashboard()
	x.waitFor(balancePattern+` left`, 5*time.Second)
	before := peak(t, x.cmd.Process.Pid)
	for i := range 1000 {
		if err := pty.Setsize(x.tty, &pty.Winsize{Cols: uint16(1 + i*37%300), Rows: uint16(1 + i*17%80)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	pty.Setsize(x.tty, &pty.Winsize{Cols: 80, Rows: 24})
	x.mu.Lock()
	x.vt.Resize(80, 24)
	x.mu.Unlock()
	began := time.Now()
	x.waitFor(`(?m)^ ortop  default  at .*\d\d:\d\d *$`, time.Second)
	x.waitFor(balancePattern+` left +of \$87\d\.00 │`, time.Second)
	took := time.Since(began)
	box := regexp.MustCompile(`^[╭│╰].{78}[╮│╯]$`)
	wrong := func() string { // the first row that is not of this size, or the lack of the last
		rows := strings.Split(strings.TrimRight(x.screen(), " \n"), "\n")
		for _, row := range rows {
			if row = strings.TrimRight(row, " "); strings.ContainsAny(row, "╭╮╰╯│") && !box.MatchString(row) {
				return row
			}
		}
		if len(rows) < 24 {
			return "24"
		}
		return ""
	}
	for limit := time.Now().Add(time.Second * busy); wrong() != "" && time.Now().Before(limit); {
		time.Sleep(20 * time.Millisecond) // the rest of the frame is on its way
	}
	if row := wrong(); row != "" {
		t.Errorf("after a thousand resizes the row %q is not of this size:\n%s", row, x.screen())
	}
	after := peak(t, x.cmd.Process.Pid)
	if after > 160 { // cells of 300 x 80
		t.Errorf("%.0f MiB after the resizes, %.0f before", after, before)
	}
	figure(t, "U06", "1000 resizes in 5 s, the last frame %.2f s later, %.0f MiB (%.0f before)", took.Seconds(), after, before)
	if code := x.quit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// U06: a terminal that reads what scrolled a part of a smaller screen when it is larger
// already has the margins of that, which the next size does away with.
func TestU06MarginsOfASmallerScreen(t *testing.T) {
	t.Parallel()
	h := newFaulty(t)
	x := h.dashboard()
	x.waitFor(balancePattern+` left`, 5*time.Second)
	for _, z := range [][2]int{{80, 16}, {80, 24}} {
		x.mu.Lock() // what is drawn for the new size is read after this
		err := pty.Setsize(x.tty, &pty.Winsize{Cols: uint16(z[0]), Rows: uint16(z[1])})
		x.vt.Resize(z[0], z[1])
		_, _ = x.vt.Write([]byte("\x1b[1;12r"))
		x.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range []string{`(?m)^ ortop  default  at .*\d\d:\d\d *$`, `(?m)^ ?(\? help|1 ).*$`} {
			x.waitFor(row, time.Second)
		}
	}
	if code := x.quit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// U05: at any size it starts, answers a key and ends.
func TestU05Sizes(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{1, 1}, {20, 5}, {80, 24}, {500, 150}, {0, 0}, {1, 200}, {200, 1}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			h := newFaulty(t)
			x := onTerminal(t, size[0], size[1], h.env, ortop, "--interval", "2s")
			h.awaitPolls(2)
			for _, key := range []string{"2", "3", "4", "?", "?", "1"} {
				x.press(key)
				time.Sleep(30 * time.Millisecond)
			}
			if code := x.quit(); code != 0 {
				t.Errorf("exit code %d:\n%s", code, x.screen())
			}
			h.contractG(x)
		})
	}
}

// U10: floods of keys, of mouse events and of pasted text do nothing but what their
// keys do, and cost no memory.
func TestU10Floods(t *testing.T) {
	t.Parallel()
	h := newFaulty(t)
	x := h.dashboard()
	x.waitFor(balancePattern+` left`, 5*time.Second)
	x.press("\x1b[200~" + strings.Repeat("qqrr\x1b]52;c;eA==\x07", 1<<20/16) + "\x1b[201~") // pasted: q does not quit
	x.press(strings.Repeat("\x1b[<35;40;12M", 3_000))                                       // the mouse moves
	x.press(strings.Repeat("34", 500) + "1")
	x.waitFor(`(?m)^╭ left `, 10*time.Second)
	polls := len(h.polls())
	x.press(strings.Repeat("r", 5_000))
	time.Sleep(time.Second)
	if n := len(h.polls()) - polls; n > 2 {
		t.Errorf("a flood of r asked %d times", n)
	}
	if mib := peak(t, x.cmd.Process.Pid); mib > 64 {
		t.Errorf("%.0f MiB, want 64 at most", mib)
	}
	if code := x.quit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	h.contractG(x)
}

// U07, U08, U11: no escape reaches what is no terminal, no colour a terminal that
// wants none, and nothing but ASCII a locale without UTF-8.
func TestU08PlainOutput(t *testing.T) {
	t.Parallel()
	h := newFaulty(t)
	for _, env := range [][]string{nil, {"TERM=dumb"}, {"TERM=xterm-256color"}, {"NO_COLOR=1"}} {
		with := &household{t, h.account, h.home, append(slices.Clone(h.env), env...)}
		for _, args := range [][]string{{}, {"status"}, {"forecast"}, {"breakdown"}, {"report"}, {"history"}, {"alerts"}, {"doctor"}} {
			if code, out, said := with.run(args...); code != 0 || strings.ContainsAny(out+said, "\x1b\u009b") {
				t.Errorf("%v with %v: exit code %d, %q, %q", args, env, code, out, said)
			}
		}
	}
	colour := regexp.MustCompile(`\x1b\[[0-9;:]*\b(3[0-8]|4[0-8]|9[0-7]|10[0-7])[0-9;:]*m`)
	x := onTerminal(t, 80, 24, append(slices.Clone(h.env), "NO_COLOR=1"), ortop)
	x.waitFor(balancePattern+` left`, 5*time.Second)
	x.quit()
	if m := colour.Find(x.raw); m != nil {
		t.Errorf("with NO_COLOR: %q", m)
	}
	x = onTerminal(t, 80, 24, append(slices.Clone(h.env), "LC_ALL=C"), ortop)
	x.waitFor(balancePattern+` left`, 5*time.Second)
	for _, key := range []string{"2", "3", "4", "?"} {
		x.press(key)
		time.Sleep(50 * time.Millisecond)
	}
	x.press("?q")
	x.ended(3 * time.Second)
	for i, b := range x.raw {
		if b >= 0x80 {
			t.Fatalf("without UTF-8: %q", x.raw[max(0, i-40):i+4])
		}
	}
}

// U14: no signal makes it print what is in memory.
func TestU14SignalsPrintNothing(t *testing.T) {
	t.Parallel()
	_, env := simulated(t)
	for s, code := range map[syscall.Signal]int{syscall.SIGTERM: 0, syscall.SIGINT: 130, syscall.SIGHUP: 129, syscall.SIGQUIT: 131} {
		c := collectorWith(t, env, "--history", filepath.Join(t.TempDir(), "h.db"), "--interval", "2s")
		c.waitFor(`msg=read`)
		for _, harmless := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGUSR2, s} {
			c.cmd.Process.Signal(harmless)
		}
		for line := range c.lines {
			if !strings.HasPrefix(line, "time=") || strings.Contains(line, "0x") {
				t.Errorf("%v: %s", s, line)
			}
		}
		c.cmd.Wait()
		if got := c.cmd.ProcessState.ExitCode(); got != code {
			t.Errorf("exit code %d after %v, want %d", got, s, code)
		}
	}
}
