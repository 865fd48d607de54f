package monitor

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/alert"
	"ortop/internal/sim"
)

func TestAlertsAreOverheardBesideTheCollector(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		path := filepath.Join(t.TempDir(), "history.db")
		left := b.account.Credits(b.now()) - b.account.Usage(b.now())
		monitor := func() (m *Monitor, delivered, overheard *told) {
			delivered, overheard = &told{}, &told{}
			o := b.o
			db, err := history.Open(t.Context(), path, history.Options{Now: b.now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			o.Open, o.Deliver, o.Overheard = opened(db), delivered.deliver, overheard.deliver
			o.Rules = []alert.Rule{{Kind: alert.Balance, BelowUSD: left - 20, Channels: []string{"bell"}}, {Kind: alert.Balance, BelowUSD: left - 60, Level: alert.Urgent}, {Kind: alert.TopUp}}
			return New(o), delivered, overheard
		}
		first, tells, hears := monitor()
		stopFirst := runMonitor(t, first)
		after(t, first, 5*time.Minute)
		b.account.Spend(30)
		after(t, first, 5*time.Minute)
		second, tells2, hears2 := monitor()
		defer runMonitor(t, second)()
		after(t, second, 5*time.Minute)
		if tells.of(alert.Balance) != 1 || hears.of(alert.Balance) != 0 || tells2.of(alert.Balance) != 0 || hears2.of(alert.Balance) != 0 {
			t.Fatalf("the first told %+v and heard %+v, the second %+v and %+v: want it told once, before the second began", tells.events, hears.events, tells2.events, hears2.events)
		}
		b.account.Spend(40)
		b.account.TopUp(1)
		after(t, second, 5*time.Minute)
		if hears2.of(alert.Balance) != 1 || hears2.of(alert.TopUp) != 1 || tells2.of(alert.Balance) != 0 {
			t.Errorf("the second heard %+v and told %+v, want each once and none", hears2.events, tells2.events)
		}
		// Who tells hears nothing, and one that takes over goes on.
		stopFirst()
		after(t, second, 5*time.Minute)
		b.account.TopUp(2)
		after(t, second, 5*time.Minute)
		if tells2.of(alert.TopUp) != 1 || hears2.of(alert.TopUp) != 1 || hears.of(alert.TopUp) != 0 {
			t.Errorf("after it took over the second told %+v and heard %+v", tells2.events, hears2.events)
		}
		third, _, hears3 := monitor()
		defer runMonitor(t, third)()
		after(t, third, 5*time.Minute)
		if len(hears3.events) != 0 {
			t.Errorf("the third heard what was told before it began: %+v", hears3.events)
		}
		st, err := openStore(t.Context(), third)
		if err != nil {
			t.Fatal(err)
		}
		events := make([]alert.Event, 3*mostTold)
		events[len(events)-1].Channels = []string{"phone"}
		if err := st.tellOthers(t.Context(), events); err != nil {
			t.Fatal(err)
		}
		after(t, third, 2*time.Minute)
		if len(hears3.events) != 0 {
			t.Errorf("the third heard %+v, of no level", hears3.events)
		}
		list, err := st.told(t.Context())
		if err != nil || len(list) != mostTold || list[mostTold-1].Number < 3*mostTold || !slices.Equal(list[mostTold-1].Channels, []string{"phone"}) {
			t.Errorf("%d are stored, %v, want the last %d", len(list), err, mostTold)
		}
	})
}
