//go:build unix

package share

import (
	"testing"
	"time"
)

// What a poll costs the file that it is sent from is counted: it is most of what sending
// costs a collector.
func TestSendingCostsTheFileLittle(t *testing.T) {
	_, e := started(t, time.Minute)
	names := []string{"x", "y", "z"}
	s := newStation(t, e, "a", names...)
	s.Start(t.Context())
	poll := func(minute int) {
		for _, n := range names {
			s.readAll(n, noon.Add(time.Duration(minute)*time.Minute), float64(minute+1), 3)
		}
	}
	poll(0)
	s.ship(t.Context()) // what is made once is there
	poll(1)
	before := s.Collector.db.Stats()
	s.ship(t.Context())
	if n := s.Waits(); n > 0 {
		t.Fatalf("%d entries wait", n)
	}
	after := s.Collector.db.Stats()
	if n := after.Commits - before.Commits; n != len(names) {
		t.Errorf("%d commits for %d accounts", n, len(names))
	}
	if n := after.Selects - before.Selects; n > 2*len(names)+2 { // the entries, what waits; who waits, before and after
		t.Errorf("%d SELECTs for %d accounts", n, len(names))
	}
}
