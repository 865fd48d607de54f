package tty

import (
	"os"
	"syscall"
)

// A console that is closed counts as SIGTERM. There is no job control.
var (
	endSignals                 = []os.Signal{os.Interrupt, syscall.SIGTERM}
	jobSignals                 []os.Signal
	stopSignal, continueSignal os.Signal
)
