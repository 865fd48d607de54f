package dashboard

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What is mapped of the program's file, and not used any more, is let go of while
// somebody looks.
func TestPagesAreForgotten(t *testing.T) {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	head := regexp.MustCompile(`^([0-9a-f]+)-([0-9a-f]+) r-.. .* ` + regexp.QuoteMeta(exe) + `$`)
	mapped := func(each func(from, size uintptr)) (kB int) {
		maps, err := os.ReadFile("/proc/self/smaps")
		if err != nil {
			t.Fatal(err)
		}
		own := false
		for line := range strings.Lines(string(maps)) {
			line = strings.TrimSpace(line)
			m := head.FindStringSubmatch(line)
			if words := strings.Fields(line); m == nil && len(words) > 1 {
				if strings.HasSuffix(words[0], ":") && words[0] != "Rss:" {
					continue
				}
				if n, err := strconv.Atoi(words[1]); err == nil && own && words[0] == "Rss:" {
					kB += n
				}
				own = own && words[0] == "Rss:"
				continue
			}
			from, _ := strconv.ParseUint(m[1], 16, 64)
			to, _ := strconv.ParseUint(m[2], 16, 64)
			own = true
			each(uintptr(from), uintptr(to-from))
		}
		return kB
	}
	mapped(func(from, size uintptr) {
		if _, _, e := unix.Syscall(unix.SYS_MADVISE, from, size, unix.MADV_POPULATE_READ); e != 0 {
			t.Skip("all of a file cannot be mapped here: ", e)
		}
	})
	now := func() int { return mapped(func(uintptr, uintptr) {}) }
	before := now()
	var c collections
	c.looked(false)
	c.forget()
	if got := now(); got < before {
		t.Errorf("of %d kB %d are mapped, although nobody looks", before, got)
	}
	c.looked(true)
	c.rested()
	c.forget()
	if got := now(); got < before {
		t.Errorf("of %d kB %d are mapped, although keys are being pressed", before, got)
	}
	c.end()
	c.forget()
	if got := now(); got < before {
		t.Errorf("of %d kB %d are mapped after the end", before, got)
	}
	c.rest()
	if got := now(); got < before {
		t.Errorf("of %d kB %d are mapped once it rests after the end", before, got)
	}
	c.ended.Store(false)
	c.forget()
	c.end()
	if after := now(); after > before/2 || before < 4<<10 {
		t.Errorf("of %d kB %d are mapped after they were forgotten", before, after)
	}
}
