package monitor

import (
	"testing"
	"time"
)

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
