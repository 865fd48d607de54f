package monitor

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ortop/history"
	"ortop/internal/sim"
)

// A monitor that is told of writes rests between its polls, misses none of them, and
// shows what another process stores as soon as it is told, or else within seconds.
func TestRestsWhereItIsToldOfWrites(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		path := filepath.Join(t.TempDir(), "history.db")
		open := func() *history.DB {
			db, err := history.Open(t.Context(), path, history.Options{Now: b.now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			return db
		}
		news := make(chan struct{}, 1)
		var watched string
		var renewed, looks atomic.Int32
		b.o.Open = opened(open())
		b.o.Watch = func(path string) (<-chan struct{}, func() bool) {
			watched = path
			return news, func() bool { renewed.Add(1); return true }
		}
		b.o.Now = func() time.Time { looks.Add(1); return b.now() }
		m := New(b.o)
		stop := runMonitor(t, m)
		defer stop()
		after(t, m, 5*time.Minute+30*time.Second) // the first listings are through
		if watched != path {
			t.Errorf("watched %q", watched)
		}

		polls, was := b.asked("/credits"), looks.Load()
		s := after(t, m, time.Hour)
		if n := b.asked("/credits") - polls; n < 58 || n > 61 {
			t.Errorf("an hour made %d polls", n)
		}
		// Each poll and each look asks for the time a few times.
		if n := looks.Load() - was; n > 60*55 {
			t.Errorf("in an hour the time was looked at %d times", n)
		}
		if age, _ := s.Age(s.Now); s.Stale(s.Now) || age > 70*time.Second {
			t.Errorf("the reading is %v old", age)
		}

		// Another process polls, and the system tells of it.
		other := b.o
		other.Watch, other.Open = nil, opened(open())
		second := New(other)
		stopSecond := runMonitor(t, second)
		defer stopSecond()
		after(t, second, 10*time.Second)
		at := func(m *Monitor) time.Time { s, _ := m.Latest(); return s.At }
		second.Refresh()
		synctest.Wait()
		if !at(second).After(at(m)) {
			t.Fatalf("the second read nothing: %v, %v", at(second), at(m))
		}
		news <- struct{}{}
		synctest.Wait()
		if !at(m).Equal(at(second)) {
			t.Error("what was told of is not shown")
		}
		if renewed.Load() == 0 {
			t.Error("the files are not watched anew after they changed")
		}

		// It is not told.
		time.Sleep(10 * time.Second)
		second.Refresh()
		after(t, m, restEvery)
		if !at(m).Equal(at(second)) {
			t.Error("what nobody told of is not shown after a few seconds")
		}
	})
}

// Where it cannot be watched, each second is looked.
func TestLooksWhereNobodyTells(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.o.Watch = func(string) (<-chan struct{}, func() bool) { return nil, nil }
		m := b.run()
		if s := after(t, m, 10*time.Minute); s.Stale(s.Now) || b.asked("/credits") < 10 {
			t.Errorf("%d polls in ten minutes, the last at %v", b.asked("/credits"), s.At)
		}
	})
}
