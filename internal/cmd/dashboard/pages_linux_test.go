package dashboard

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/mattn/go-runewidth"
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
	c.forget(forgetEvery)
	if got := now(); got < before {
		t.Errorf("of %d kB %d are mapped, although nobody looks", before, got)
	}
	c.looked(true)
	c.end()
	c.forget(forgetEvery)
	if got := now(); got < before {
		t.Errorf("of %d kB %d are mapped after the end", before, got)
	}
	c.ended.Store(false)
	c.forget(forgetEvery)
	c.end()
	if after := now(); after > before/2 || before < 4<<10 {
		t.Errorf("of %d kB %d are mapped after they were forgotten", before, after)
	}
}

// Characters are as wide as before when the widths that nothing reads are let go of.
func TestWidthsAreForgotten(t *testing.T) {
	if ansi.StringWidthWc("α") > 1 || runewidth.DefaultCondition.EastAsianWidth {
		forgetWidths()
		if widthTables[1]['α'] != 2 {
			t.Error("what this locale needs is let go of")
		}
		return
	}
	widths := make([]int, utf8.MaxRune+1)
	for r := range widths {
		widths[r] = ansi.StringWidthWc(string(rune(r)))
	}
	low := [0x300]byte(widthTables[1][:])
	if widthTables[1]['α'] != 2 {
		t.Fatal("the library has made no tables")
	}
	forgetWidths()
	left := 0
	for _, w := range widthTables[1][0x300:] {
		if w != 0 {
			left++
		}
	}
	if left > 3*os.Getpagesize() || widthTables[1]['世'] != 0 {
		t.Errorf("%d widths of East Asian locales are left", left)
	}
	if [0x300]byte(widthTables[1][:]) != low {
		t.Error("those of the first characters are gone, too")
	}
	for r, want := range widths {
		if got := ansi.StringWidthWc(string(rune(r))); got != want {
			t.Fatalf("%U is %d wide, want %d", r, got, want)
		}
	}
}
