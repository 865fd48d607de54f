package dashboard

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// forget lets go of what is mapped of p.
//
//go:noinline
func (p pages) forget() {
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, p.from, p.to-p.from, unix.MADV_DONTNEED)
}

// forgetPages lets go of the program's own pages: the kernel maps those about each that
// is touched, and most are for the start alone, or for what is done once a minute. They
// stay in its cache, from which it maps again what is used again.
func forgetPages() {
	for _, p := range ownPages() {
		p.forget()
	}
}

// pages are those between two addresses.
type pages struct{ from, to uintptr }

// ownPages are those of the program's file that are as in the file, and stay so: with
// relocations, or a debugger's breakpoints, they differ.
var ownPages = sync.OnceValue(func() (all []pages) {
	path, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return nil
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return nil
	}
	defer maps.Close()
	var p pages
	own := false
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) < 2:
		case !strings.HasSuffix(words[0], ":"):
			first, end, _ := strings.Cut(words[0], "-")
			from, _ := strconv.ParseUint(first, 16, 64)
			to, _ := strconv.ParseUint(end, 16, 64)
			p = pages{uintptr(from), uintptr(to)}
			own = words[1][:2] == "r-" && strings.HasSuffix(lines.Text(), " "+path)
		case own && words[0] == "Anonymous:" && words[1] == "0":
			all = append(all, p)
		}
	}
	return all
})
