package monitor

import (
	"path/filepath"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/sim"
)

func TestProcessesBesideTheCollectorNotifyToo(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		path := filepath.Join(t.TempDir(), "history.db")
		left := b.account.Credits(b.now()) - b.account.Usage(b.now())
		monitor := func() (m *Monitor, notified *told) {
			notified = &told{}
			o := b.o
			db, err := history.Open(t.Context(), path, history.Options{Now: b.now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			o.Open, o.Alerts, o.Notify = opened(db), &courier.Options{}, notified.deliver
			o.Rules = []alert.Rule{{Kind: alert.Balance, BelowUSD: left - 20, Channels: []string{"bell"}}, {Kind: alert.Balance, BelowUSD: left - 60, Level: alert.Urgent}, {Kind: alert.TopUp}}
			return New(o), notified
		}
		first, one := monitor()
		stopFirst := runMonitor(t, first)
		after(t, first, 5*time.Minute)
		b.account.Spend(30)
		after(t, first, 5*time.Minute)
		second, two := monitor()
		defer runMonitor(t, second)()
		after(t, second, 5*time.Minute)
		if one.of(alert.Balance) != 1 || two.of(alert.Balance) != 0 {
			t.Fatalf("the first notified of %+v, the second of %+v: want it once, before the second began", one.events, two.events)
		}
		b.account.Spend(40)
		b.account.TopUp(1)
		after(t, second, 5*time.Minute)
		if one.of(alert.Balance) != 2 || two.of(alert.Balance) != 1 || two.saying("topped up") != 1 {
			t.Errorf("the first notified of %+v, the second of %+v, want each once", one.events, two.events)
		}
		if e := two.events; len(e) > 0 && e[len(e)-1].Channels != nil {
			t.Errorf("channels %q, want all", e[len(e)-1].Channels)
		}
		// One that takes over goes on.
		stopFirst()
		after(t, second, 5*time.Minute)
		b.account.TopUp(2)
		after(t, second, 5*time.Minute)
		if two.saying("topped up") != 2 || one.saying("topped up") != 1 {
			t.Errorf("after it took over the second notified of %+v, the first of %+v", two.events, one.events)
		}
		third, three := monitor()
		defer runMonitor(t, third)()
		after(t, third, 5*time.Minute)
		if len(three.events) != 0 {
			t.Errorf("the third notified of what was sent before it began: %+v", three.events)
		}
	})
}
