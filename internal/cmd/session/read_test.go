package session

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// An answer is given without a collection beside it, and what goes on after it is
// collected as before.
func TestAnAnswerIsNotCollectedBeside(t *testing.T) {
	t.Setenv("GOGC", "")
	const own = 120
	defer debug.SetGCPercent(debug.SetGCPercent(own))
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	putOff()
	for range 8 << 20 >> 16 { // 57 days of readings and a plan
		chunk = make([]byte, 1<<16)
	}
	if runtime.ReadMemStats(&now); now.NumGC != before.NumGC {
		t.Errorf("%d collections beside an answer", now.NumGC-before.NumGC)
	}
	chunk = nil
	percent := 0
	for range 200 {
		runtime.GC()
		runtime.Gosched() // finalizers run beside
		percent = debug.SetGCPercent(own)
		debug.SetGCPercent(percent)
		if percent == own {
			break
		}
	}
	if percent != own {
		t.Errorf("after the first collection it collects at %d %%, want %d", percent, own)
	}
	t.Setenv("GOGC", "50")
	debug.SetGCPercent(50)
	putOff()
	if got := debug.SetGCPercent(50); got != 50 {
		t.Errorf("where the environment says 50 %% it collects at %d", got)
	}
}

var chunk []byte // on the heap
