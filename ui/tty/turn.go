package tty

import (
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// frameTime is how long what a key asks for waits for its frame: a key that changes
// nothing on the screen has none.
const frameTime = 16 * time.Millisecond

// turn lets what a key asks for begin once its frame is on the screen. What reads the
// history takes a core for as long as a frame does, and feeds the garbage collector,
// which takes the other. The zero turn is ready for use.
type turn struct {
	mu    sync.Mutex
	frame chan struct{} // closed by the next write; nil: nobody waits for it
}

// after is cmd, put off until something was written, or until a frame's time has
// passed from when it is run.
func (t *turn) after(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.frame == nil {
		t.frame = make(chan struct{})
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

// wrote lets begin what waits for a frame.
func (t *turn) wrote() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.frame != nil {
		close(t.frame)
		t.frame = nil
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
