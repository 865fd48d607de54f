package cmd

import (
	"os"
	"runtime"
	"runtime/debug"
)

const (
	// dashboardGC collects earlier than Go does by itself: a screen at rest allocates
	// little, and what is left of a long list of keys is memory that nobody uses.
	dashboardGC = 50
	// leastMemory is what is collected for before the heap grows past it, bytes.
	leastMemory = 36 << 20
)

// saveMemory keeps what the dashboard takes small, unless the environment says how
// much it may be. What a list of thousands of keys takes while it is read is collected
// on the way. Where what is in use comes near to the limit, that grows, as no work of
// the collector makes it less.
func saveMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(dashboardGC)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(leastMemory)
		followHeap(&struct{ limit int64 }{leastMemory})
	}
}

// followHeap sets the limit after each collection: an object that nobody holds is
// finalized then.
func followHeap(at *struct{ limit int64 }) {
	runtime.SetFinalizer(at, func(at *struct{ limit int64 }) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if limit := memoryLimit(int64(m.HeapAlloc)); limit != at.limit {
			at.limit = limit
			debug.SetMemoryLimit(limit)
		}
		followHeap(at)
	})
}

// memoryLimit is the limit for a heap of which so much is in use, bytes, in steps of
// 8 MiB.
func memoryLimit(live int64) int64 {
	const step = 8 << 20
	return max(leastMemory, (live*5/4+step)/step*step)
}
