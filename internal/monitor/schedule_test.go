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

// Polls of one process fall together, at another part of each interval; those of many
// accounts do not.
func TestPollsOfFewAccountsFallTogether(t *testing.T) {
	const interval, accounts, polls = time.Minute, 10, 500
	together := func() (share float64, least, most time.Duration) {
		same, start := 0, time.Unix(1_700_000_000, 0)
		var all [accounts]*schedule
		for i := range all {
			all[i] = newSchedule(interval, time.Now)
			all[i].succeeded(start.Add(time.Duration(i) * 30 * time.Millisecond)) // as its server answered
		}
		least = interval
		for range polls {
			moments := map[time.Time]bool{}
			for _, s := range all {
				late := s.due.Sub(s.slot)
				least, most = min(least, late), max(most, late)
				moments[s.due] = true
				s.succeeded(s.due.Add(time.Second))
			}
			if len(moments) == 1 {
				same++
			}
		}
		return float64(same) / polls, least, most
	}
	share, least, most := together()
	if share < .9 || least < 0 || least > interval/100 || most > interval/10 || most < interval/10-interval/100 {
		t.Errorf("%.0f %% of the polls fall together, %v to %v behind their slots", 100*share, least, most)
	}
	running.Add(mostTogether + 1)
	defer running.Add(-mostTogether - 1)
	if share, least, most := together(); share > .1 || least < 0 || most > interval/10 {
		t.Errorf("of many accounts %.0f %% of the polls fall together, %v to %v behind their slots", 100*share, least, most)
	}
}
