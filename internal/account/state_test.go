package account

import (
	"slices"
	"testing"

	"ortop/internal/alert"
)

func TestNotificationsAreNumbered(t *testing.T) {
	var s State
	events := make([]alert.Event, 3*mostNotified)
	events[0].Level = alert.Warning // too old to be kept
	last := len(events) - 1
	events[last].Channels, events[last].Level = []string{"phone"}, alert.Urgent
	s.notify(events)
	if n := len(s.Notified); n != mostNotified || s.Notified[n-1].Number != int64(len(events)) {
		t.Fatalf("%d are kept, the last %+v, want the last %d", n, s.Notified[n-1], mostNotified)
	}
	got, highest := s.NotifiedAfter(0)
	if len(got) != 1 || highest != int64(len(events)) || !slices.Equal(got[0].Channels, []string{"phone"}) {
		t.Errorf("NotifiedAfter(0) = %+v, %d, want the one that has a level, and its channels", got, highest)
	}
	if got, again := s.NotifiedAfter(highest); len(got) != 0 || again != highest {
		t.Errorf("NotifiedAfter(%d) = %+v, %d, want none", highest, got, again)
	}
}
