package monitor

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/longtest"
	"ortop/internal/sim"
)

// TestSoak lets simulated days pass, ORTOP_SOAK_DAYS of them (a quarter or a tenth of one
// if not set), and looks for what grows between the half and the end: goroutines, file
// descriptors and, from ten days on, for a fresh heap still settles, memory.
func TestSoak(t *testing.T) {
	// Not beside others, whose goroutines would be counted.
	if testing.Short() {
		t.Skip("takes seconds, more with the race detector")
	}
	days := longtest.Of(.1, .25)
	if s := os.Getenv("ORTOP_SOAK_DAYS"); s != "" {
		var err error
		if days, err = strconv.ParseFloat(s, 64); err != nil {
			t.Fatal(err)
		}
	}
	bubble(t, func(t *testing.T) {
		length := time.Duration(days * 24 * float64(time.Hour))
		// What is simulated is replayed, so that it takes no memory as it goes.
		points := make([]sim.Point, 0, int(length/time.Minute))
		for d := time.Duration(0); d < length+24*time.Hour; d += 10 * time.Minute {
			points = append(points, sim.Point{At: time.Now().Add(d), USD: d.Hours() / 4})
		}
		b := newBench(t, sim.Config{Trace: points, CreditsUSD: 10000})
		path := filepath.Join(t.TempDir(), "history.db")
		db, err := history.Open(t.Context(), path, history.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		b.o.Open = opened(db)
		m := New(b.o)
		stop := runMonitor(t, m)
		defer stop()
		after(t, m, length/2)
		before := measure(t)
		s := after(t, m, length/2)
		now := measure(t)
		t.Logf("%v days: before %+v, after %+v; file %d bytes", days, before, now, fileSize(t, path))
		if now.goroutines != before.goroutines || now.files != before.files {
			t.Errorf("goroutines and files went from %d, %d to %d, %d", before.goroutines, before.files, now.goroutines, now.files)
		}
		if limit := before.rss + before.rss/20; days >= 10 && now.rss > limit {
			t.Errorf("RSS went from %d to %d KiB", before.rss, now.rss)
		}
		if s.Fault != nil || s.Stale(s.Now) {
			t.Errorf("at the end: %+v, stale %v", s.Fault, s.Stale(s.Now))
		}
	})
}

type resources struct {
	goroutines, files int
	rss               int // KiB
}

func measure(t *testing.T) resources {
	t.Helper()
	debug.FreeOSMemory()
	r := resources{goroutines: runtime.NumGoroutine()}
	if entries, err := os.ReadDir("/proc/self/fd"); err == nil {
		r.files = len(entries)
	}
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("no /proc here to measure with")
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			r.rss, _ = strconv.Atoi(strings.Fields(v)[0])
		}
	}
	return r
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
