package ui

import (
	"io"
	"runtime"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	foregroundEvery = 200 * time.Millisecond
	redrawGrace     = 300 * time.Millisecond
	redrawTries     = 3
)

// cannotSuspend is shown where a stopped process would stay stopped.
const cannotSuspend noticeMsg = "cannot suspend: no shell waits here to bring ortop back"

// continuedMsg says that the process was stopped and continued without
// knowing, so that the terminal may be in any state. It counts the attempts to
// take the terminal again.
type continuedMsg int

// currentFeed is the feed that a suspension has to release.
func (m Model) currentFeed() Feed { return m.feed }

// filter replaces Bubble Tea's own suspension, which would hang where nobody
// continues the process and does not know of the feed.
func (s *session) filter(m tea.Model, msg tea.Msg) tea.Msg {
	var stop bool
	var tries continuedMsg
	switch msg := msg.(type) {
	case tea.SuspendMsg:
		if orphaned() {
			s.stopping.Store(false)
			return cannotSuspend
		}
		stop = true
	case continuedMsg:
		tries = msg
	default:
		return msg
	}
	x := &suspension{session: s, stop: stop}
	if f, ok := m.(guard).Model.(interface{ currentFeed() Feed }); ok {
		x.feed = f.currentFeed()
	}
	// Exec runs it in the event loop, with the terminal released.
	return tea.Exec(x, func(err error) tea.Msg {
		if err != nil {
			s.lost(err)
			return nil
		}
		go s.confirm(tries + 1)
		return tea.ResumeMsg{}
	})()
}

// suspension is a stay away from the terminal. It is a tea.ExecCommand.
type suspension struct {
	*session
	feed Feed
	stop bool // stop the process, too
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
	if x.stop {
		if x.feed != nil {
			x.feed.Release()
		}
		x.term.leave()
		x.stopGroup()
	}
	if x.feed != nil {
		x.feed.Resume()
	}
	// In the background, the feed goes on without a screen.
	if !x.untilForeground() {
		// Returning would make Bubble Tea take the terminal again. This ends
		// its event loop and runs what that has deferred.
		runtime.Goexit()
	}
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
