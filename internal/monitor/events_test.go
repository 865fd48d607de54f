package monitor

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/sim"
)

func TestEventsAreMerged(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		var all told
		b.o.Rules, b.o.Alerts, b.o.Notify = alert.Defaults(), &courier.Options{}, all.deliver
		m := New(b.o)
		if events, err := m.Events(t.Context(), time.Time{}, b.now(), -1); err != nil || events != nil {
			t.Errorf("Events before a first reading = %v, %v, want none", events, err)
		}
		if err := m.Acknowledge(t.Context(), 1); !errors.Is(err, history.ErrNoEvent) {
			t.Errorf("Acknowledge before a first reading = %v, want ErrNoEvent", err)
		}
		stop := runMonitor(t, m)
		after(t, m, 10*time.Minute)
		b.account.TopUp(25)
		after(t, m, 10*time.Minute)
		stop()
		time.Sleep(2 * time.Hour)
		m = New(b.o)
		stop = runMonitor(t, m)
		defer stop()
		b.account.TopUp(-5)
		after(t, m, 10*time.Minute)
		events, err := m.Events(t.Context(), time.Unix(0, 0), b.now(), -1)
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[account.EventKind]string{}
		for i, e := range events {
			if i > 0 && e.At.After(events[i-1].At) {
				t.Errorf("event %d at %v comes after one at %v, want the newest first", i, e.At, events[i-1].At)
			}
			kinds[e.Kind] = e.Text
		}
		for kind, want := range map[account.EventKind]string{
			account.EventTopUp: "credits bought: $25.00", account.EventRefund: "credits taken back: $5.00", account.EventGap: "nothing was read for 2 h",
		} {
			if !strings.HasPrefix(kinds[kind], want) {
				t.Errorf("the %s says %q, want %q", kind, kinds[kind], want)
			}
		}
		if said, ok := kinds[account.EventAlert]; ok || all.of(alert.TopUp) != 2 {
			t.Errorf("the top-ups were delivered %d times and are told again as alerts: %q", all.of(alert.TopUp), said)
		}
		if _, ok := kinds[account.EventSegment]; ok {
			t.Errorf("a segment is told: %q, want none of the first reading", kinds[account.EventSegment])
		}
		if two, err := m.Events(t.Context(), time.Unix(0, 0), b.now(), 2); err != nil || len(two) != 2 || two[0].Text != events[0].Text {
			t.Errorf("Events of at most 2 = %d, %v, want the newest two", len(two), err)
		}
	})
}

func TestAcknowledgedAlertsStandNoMore(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "nearly-empty"})
		var all told
		b.o.Rules, b.o.Alerts, b.o.Notify = alert.Defaults(), &courier.Options{}, all.deliver
		m := b.run()
		balance := func(s account.Snapshot) bool {
			return slices.ContainsFunc(s.Alerts, func(e alert.Event) bool { return e.Rule == alert.Balance })
		}
		if s := after(t, m, 10*time.Minute); !balance(s) {
			t.Fatalf("Alerts = %+v, want the balance", s.Alerts)
		}
		events, err := m.Events(t.Context(), time.Unix(0, 0), b.now(), -1)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Kind == account.EventAlert && e.Alert != nil && e.Alert.Rule == alert.Balance {
				if err := m.Acknowledge(t.Context(), e.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if s := after(t, m, time.Second); balance(s) {
			t.Errorf("Alerts = %+v, want none of the balance once that was seen", s.Alerts)
		}
		if s := after(t, m, 30*time.Minute); balance(s) {
			t.Errorf("Alerts = %+v half an hour on, want none of the balance", s.Alerts)
		}
	})
}
