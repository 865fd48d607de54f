//go:build unix

package courier

import (
	"os/exec"
	"syscall"
)

// isolate gives cmd a session, so that it cannot ask on the terminal that the
// dashboard draws on, and ends the whole of it when its time is over.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
