//go:build unix

package tty

import "golang.org/x/sys/unix"

// foreground reports whether the process group may use the terminal, which it
// also may if that controls no session of its own.
func foreground(fd uintptr) bool {
	group, err := unix.IoctlGetInt(int(fd), unix.TIOCGPGRP)
	return err != nil || group == unix.Getpgrp()
}
