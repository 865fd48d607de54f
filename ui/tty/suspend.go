package tty

import (
	"io"
	"os"
	"runtime"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"ortop/internal/routine"
)

const (
	foregroundEvery = 200 * time.Millisecond
	redrawGrace     = 300 * time.Millisecond
	redrawTries     = 3
)

// OrphanMsg answers tea.Suspend where the process was not stopped, because no
// shell would continue it.
type OrphanMsg struct{}

// Resource is what others may need while the process is stopped. Release lets
// go of it, within a moment; Resume takes it back.
type Resource interface {
	Release()
	Resume()
}

// Holder is a model that holds a resource, or nil for the moment.
type Holder interface{ Resource() Resource }

// continuedMsg says that the process was stopped and continued without
// knowing, so that the terminal may be in any state. It counts the attempts to
// take the terminal again.
type continuedMsg int

// sized is a size of the terminal, and where it does not know its own, as a serial
// line does not, that of COLUMNS and LINES, or 80 x 24.
func sized(msg tea.WindowSizeMsg, env func(string) string) tea.WindowSizeMsg {
	if msg.Width > 0 && msg.Height > 0 {
		return msg
	}
	number := func(name string, other int) int {
		if n, err := strconv.Atoi(env(name)); err == nil && n > 0 && n < 10000 {
			return n
		}
		return other
	}
	return tea.WindowSizeMsg{Width: number("COLUMNS", 80), Height: number("LINES", 24)}
}

// filter replaces Bubble Tea's own suspension, which would hang where nobody
// continues the process and does not know of the
// resource.
func (s *session) filter(m tea.Model, msg tea.Msg) tea.Msg {
	var stop bool
	var tries continuedMsg
	switch msg := msg.(type) {
	case tea.SuspendMsg:
		if orphaned() {
			s.stopping.Store(false)
			return OrphanMsg{}
		}
		stop = true
	case continuedMsg:
		tries = msg
	case tea.WindowSizeMsg:
		return sized(msg, os.Getenv)
	default:
		return msg
	}
	x := &suspension{session: s, stop: stop, beat: m.(guard).beat}
	if h, ok := m.(guard).Model.(Holder); ok {
		x.resource = h.Resource()
	}
	// Exec runs it in the event loop, with the terminal released.
	return tea.Exec(x, func(err error) tea.Msg {
		if err != nil {
			s.lost(err)
			return nil
		}
		routine.Go(func() { s.confirm(tries + 1) })
		return tea.ResumeMsg{}
	})()
}

// suspension is a stay away from the terminal. It is a tea.ExecCommand.
type suspension struct {
	*session
	resource Resource // or nil
	stop     bool     // stop the process, too
	beat     *beat
}

// SetStdin does nothing: a suspension reads and writes nothing. So do
// SetStdout and SetStderr.
func (x *suspension) SetStdin(io.Reader)  {}
func (x *suspension) SetStdout(io.Writer) {}
func (x *suspension) SetStderr(io.Writer) {}

// Run returns when the terminal is the process's again.
func (x *suspension) Run() error {
	x.suspended.Store(true)
	defer x.suspended.Store(false)
	defer x.stopping.Store(false)
	x.leaves()
	if x.stop {
		if x.resource != nil {
			x.resource.Release()
		}
		x.term.leave()
		x.stopGroup()
	}
	if x.resource != nil {
		x.resource.Resume()
	}
	// In the background, the resource is in use without a screen.
	if !x.untilForeground() {
		// Returning would make Bubble Tea take the terminal again. This ends
		// its event loop and runs what that has deferred.
		runtime.Goexit()
	}
	x.beat.again()
	return nil
}

// untilForeground waits until the process may use the terminal; it reports
// false if the session ends before.
func (s *session) untilForeground() bool {
	for !s.term.foreground() {
		select {
		case <-s.ending:
			return false
		case <-s.continued:
		case <-time.After(foregroundEvery): // a shell need not say so
		}
	}
	select {
	case <-s.ending:
		return false
	default:
		return true
	}
}

// reclaim takes the terminal again after the process was stopped and
// continued from outside.
func (s *session) reclaim() {
	if !s.reclaiming.CompareAndSwap(false, true) {
		return
	}
	defer s.reclaiming.Store(false)
	s.leaves()
	s.term.pause(true)
	if s.untilForeground() {
		s.term.pause(false)
		s.send(continuedMsg(0))
	}
}

// confirm takes the terminal once more if nothing was drawn. Bubble Tea's
// renderer stops its ticker in passing, and may do so after that was started
// again.
func (s *session) confirm(tries continuedMsg) {
	if tries < redrawTries && !s.ended(redrawGrace) && !s.term.drawn() {
		s.send(tries)
	}
}
