//go:build unix

package tty

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// CanSuspend reports whether the platform has job control.
const CanSuspend = true

// orphaned reports whether no shell would continue a stopped process: it is in
// the group of the session's leader, or its parent is of another session.
func orphaned() bool {
	session, err := unix.Getsid(0)
	if err != nil || unix.Getpgrp() == session {
		return true
	}
	parent := os.Getppid() // 0 if outside of the container
	theirs, err := unix.Getsid(parent)
	return parent == 0 || err != nil || theirs != session
}

// stopGroup stops the process group, as ctrl+z in a cooked terminal would,
// and returns when this process was continued or the session ends.
func (s *session) stopGroup() {
	select {
	case <-s.continued:
	default:
	}
	// The Go runtime never gives a signal its default action back, so that
	// SIGTSTP stops the others only.
	signal.Ignore(stopSignal)
	defer signal.Notify(s.signals, stopSignal)
	_ = syscall.Kill(0, stopSignal)
	if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err != nil {
		return
	}
	select {
	case <-s.continued:
	case <-s.ending:
	}
}
