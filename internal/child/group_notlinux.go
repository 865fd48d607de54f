//go:build unix && !linux

package child

import "syscall"

// continueOnDeath does nothing: this system has no such signal.
func continueOnDeath(*syscall.SysProcAttr) {}
