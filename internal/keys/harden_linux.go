package keys

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Harden hides the keys in memory: no core dumps, and on Linux
// no /proc/PID/mem, /proc/PID/environ or ptrace for other processes of the same
// user. The commands that the user runs through us dump none either. Systems other than
// Linux and macOS offer nothing of this, and Harden does nothing there.
func Harden() error {
	if err := noCore(); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("hiding memory from other processes: %w", err)
	}
	return nil
}
