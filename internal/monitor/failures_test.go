package monitor

import (
	"maps"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/sim"
)

func TestFailuresAreCounted(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		after(t, m, 90*time.Second)
		if got := m.Failures(); len(got) != 0 {
			t.Errorf("Failures() = %v before any fault, want none", got)
		}
		b.account.Fail(sim.Error(500))
		s := after(t, m, time.Minute)
		b.account.Fail()
		after(t, m, 20*time.Minute) // the back-off is over, and it reads again
		if got, want := m.Failures(), map[credit.FaultKind]int{credit.FaultServer: 1}; s.Fault == nil || !maps.Equal(got, want) {
			t.Errorf("Failures() = %v after one answer 500 (%+v), want %v", got, s.Fault, want)
		}
		b.db.Close()
		after(t, m, 2*time.Minute)
		if got := m.Failures()[credit.FaultStorage]; got == 0 {
			t.Error("Failures() counts no reading that could not be stored")
		}
	})
}
