package monitor

import (
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/sim"
)

// A 403 to a key that read the balance is a fault as any other: the last value
// stays, it is asked again soon, also by the next process, and the first good
// answer ends it.
func TestForbiddenIsAFault(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := New(b.o)
		stop := runMonitor(t, m)
		good := after(t, m, 5*time.Minute)
		page := sim.HTML(403)
		page.Path = "/credits"
		b.account.Fail(page)
		s := after(t, m, 5*time.Minute)
		if s.Fault == nil || s.Fault.Kind != credit.FaultForbidden || s.Balance == nil || s.Source != account.FromCredits || !s.Stale(s.Now) || s.At.Sub(good.At) > 2*time.Minute {
			t.Errorf("fault %+v, balance %v, source %q, read %v, want the last balance and the fault", s.Fault, s.Balance, s.Source, s.At)
		}
		before := b.asked("/credits")
		if after(t, m, time.Hour); b.asked("/credits")-before < 3 || b.asked("/credits")-before > 12 {
			t.Errorf("it was asked %d times in an hour, want as after any failure", b.asked("/credits")-before)
		}
		stop()
		once := New(b.o)
		if s, err := once.Once(t.Context(), Freshness{}); err != nil || s.Fault == nil || s.Balance == nil || !s.Stale(s.Now) {
			t.Errorf("Once = fault %+v, balance %v, %v, want the last balance and the fault", s.Fault, s.Balance, err)
		}
		b.account.Fail()
		time.Sleep(time.Minute)
		if s, err := once.Once(t.Context(), Freshness{}); err != nil || s.Fault != nil || s.Balance == nil || s.Stale(s.Now) {
			t.Errorf("Once = fault %+v, balance %v, %v, want a new balance", s.Fault, s.Balance, err)
		}
	})
}
