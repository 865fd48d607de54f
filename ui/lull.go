package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// lull waits until nothing has come for a while, by one timer however much comes:
// a thousand keys must not leave a thousand timers behind.
type lull struct {
	n       int  // how much has come
	waiting bool // a timer is under way
}

// come notes that something came, and returns the command that waits from it; nil
// where one does already.
func (l *lull) come(after time.Duration, over func(n int) tea.Msg) tea.Cmd {
	if l.n++; l.waiting {
		return nil
	}
	return l.wait(after, over)
}

func (l *lull) wait(after time.Duration, over func(n int) tea.Msg) tea.Cmd {
	l.waiting = true
	n := l.n
	return tea.Tick(after, func(time.Time) tea.Msg { return over(n) })
}

// ended takes the message of a timer: it is over, or more came meanwhile and is
// waited from.
func (l *lull) ended(n int, after time.Duration, over func(n int) tea.Msg) (bool, tea.Cmd) {
	if l.waiting = false; n == l.n {
		return true, nil
	}
	return false, l.wait(after, over)
}
