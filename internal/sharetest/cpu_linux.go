package sharetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the kernel's unit of processor time in /proc.
const tick = time.Second / 100

// CPU is the processor time of all processes of the cluster so far, those that ended
// too.
func (c *Cluster) CPU() time.Duration {
	c.t.Helper()
	c.Needs("processes of its own")
	text, err := os.ReadFile(filepath.Join(c.data, "postmaster.pid"))
	if err != nil {
		c.t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	sum, _, ended := stat(first)
	sum += ended
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range all {
		if used, of, _ := stat(filepath.Base(p)); of == first {
			sum += used
		}
	}
	return sum
}

// stat is what /proc says of a process: what it used, whose child it is, and what its
// own that ended used.
func stat(pid string) (used time.Duration, parent string, ended time.Duration) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%s/stat", pid))
	_, rest, ok := strings.Cut(string(text), ") ") // its name may hold anything
	f := strings.Fields(rest)
	if err != nil || !ok || len(f) < 15 {
		return 0, "", 0 // it has ended
	}
	var ticks [4]int64
	for i := range ticks {
		ticks[i], _ = strconv.ParseInt(f[11+i], 10, 64)
	}
	return time.Duration(ticks[0]+ticks[1]) * tick, f[1], time.Duration(ticks[2]+ticks[3]) * tick
}
