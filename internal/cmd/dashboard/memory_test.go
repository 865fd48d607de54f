package dashboard

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

func TestGCPercent(t *testing.T) {
	for live, want := range map[uint64]int{0: 50, 3 << 20: 50, 8 << 20: 50, 16 << 20: 25, 20 << 20: 20, 1 << 30: 15} {
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
