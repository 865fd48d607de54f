//go:build unix

package tty

import (
	"os"
	"syscall"
)

var (
	endSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
	jobSignals = []os.Signal{stopSignal, continueSignal}
)

// The signals of job control.
const (
	stopSignal     = syscall.SIGTSTP
	continueSignal = syscall.SIGCONT
)
