package cmd

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	for _, c := range []struct{ live, least, most int64 }{
		{0, leastMemory, leastMemory}, {10 << 20, leastMemory, leastMemory},
		{20 << 20, leastMemory, leastMemory}, {40 << 20, 50 << 20, 60 << 20}, {1 << 30, 5 << 28, 5<<28 + 8<<20},
	} {
		if got := memoryLimit(c.live); got < c.least || got > c.most {
			t.Errorf("memoryLimit(%d MiB) = %d MiB, want %d to %d", c.live>>20, got>>20, c.least>>20, c.most>>20)
		}
	}
}

// The limit follows what is in use, up and down, or the collector would work for ever.
func TestMemoryLimitFollowsTheHeap(t *testing.T) {
	if testing.Short() {
		t.Skip("the heap of the race detector is another")
	}
	was, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	defer func() { debug.SetGCPercent(was); debug.SetMemoryLimit(limit) }()
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	saveMemory()
	reaches := func(ok func(int64) bool) bool {
		for range 2000 {
			runtime.GC()
			if ok(debug.SetMemoryLimit(-1)) {
				return true
			}
			runtime.Gosched() // finalizers run beside
		}
		return false
	}
	held := make([]byte, 100<<20)
	if !reaches(func(limit int64) bool { return limit > 120<<20 }) {
		t.Errorf("with 100 MiB in use the limit is %d MiB", debug.SetMemoryLimit(-1)>>20)
	}
	runtime.KeepAlive(held)
	if !reaches(func(limit int64) bool { return limit < 100<<20 }) {
		t.Errorf("after them the limit is %d MiB", debug.SetMemoryLimit(-1)>>20)
	}
}
