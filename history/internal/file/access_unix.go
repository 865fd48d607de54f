//go:build unix

package file

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Ours reports whether the file belongs to the user that runs this process.
func Ours(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(st.Uid) == os.Geteuid()
}

// Accessible returns an error unless files may be made in the folder.
func Accessible(folder string) error {
	return unix.Access(folder, unix.W_OK|unix.X_OK)
}
