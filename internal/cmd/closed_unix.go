//go:build unix

package cmd

import (
	"os"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// verdicts are the commands whose answer is their exit code, what another command writes
// or what they change: a script that throws their text away means it, and some open
// /dev/null for that as Go's runtime does.
var verdicts = map[string]bool{
	"preflight": true, "guard": true, "cost": true, "collect": true, "import": true, "backup": true, "restore": true,
	"add": true, "remove": true, "balance": true, "mute": true, "unmute": true, "test": true, "push": true,
}

// keepClosed makes every write fail where standard output was closed. Go's
// runtime opens /dev/null for reading and writing in its place, and what is
// written there is lost without a word; a shell that throws an answer away opens
// it for writing alone.
func keepClosed(root *cobra.Command, args []string) {
	if c, _, err := root.Find(args); err == nil && verdicts[c.Name()] && !slices.Contains(args, "--help") || !wasClosed() {
		return
	}
	null, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	_ = unix.Dup2(null, 1) // fails for a closed source alone
	_ = unix.Close(null)
}

// wasClosed reports whether standard output is what the runtime opens. Where
// standard input or error lead to the same open file, the caller opened it.
func wasClosed() bool {
	flags, err := unix.FcntlInt(1, unix.F_GETFL, 0)
	if err != nil || flags&unix.O_ACCMODE != unix.O_RDWR || flags&unix.O_APPEND != 0 {
		return false
	}
	var out, null unix.Stat_t
	if unix.Fstat(1, &out) != nil || unix.Stat(os.DevNull, &null) != nil || out.Mode&unix.S_IFMT != unix.S_IFCHR || out.Rdev != null.Rdev {
		return false
	}
	if _, err := unix.FcntlInt(1, unix.F_SETFL, flags|unix.O_APPEND); err != nil {
		return false
	}
	shared := false
	for _, fd := range []uintptr{0, 2} {
		other, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
		shared = shared || err == nil && other&unix.O_APPEND != 0 && sameDevice(int(fd), &out)
	}
	_, err = unix.FcntlInt(1, unix.F_SETFL, flags)
	return err == nil && !shared
}

func sameDevice(fd int, as *unix.Stat_t) bool {
	var s unix.Stat_t
	return unix.Fstat(fd, &s) == nil && s.Mode&unix.S_IFMT == unix.S_IFCHR && s.Rdev == as.Rdev
}
