//go:build unix

package history

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// ours reports whether the file belongs to the user that runs this process.
func ours(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(st.Uid) == os.Geteuid()
}

// accessible returns an error unless files may be made in the folder.
func accessible(folder string) error {
	return unix.Access(folder, unix.W_OK|unix.X_OK)
}
