//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package tty

import "golang.org/x/sys/unix"

// discardOutput drops what the terminal was sent and has not read.
func discardOutput(fd uintptr) {
	const write = 2 // FWRITE of <sys/fcntl.h>
	_ = unix.IoctlSetPointerInt(int(fd), unix.TIOCFLUSH, write)
}
