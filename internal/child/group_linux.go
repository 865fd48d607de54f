package child

import "syscall"

// continueOnDeath lets the system itself continue the command when this program
// dies: the command alone, and not what it started.
func continueOnDeath(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGCONT }
