//go:build unix && !linux

package child

import (
	"bytes"
	"fmt"
	"os/exec"

	"golang.org/x/sys/unix"
)

// processes are those that run, by ps.
func processes() (all []process) {
	out, err := exec.Command("/bin/ps", "-A", "-o", "pid=,ppid=,pgid=,stat=").Output()
	if err != nil {
		return nil
	}
	for line := range bytes.Lines(out) {
		var p process
		var state string
		if _, err := fmt.Sscan(string(line), &p.pid, &p.parent, &p.group, &state); err != nil || state[0] == 'Z' { // dead
			continue
		}
		if session, err := unix.Getsid(p.pid); err == nil {
			p.session = session
		}
		all = append(all, p)
	}
	return all
}
