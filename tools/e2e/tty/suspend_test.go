//go:build unix

package tty_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
)

func (r *ptyRun) awaits(events string) {
	r.t.Helper()
	r.until(events, func() bool { return r.allEvents() == events })
}

// back checks that the program has the terminal again and has drawn it anew.
func (r *ptyRun) back(from int) {
	r.t.Helper()
	r.until("a full repaint", func() bool {
		out := string(r.output()[from:])
		return strings.Contains(out, "the first frame") && len(modesLeft(r.output())) >= 6
	})
	if r.cooked() {
		r.t.Error("terminal is not in raw mode after the program came back")
	}
	if s := r.screen(); !strings.Contains(s, "the first frame") {
		r.t.Errorf("screen = %q, want the frame", s)
	}
}

// U04: stopped from within or from outside, and continued.
func TestU04Suspend(t *testing.T) {
	for name, stop := range map[string]func(r *ptyRun){
		"ctrl+z":  func(r *ptyRun) { r.typed("\x1a") },
		"SIGTSTP": func(r *ptyRun) { r.signal(syscall.SIGTSTP) },
	} {
		t.Run(name, func(t *testing.T) {
			r := startShell(t)
			stop(r)
			r.awaits("release, stopped")
			r.restored()
			n := len(r.output())
			r.shell("fg")
			r.awaits("release, stopped, resume")
			r.back(n)
			r.until("the model to be notified", func() bool { return strings.Contains(r.screen(), "resumed") })
			stop(r) // once more
			r.awaits("release, stopped, resume, release, stopped")
			r.shell("fg")
			r.awaits("release, stopped, resume, release, stopped, resume")
			r.until("raw mode", func() bool { return !r.cooked() })
			r.typed("q")
			r.ends("0", 3*time.Second)
			r.restored()
		})
	}
	t.Run("bg, then fg", func(t *testing.T) {
		r := startShell(t)
		r.typed("\x1a")
		r.awaits("release, stopped")
		n := len(r.output())
		r.shell("bg")
		r.awaits("release, stopped, resume") // polls go on
		time.Sleep(300 * time.Millisecond)
		r.restored()
		if wrote := len(r.output()) - n; wrote > 0 {
			t.Errorf("wrote %d bytes in the background, want none", wrote)
		}
		r.shell("front") // as shells do, without SIGCONT
		r.back(n)
		r.typed("q")
		r.ends("0", 3*time.Second)
		r.restored()
	})
	t.Run("killed while stopped", func(t *testing.T) {
		r := startShell(t)
		r.typed("\x1a")
		r.awaits("release, stopped")
		n := len(r.output())
		r.signal(syscall.SIGTERM)
		r.shell("bg")
		r.ends("143", 3*time.Second)
		r.restored()
		if wrote := r.output()[n:]; strings.Contains(string(wrote), "1049") {
			t.Errorf("wrote %q, want nothing to the shell's screen", wrote)
		}
	})
	t.Run("SIGSTOP", func(t *testing.T) {
		r := startShell(t)
		r.signal(syscall.SIGSTOP)
		r.awaits("stopped")
		if err := term.Restore(r.slave.Fd(), r.before); err != nil { // as a shell does
			t.Fatal(err)
		}
		n := len(r.output())
		r.shell("fg")
		r.awaits("stopped, resume")
		r.back(n)
		r.typed("q")
		r.ends("0", 3*time.Second)
		r.restored()
	})
	t.Run("SIGSTOP, then bg and killed", func(t *testing.T) {
		r := startShell(t)
		r.signal(syscall.SIGSTOP)
		r.awaits("stopped")
		if err := term.Restore(r.slave.Fd(), r.before); err != nil {
			t.Fatal(err)
		}
		r.shell("bg")
		time.Sleep(300 * time.Millisecond)
		r.signal(syscall.SIGTERM)
		r.ends("143", 3*time.Second)
		r.restored()
	})
	t.Run("nobody to continue it", func(t *testing.T) {
		r := startApp(t, "app")
		r.typed("\x1a")
		r.until("the notice", func() bool { return strings.Contains(r.screen(), "cannot suspend") })
		r.signal(syscall.SIGTSTP)
		r.typed("q")
		r.ends("0", 3*time.Second)
		r.restored()
		if got := r.allEvents(); got != "ended 0" {
			t.Errorf("events = %q, want none of a suspension", got)
		}
	})
}
