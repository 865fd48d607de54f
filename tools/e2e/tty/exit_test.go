//go:build unix

package tty_test

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// U01: however it ends, the terminal is as before.
func TestU01Exit(t *testing.T) {
	for name, row := range map[string]struct {
		keys   string
		signal syscall.Signal
		code   string
		says   string
	}{
		"q":                   {keys: "q", code: "0"},
		"ctrl+c":              {keys: "\x03", code: "130"},
		"SIGINT":              {signal: syscall.SIGINT, code: "130"},
		"SIGTERM":             {signal: syscall.SIGTERM, code: "143"},
		"SIGHUP":              {signal: syscall.SIGHUP, code: "129"},
		"SIGQUIT":             {signal: syscall.SIGQUIT, code: "131"},
		"panic in Update":     {keys: "u", code: "2", says: "panic: boom [redacted]"},
		"panic in View":       {keys: "v", code: "2", says: "panic: boom [redacted]"},
		"panic in a command":  {keys: "c", code: "2", says: "panic: boom [redacted]"},
		"panic in a sequence": {keys: "b", code: "2", says: "panic: boom [redacted]"},
		"crash elsewhere":     {keys: "x", code: "1", says: "the other goroutine failed"},
		"context":             {keys: "d", code: "6"},
		"hung Update":         {keys: "h", signal: syscall.SIGTERM, code: "143"},
	} {
		t.Run(name, func(t *testing.T) {
			r := startApp(t, "app")
			if r.cooked() {
				t.Error("terminal is not in raw mode while the program runs")
			}
			r.typed(row.keys)
			if row.signal != 0 {
				if row.keys != "" {
					time.Sleep(100 * time.Millisecond)
				}
				r.signal(row.signal)
			}
			r.ends(row.code, 3*time.Second)
			r.restored()
			said := r.errs.String()
			if !strings.Contains(said, row.says) {
				t.Errorf("error = %q, want it to say %q", said, row.says)
			}
			if row.code == "2" && !strings.Contains(said, "boom(") {
				t.Errorf("error = %q, want the stack of the panic", said)
			}
			if strings.Contains(said, "sk-or-v1-") || strings.Contains(said, "Caught panic") {
				t.Errorf("error = %q, want it from Run, without the key", said)
			}
		})
	}
}

// U02: a terminal that goes away takes the program with it, also where
// SIGHUP is ignored.
func TestU02Hangup(t *testing.T) {
	for _, mode := range []string{"app", "app nohup", "app nohup clock"} {
		t.Run(mode, func(t *testing.T) {
			r := startApp(t, mode)
			r.master.Close()
			r.ends("5", 2*time.Second)
		})
	}
}

// U03: nobody reads the terminal.
func TestU03Stalled(t *testing.T) {
	stalled := func(t *testing.T) *ptyRun {
		r := startApp(t, "app")
		r.flooded()
		return r
	}
	t.Run("SIGTERM", func(t *testing.T) {
		r := stalled(t)
		r.signal(syscall.SIGTERM)
		r.ends("143", 3*time.Second)
		if !r.cooked() {
			t.Error("terminal settings differ from before")
		}
		r.stall(false)
		r.restored()
	})
	t.Run("SIGTSTP", func(t *testing.T) {
		r := startShell(t)
		r.flooded()
		r.signal(syscall.SIGTSTP)
		r.awaits("release, stopped")
		if !r.cooked() {
			t.Error("terminal settings differ from before")
		}
		r.stall(false)
		r.restored()
		n := len(r.output())
		r.shell("fg")
		r.until("more frames", func() bool { return len(r.output()) > n+20_000 })
		r.typed("q")
		r.ends("0", 3*time.Second)
		r.restored()
	})
	t.Run("reader returns", func(t *testing.T) {
		r := stalled(t)
		n := len(r.output())
		r.stall(false)
		r.until("more frames", func() bool { return len(r.output()) > n+100_000 })
		r.typed("q")
		r.ends("0", 3*time.Second)
		r.restored()
	})
}

// flooded makes the program write without end and then reads no more.
func (r *ptyRun) flooded() {
	r.t.Helper()
	r.typed("f")
	n := len(r.output())
	r.until("the flood", func() bool { return len(r.output()) > n+5_000 })
	r.stall(true)
	time.Sleep(time.Second) // the buffer fills at some 100 kB/s
}

// A screen that does not change writes nothing, and a clock only itself.
func TestQuiet(t *testing.T) {
	for mode, perTick := range map[string]int{"app": 0, "app clock": 64} {
		t.Run(mode, func(t *testing.T) {
			r := startApp(t, mode)
			time.Sleep(300 * time.Millisecond)
			n := len(r.output())
			const ticks = 2
			time.Sleep(ticks*time.Second + 100*time.Millisecond)
			wrote := len(r.output()) - n
			t.Logf("%d bytes in %d s", wrote, ticks)
			if limit := perTick * (ticks + 1); wrote > limit {
				t.Errorf("wrote %d bytes in %d s, want %d at most", wrote, ticks, limit)
			}
		})
	}
}
