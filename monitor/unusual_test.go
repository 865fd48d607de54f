package monitor

import (
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/sim"
)

func (b *bench) events(m *Monitor) []history.Event {
	b.t.Helper()
	events, err := b.db.Events(b.t.Context(), m.subj.Load().account, time.Unix(0, 0), b.now().Add(time.Hour), -1)
	if err != nil {
		b.t.Fatal(err)
	}
	return events
}

func TestSpikeIsAnEventWithItsDriver(t *testing.T) {
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	bubble(t, func(t *testing.T) {
		time.Sleep(15 * time.Hour)
		b := newBench(t, oldAccount("steady"))
		b.account.TopUp(500)
		m := b.run()
		s := after(t, m, 10*time.Minute)
		if s.Usual.HourUSD == nil || s.Usual.DayUSD == nil || *s.Usual.HourUSD > *s.Usual.DayUSD {
			t.Fatalf("Usual = %v, %v, want known from the past that was filled in", deref(s.Usual.HourUSD), deref(s.Usual.DayUSD))
		}
		if e := b.events(m); len(e) != 0 {
			t.Fatalf("events before anything happened: %+v", e)
		}
		b.account.Spend(12)
		after(t, m, 3*time.Minute)
		e := b.events(m)
		if len(e) != 1 || e[0].Kind != "spike" || e[0].Level != "warning" || !strings.Contains(e[0].Text, "laptop with anthropic/claude-sonnet-5 ($1") {
			t.Fatalf("S11: events = %+v, want one spike, by laptop with claude-sonnet-5", e)
		}
		stop := runMonitor(t, New(b.o)) // another process goes on from what is stored
		after(t, m, 40*time.Minute)
		stop()
		if e := b.events(m); len(e) != 1 {
			t.Errorf("events = %+v, want one", e)
		}
		after(t, m, 3*time.Hour)
		b.account.Spend(12)
		after(t, m, 3*time.Minute)
		if e := b.events(m); len(e) < 2 {
			t.Errorf("events = %+v, want another for another spike", e)
		}
	})
}

func TestSpikeIsToldWithoutADriver(t *testing.T) {
	bubble(t, func(t *testing.T) {
		time.Sleep(15 * time.Hour)
		b := newBench(t, oldAccount("steady"))
		b.account.TopUp(500)
		m := b.run()
		after(t, m, 10*time.Minute)
		broken := sim.Error(500)
		broken.Path = "/analytics"
		b.account.Fail(broken)
		b.account.Spend(12)
		after(t, m, 3*time.Minute)
		if e := b.events(m); len(e) != 1 || strings.Contains(e[0].Text, "most of the rise") {
			t.Errorf("events = %+v, want one, that names nobody", e)
		}
	})
}
