package monitor

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/longtest"

	"ortop/internal/account"
)

func TestForecastThatMovedIsAnEvent(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		b.o.Interval = longtest.Of[time.Duration](10, 5) * time.Minute
		b.account.TopUp(300)
		m := New(b.o)
		stop := runMonitor(t, m)
		moves := func() (list []account.Event) {
			for _, e := range b.events(m) {
				if e.Kind == account.EventForecast {
					list = append(list, e)
				}
			}
			return list
		}
		after(t, m, 90*time.Minute)
		b.account.TopUp(700)
		after(t, m, 2*time.Hour)
		if e := moves(); len(e) != 0 {
			t.Fatalf("%+v, want nothing of an account that spends as ever, and is topped up", e)
		}
		stop()
		// It happens while the program is down, and is told once it is up again.
		time.Sleep(time.Hour)
		b.account.Spend(860)
		m = New(b.o)
		stop = runMonitor(t, m)
		after(t, m, 2*time.Hour)
		stop()
		m = New(b.o)
		stop = runMonitor(t, m)
		defer stop()
		s := after(t, m, 5*time.Hour)
		e := moves()
		if len(e) != 1 || e[0].Level != "info" {
			t.Fatalf("%+v, want one move; forecast %v", e, s.Forecast)
		}
		for _, want := range []string{"the balance runs out sooner, about ", " and not ", ": spent $8", " in 24 h, ", " times the week's $", "80 % sure: "} {
			if !strings.Contains(e[0].Text, want) {
				t.Errorf("it says %q, want %q in it", e[0].Text, want)
			}
		}
	})
}
