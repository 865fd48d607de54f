package dashboard

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"testing/synctest"
	"time"
)

func TestGCPercent(t *testing.T) {
	for live, want := range map[uint64]int{0: 50, 3 << 20: 50, 8 << 20: 50, 12 << 20: 33, 16 << 20: 18, 20 << 20: 15, 1 << 30: 15} {
		if got := gcPercent(live); got != want {
			t.Errorf("gcPercent(%d MiB) = %d, want %d", live>>20, got, want)
		}
	}
}

// How early is collected follows what is in use, up and down.
func TestCollectionsFollowTheHeap(t *testing.T) {
	t.Setenv("GOGC", "")
	was := debug.SetGCPercent(100)
	defer debug.SetGCPercent(was)
	var all collections
	all.save()
	defer all.end()
	reaches := func(ok func(int) bool) (percent int) {
		for range 200 {
			runtime.GC()
			runtime.Gosched() // finalizers run beside
			now := []metrics.Sample{{Name: "/gc/gogc:percent"}}
			metrics.Read(now)
			percent = int(now[0].Value.Uint64())
			if ok(percent) {
				break
			}
		}
		return percent
	}
	held := make([]byte, 100<<20)
	if got := reaches(func(p int) bool { return p == leastGC }); got != leastGC {
		t.Errorf("with 100 MiB in use it collects at %d %%", got)
	}
	runtime.KeepAlive(held)
	var want int // other tests of the process left something, too
	got := reaches(func(p int) bool {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		want = gcPercent(m.HeapAlloc)
		return p >= want-5 && p <= want+5 && m.HeapAlloc < 100<<20
	})
	if got < want-5 || got > want+5 {
		t.Errorf("after them it collects at %d %%, want %d", got, want)
	}
}

// A screen that rests collects what half of the room is taken by, and nothing before.
func TestARestingScreenCollects(t *testing.T) {
	var c collections
	c.percent.Store(25)
	for _, k := range []struct {
		alloc, next uint64
		want        bool
	}{{16 << 20, 20 << 20, false}, {17 << 20, 20 << 20, false}, {18<<20 + 1, 20 << 20, true}, {25 << 20, 20 << 20, true}} {
		if got := c.due(&runtime.MemStats{HeapAlloc: k.alloc, NextGC: k.next}); got != k.want {
			t.Errorf("with %d of %d MiB allocated a collection is due: %t", k.alloc>>20, k.next>>20, got)
		}
	}
	if new(collections).due(&runtime.MemStats{HeapAlloc: 20 << 20, NextGC: 20 << 20}) {
		t.Error("it collects where the environment says when")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c.percent.Store(400)
	held := make([]byte, (before.NextGC-before.HeapAlloc)/4*3)
	c.rested()
	if runtime.ReadMemStats(&after); after.NumGC == before.NumGC {
		t.Error("nothing was collected")
	}
	runtime.KeepAlive(held)
}

// What keys took is given back once none was pressed for a while.
func TestWhatKeysTookIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer debug.SetGCPercent(debug.SetGCPercent(400))
		var c collections
		c.rests()
		defer c.end()
		chunk = make([]byte, 16<<20)
		runtime.KeepAlive(chunk)
		chunk = nil
		runtime.GC()
		kept := func() uint64 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.HeapIdle - m.HeapReleased
		}
		c.rested()
		time.Sleep(restAfter - time.Second)
		c.rested() // another key
		time.Sleep(restAfter - time.Second)
		if now := kept(); now < 8<<20 || !c.used.Load() {
			t.Errorf("%d B that nobody uses are kept while keys are pressed", now)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if now := kept(); now > 2<<20 || c.used.Load() {
			t.Errorf("%d B that nobody uses are kept after the last key", now)
		}
	})
}

// The start is not collected beside, and what it took is given back after it.
func TestTheStartIsCollectedAfterwards(t *testing.T) {
	t.Setenv("GOGC", "")
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	var all collections
	all.save()
	defer all.end()
	// What the first frames of a history of 5 million readings allocate is 8 MB, and what other tests left is there too.
	for range 5 << 20 >> 16 {
		chunk = make([]byte, 1<<16)
	}
	if runtime.ReadMemStats(&now); now.NumGC != before.NumGC {
		t.Errorf("%d collections while the start allocated", now.NumGC-before.NumGC)
	}
	chunk = nil
	all.settle()
	if runtime.ReadMemStats(&now); now.NumGC == before.NumGC || now.HeapIdle-now.HeapReleased > 4<<20 { // others let go of some meanwhile
		t.Errorf("after it there were %d collections, and %d B that nobody uses are kept", now.NumGC-before.NumGC, now.HeapIdle-now.HeapReleased)
	}
	all.end()
	before = now
	all.settle()
	if runtime.ReadMemStats(&now); now.NumGC != before.NumGC {
		t.Error("it collects after its end")
	}
}

var chunk []byte // on the heap
