package monitor

import (
	"testing"
	"time"
)

// A month of polls, each of which takes a while, is at its slots to the end.
func TestSlotsDoNotDrift(t *testing.T) {
	t.Parallel()
	const interval = time.Minute
	s, start := newSchedule(interval, time.Now), time.Unix(1_700_000_000, 0)
	s.succeeded(start)
	for n := 1; n <= 30*24*60; n++ {
		if behind := s.due.Sub(start.Add(time.Duration(n) * interval)); behind < 0 || behind > interval/10 {
			t.Fatalf("T07: poll %d is %v behind its slot", n, behind)
		}
		s.succeeded(s.due.Add(time.Duration(n%20) * time.Second))
	}
}

// A poll beside its slot, as of a refresh or of a collector that takes over, is neither
// followed at once nor leaves more than an interval, and its tenth, without one.
func TestOnePollAfterAnother(t *testing.T) {
	t.Parallel()
	const interval = time.Minute
	for beside := range 180 { // seconds after a slot
		s := newSchedule(interval, time.Now)
		slot := time.Unix(1_700_000_000, 0)
		s.at(slot, false)
		now := slot.Add(time.Duration(beside) * time.Second)
		s.succeeded(now)
		if wait := s.due.Sub(now); wait < interval/2 || wait > interval+interval/10 {
			t.Errorf("%d s after its slot a poll is followed by one %v later", beside, wait)
		}
		if beside < 30 && s.slot.Sub(slot) != interval {
			t.Errorf("%d s after its slot the next one is %v later", beside, s.slot.Sub(slot))
		}
		s.at(slot, false)
		now = slot.Add(-time.Duration(beside) * time.Second)
		s.succeeded(now)
		if wait := s.due.Sub(now); wait < interval || wait > interval+interval/10 {
			t.Errorf("%d s before its slot a poll is followed by one %v later", beside, wait)
		}
	}
}
