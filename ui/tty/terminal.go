package tty

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"

	"ortop/internal/routine"
)

const (
	// leaveGrace bounds each of three attempts to write the last bytes.
	leaveGrace = 200 * time.Millisecond
	retryEvery = 10 * time.Millisecond
)

// resetModes turns off all that Bubble Tea and the views turn on, from
// whatever point a frame was cut at.
var resetModes = strings.Join([]string{
	"\x18\x1b\\", // ends a cut sequence or string
	ansi.ResetModeSynchronizedOutput,
	ansi.ResetStyle,
	ansi.SetModeAutoWrap,
	noMargins,
	ansi.ResetModifyOtherKeys,
	ansi.PopKittyKeyboard(1),
	ansi.ResetModeMouseNormal,
	ansi.ResetModeMouseButtonEvent,
	ansi.ResetModeMouseAnyEvent,
	ansi.ResetModeMouseExtSgr,
	ansi.ResetModeFocusEvent,
	ansi.ResetModeBracketedPaste,
	ansi.ResetModeUnicodeCore,
	ansi.SetCursorStyle(0),
	ansi.SetWindowTitle(""),
	ansi.ResetModeAltScreenSaveCursor,
	ansi.SetModeTextCursorEnable,
}, "")

// erased begins a screen anew, and noMargins comes before it: a terminal may have become
// another size before it read what scrolled a part of the old screen, and then has the
// margins that were meant to be all of it. Within these the new one would scroll.
const (
	erased    = ansi.CursorHomePosition + ansi.EraseEntireScreen
	noMargins = "\x1b[r"
)

// terminal is where a session draws, and what it takes to give it back.
type terminal struct {
	in     io.Reader
	out    io.Writer
	opened io.Closer // by openTerminal, or nil
	saved  []savedState
	lost   func(error)
	wrote  func(whole bool) // after a write, of the whole screen or not; nil: nobody waits for one

	mu     sync.Mutex  // held during a write
	inUse  bool        // the alternate screen was entered and not left
	torn   atomic.Bool // output was discarded, so inUse may be wrong
	muted  atomic.Bool // for good
	paused atomic.Bool // for now
}

type savedState struct {
	fd    uintptr
	state *term.State
}

// openTerminal remembers the state of the terminal. Lost is called when it
// cannot be read from or written to any more.
func openTerminal(o Options, lost func(error)) (*terminal, error) {
	t := &terminal{in: o.Input, out: o.Output, lost: lost}
	if t.out == nil {
		t.out = os.Stdout
	}
	if t.in == nil {
		t.in = os.Stdin
		if !term.IsTerminal(os.Stdin.Fd()) {
			tty, _, err := tea.OpenTTY()
			if err != nil {
				return nil, fmt.Errorf("opening the terminal for input: %w", err)
			}
			t.in, t.opened = tty, tty
		}
	}
	for _, end := range []any{t.in, t.out} {
		f, ok := end.(term.File)
		if !ok || !term.IsTerminal(f.Fd()) {
			continue
		}
		state, err := term.GetState(f.Fd())
		if err != nil {
			t.close()
			return nil, fmt.Errorf("reading the terminal's state: %w", err)
		}
		t.saved = append(t.saved, savedState{f.Fd(), state})
	}
	return t, nil
}

func (t *terminal) close() {
	if t.opened != nil {
		_ = t.opened.Close()
	}
}

// Write passes b on, unless the terminal is muted or paused.
func (t *terminal) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.muted.Load() || t.paused.Load() {
		return len(b), nil
	}
	i := bytes.LastIndex(b, []byte(erased))
	if t.wrote != nil {
		defer t.wrote(i >= 0)
	}
	if i < 0 {
		return t.write(b)
	}
	n, err := t.write([]byte(string(b[:i]) + noMargins + string(b[i:])))
	return min(n, len(b)), err
}

func (t *terminal) write(b []byte) (int, error) {
	n, err := t.out.Write(b)
	for errors.Is(err, syscall.EAGAIN) && !t.muted.Load() {
		// Whoever shares the terminal has made it non-blocking.
		time.Sleep(retryEvery)
		var more int
		more, err = t.out.Write(b[n:])
		n += max(0, more)
	}
	on := bytes.LastIndex(b[:n], []byte(ansi.SetModeAltScreenSaveCursor))
	off := bytes.LastIndex(b[:n], []byte(ansi.ResetModeAltScreenSaveCursor))
	if on != off {
		t.inUse = on > off
	}
	if err != nil {
		t.lost(fmt.Errorf("writing: %w", err))
	}
	return n, err
}

// mute drops what is written from now on, pause until it is undone.
func (t *terminal) mute()         { t.muted.Store(true) }
func (t *terminal) pause(on bool) { t.paused.Store(on) }

// discard drops what is written and not read yet. A write that waits for the
// reader goes on.
func (t *terminal) discard() {
	t.torn.Store(true)
	if f, ok := t.out.(term.File); ok && term.IsTerminal(f.Fd()) {
		discardOutput(f.Fd())
	}
}

// leave turns off the modes of the screen if Bubble Tea has not. It waits a
// moment at most for a terminal that nobody reads.
func (t *terminal) leave() {
	for range 3 {
		left := make(chan struct{})
		routine.Go(func() {
			defer close(left)
			t.mu.Lock()
			defer t.mu.Unlock()
			if torn := t.torn.Swap(false); torn || t.inUse {
				_, _ = t.write([]byte(resetModes))
			}
		})
		select {
		case <-left:
			return
		case <-time.After(leaveGrace):
			t.discard() // what was just written too, hence once more
		}
	}
}

// drawn reports whether the alternate screen is on, or being written to.
func (t *terminal) drawn() bool {
	if !t.mu.TryLock() {
		return true
	}
	defer t.mu.Unlock()
	return t.inUse
}

// restore gives the terminal back as it was found. It may be called again. In
// the background the settings are another process's and are left alone.
func (t *terminal) restore() {
	t.mute()
	t.leave()
	if !t.foreground() {
		return
	}
	for _, s := range t.saved {
		_ = term.Restore(s.fd, s.state)
	}
}

// check returns an error if the terminal is gone.
func (t *terminal) check() error {
	for _, s := range t.saved {
		if _, err := term.GetState(s.fd); err != nil {
			return fmt.Errorf("reading its state: %w", err)
		}
	}
	return nil
}

// foreground reports whether the terminal is this process's to use.
func (t *terminal) foreground() bool {
	for _, s := range t.saved {
		if !foreground(s.fd) {
			return false
		}
	}
	return true
}
