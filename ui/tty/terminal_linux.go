package tty

import "golang.org/x/sys/unix"

// discardOutput drops what the terminal was sent and has not read.
func discardOutput(fd uintptr) {
	_ = unix.IoctlSetInt(int(fd), unix.TCFLSH, unix.TCOFLUSH)
	// The kernel does not wake a waiting write for that, but for output that
	// was stopped and goes on.
	_ = unix.IoctlSetInt(int(fd), unix.TCXONC, unix.TCOOFF)
	_ = unix.IoctlSetInt(int(fd), unix.TCXONC, unix.TCOON)
}
