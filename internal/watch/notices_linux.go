package watch

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// notifies reports whether the system notices every write to a file, whoever writes: one
// on another machine, or on the other side of a container's file system, it may not.
func notifies(path string) bool {
	var st unix.Statfs_t
	if unix.Statfs(path, &st) != nil {
		return false
	}
	switch uint32(st.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC:
		return true
	}
	return false
}

// notices are the system's.
type notices struct {
	fd   int
	conn syscall.RawConn // for waiting without a thread
}

// open returns nil where the user may have no more of them.
func open() *notices {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil
	}
	conn, err := os.NewFile(uintptr(fd), "notices").SyscallConn()
	if err != nil {
		return nil
	}
	return &notices{fd, conn}
}

// add asks for notices of the file that is at path now, however often it is asked. It
// opens no descriptor of the file, and closes none, which would drop SQLite's locks.
func (n *notices) add(path string) bool {
	_, err := unix.InotifyAddWatch(n.fd, path, unix.IN_MODIFY|unix.IN_ATTRIB|unix.IN_MOVE_SELF|unix.IN_DELETE_SELF)
	return err == nil
}

// await waits for notices and takes them; it is false where there will be none.
func (n *notices) await() bool {
	return n.conn.Read(func(uintptr) bool { return n.take() }) == nil
}

// take reports whether there were notices.
func (n *notices) take() (any bool) {
	var buf [1024]byte
	for {
		got, err := unix.Read(n.fd, buf[:])
		switch {
		case err == unix.EINTR:
		case got <= 0:
			return any
		default:
			any = true
		}
	}
}
