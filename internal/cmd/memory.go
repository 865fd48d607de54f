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
	// heapGrowth is what is allocated from one collection to the next where more than
	// twice of it is in use, bytes, and leastGC the least share of what is in use that
	// this may be: what a list of thousands of keys takes while it is read is collected
	// on the way.
	heapGrowth = 4 << 20
	leastGC    = 15
)

// saveMemory keeps what the dashboard takes small, unless the environment says how
// much that may be.
func saveMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(dashboardGC)
		followHeap(&collections{dashboardGC})
	}
}

type collections struct{ percent int }

// followHeap adapts to what is in use after each collection: an object that nobody
// holds is finalized then.
func followHeap(at *collections) {
	runtime.SetFinalizer(at, func(at *collections) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if percent := gcPercent(m.HeapAlloc); percent != at.percent {
			at.percent = percent
			debug.SetGCPercent(percent)
		}
		followHeap(at)
	})
}

// gcPercent is by how much of the bytes in use the heap grows between collections.
func gcPercent(live uint64) int {
	return int(max(leastGC, min(dashboardGC, heapGrowth*100/max(1, live))))
}
