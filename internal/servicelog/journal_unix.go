//go:build !windows

package servicelog

import (
	"fmt"
	"os"
	"syscall"
)

// toJournal reports whether f leads to systemd's journal, which has times of
// its own. A variable that was inherited names another stream than f.
func toJournal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && os.Getenv("JOURNAL_STREAM") == fmt.Sprintf("%d:%d", stat.Dev, stat.Ino)
}
