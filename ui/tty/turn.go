package tty

import (
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/routine"
)

// frameTime is how long what a key asks for waits for its frame: a key that changes
// nothing on the screen has none.
const frameTime = 16 * time.Millisecond

// restsFor is from the last frame of what was pressed until the screen rests: less than
// from one key of somebody who types to the next.
const restsFor = 25 * time.Millisecond

// turn lets what a key asks for begin once its frame is on the screen. What reads the
// history takes a core for as long as a frame does, and feeds the garbage collector,
// which takes the other. The zero turn is ready for use.
type turn struct {
	rested func() // once the screen rests after it was used; nil: nobody cares

	mu    sync.Mutex
	frame chan struct{} // closed by the next write; nil: nobody waits for it
	whole bool          // by the next of a whole screen
	used  bool          // something was pressed since the screen rested
	rests *time.Timer   // calls rested
}

// after takes note that something was pressed. It is cmd, put off until something was
// written, or until a frame's time has passed from when it is run.
func (t *turn) after(cmd tea.Cmd) tea.Cmd { return t.put(cmd, false) }

// afterFirst is cmd, put off in the same way until the first screen was written.
func (t *turn) afterFirst(cmd tea.Cmd) tea.Cmd { return t.put(cmd, true) }

func (t *turn) put(cmd tea.Cmd, whole bool) tea.Cmd {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.used = t.used || !whole
	if cmd == nil {
		return nil
	}
	if t.frame == nil {
		t.frame, t.whole = make(chan struct{}), whole
	}
	frame := t.frame
	return func() tea.Msg {
		late := time.NewTimer(frameTime)
		defer late.Stop()
		select {
		case <-frame:
		case <-late.C:
		}
		return cmd()
	}
}

// wrote lets begin what waits for a frame; whole is that it was one of the whole screen.
// What the terminal is asked about is written too, and is none.
func (t *turn) wrote(whole bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.frame != nil && (whole || !t.whole) {
		close(t.frame)
		t.frame = nil
	}
	switch {
	case t.rested == nil || !t.used:
	case t.rests == nil:
		t.rests = time.AfterFunc(restsFor, routine.Guard(t.rest))
	default:
		t.rests.Reset(restsFor)
	}
}

// rest is that nothing was drawn for a while since something was pressed.
func (t *turn) rest() {
	t.mu.Lock()
	used := t.used
	t.used = false
	t.mu.Unlock()
	if used {
		t.rested()
	}
}

// end is that nobody looks at the screen any more.
func (t *turn) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.used = false; t.rests != nil {
		t.rests.Stop()
	}
}

// pressed reports whether a message is what a person does, and looks at the screen for.
func pressed(msg tea.Msg) bool {
	switch msg.(type) {
	case tea.KeyPressMsg, tea.MouseClickMsg, tea.MouseWheelMsg, tea.PasteMsg:
		return true
	}
	return false
}
