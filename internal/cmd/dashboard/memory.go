package dashboard

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"ortop/internal/routine"
)

const (
	// dashboardGC collects earlier than Go does by itself: a screen at rest allocates
	// little, and what is left of a long list of keys is memory that nobody uses.
	dashboardGC = 50
	// heapGrowth is what is allocated from one collection to the next where more than
	// twice of it is in use, bytes, and leastGC the least share of what is in use that
	// this may be: what a list of thousands of keys takes while it is read is collected
	// on the way. Where more than passing is in use, some of it is on its way out, and the
	// growth shrinks as it grows.
	heapGrowth = 4 << 20
	passing    = 12 << 20
	leastGC    = 15
	// startGC is the share until settleAfter: what it takes to draw the first full frame
	// is allocated without a collection beside it, and collected once it is drawn.
	startGC     = 200
	settleAfter = time.Second
	// forgetAfter is from then until the first look is over. forgetEvery is as often as an
	// account is asked by default: it is some seconds after what was asked at the start,
	// and each minute from there.
	forgetAfter = 3 * time.Second
	forgetEvery = time.Minute
	// restAfter is from what was pressed last until what that took is given back: who comes
	// back to the screen later waits for its pages once.
	restAfter = 20 * time.Second
	// collectedFor is from a collection until the pages of what led to it are let go of,
	// which ran each function there is, and went over each stack.
	collectedFor = 2 * time.Second
)

// saveMemory keeps what the dashboard takes small, unless the environment says how
// much that may be.
func saveMemory() *collections {
	c := new(collections)
	c.save()
	return c
}

// collections are those of the program.
type collections struct {
	percent atomic.Int64 // by how much the heap grows until the next; 0: the environment says
	ended   atomic.Bool
	unseen  atomic.Bool // nobody looks at the screen
	used    atomic.Bool // something was pressed less than restAfter ago
	resting *time.Timer // until then; nil: the environment says
}

func (c *collections) save() {
	if os.Getenv("GOGC") == "" {
		c.percent.Store(startGC)
		debug.SetGCPercent(startGC)
		c.follow()
		c.rests()
		later(settleAfter, c.settle)
	}
}

// settle gives back what the start took, after which follow says when to collect.
func (c *collections) settle() {
	if !c.ended.Load() {
		debug.FreeOSMemory()
		forgetPages()
		later(forgetAfter, c.forget)
	}
}

// rests makes ready what rested puts off.
func (c *collections) rests() {
	c.resting = later(restAfter, c.rest)
	c.resting.Stop()
}

// rest gives back what the keys took that were pressed.
func (c *collections) rest() {
	if c.used.Store(false); !c.ended.Load() {
		debug.FreeOSMemory()
		forgetPages()
	}
}

// looked notes whether anybody looks at the screen.
func (c *collections) looked(seen bool) { c.unseen.Store(!seen) }

// forget lets go of what is mapped of the program, now and each forgetEvery.
func (c *collections) forget() {
	if !c.ended.Load() {
		c.forgetNow()
		later(forgetEvery, c.forget)
	}
}

// forgetNow lets go of what is mapped: to map it again is a fifth of what a minute costs
// while nobody looks, and would make one wait who is pressing keys.
func (c *collections) forgetNow() {
	if !c.used.Load() && !c.unseen.Load() && !c.ended.Load() {
		forgetPages()
	}
}

// end leaves them as they are.
func (c *collections) end() { c.ended.Store(true) }

// follow adapts them to what is in use after each: an object that nobody holds is
// finalized then.
func (c *collections) follow() {
	runtime.SetFinalizer(new(sentinel), func(*sentinel) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if c.ended.Load() {
			return
		}
		if percent := gcPercent(m.HeapAlloc); int64(percent) != c.percent.Load() {
			c.percent.Store(int64(percent))
			debug.SetGCPercent(percent)
		}
		trim()
		later(collectedFor, c.forgetNow)
		c.follow()
	})
}

// rested collects while nobody waits for a frame, where the next few would else be drawn
// beside a collection, and by goroutines that have to help with it.
func (c *collections) rested() {
	c.used.Store(true)
	if c.resting != nil {
		c.resting.Reset(restAfter)
	}
	var m runtime.MemStats
	if runtime.ReadMemStats(&m); c.due(&m) {
		runtime.GC()
	}
}

// due reports whether half of what may be allocated until the next collection is.
func (c *collections) due(m *runtime.MemStats) bool {
	percent := uint64(c.percent.Load())
	return m.HeapAlloc > m.NextGC-m.NextGC*percent/(100+percent)/2 && percent > 0
}

// sentinel has a pointer, for tiny objects without one are not finalized each.
type sentinel struct{ _ *byte }

// gcPercent is by how much of the bytes in use the heap grows between collections.
func gcPercent(live uint64) int {
	percent := heapGrowth * 100 / max(1, live)
	return int(max(leastGC, min(dashboardGC, percent, percent*passing/max(1, live))))
}

// later runs f after a while.
//
//go:noinline
func later(after time.Duration, f func()) *time.Timer { return time.AfterFunc(after, routine.Guard(f)) }
