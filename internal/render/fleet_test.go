package render

import (
	"testing"
	"time"

	"ortop/internal/account"
)

// A row that another machine made is as old as it is here, and stale when every
// snapshot is; a clock that is behind that machine's makes nothing younger than new.
func TestARowOfAnotherMachineAges(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	row := FleetRow{StatusObject: Status(&account.Snapshot{At: at, Interval: time.Minute}, at)}
	for _, c := range []struct {
		after time.Duration
		age   float64
		stale bool
	}{{-time.Minute, 0, false}, {150 * time.Second, 150, false}, {151 * time.Second, 151, true}} {
		if r := row.Aged(at.Add(c.after), time.Minute); r.AgeS == nil || *r.AgeS != c.age || r.Stale != c.stale {
			t.Errorf("%s later: age %v, stale %v, want %v, %v", c.after, *r.AgeS, r.Stale, c.age, c.stale)
		}
	}
	if r := Nothing("storage", "nothing was read").Aged(at, time.Minute); r.AgeS != nil || !r.Stale {
		t.Errorf("nothing has the age %v, stale %v", r.AgeS, r.Stale)
	}
}
