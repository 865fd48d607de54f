package monitor

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/sim"
)

// told collects what a monitor delivers.
type told struct {
	mu     sync.Mutex
	events []alert.Event
}

func (t *told) deliver(events []alert.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.events = append(t.events, events...)
}

func (t *told) of(kind alert.Kind) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.events {
		if e.Rule == kind && !e.Cleared {
			n++
		}
	}
	return n
}

// saying counts the messages that have the words.
func (t *told) saying(words string) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.events {
		if strings.Contains(e.Text, words) {
			n++
		}
	}
	return n
}

func TestAlertsAreToldOnce(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "nearly-empty"})
		var all told
		b.o.Rules, b.o.Alerts, b.o.Notify = alert.Defaults(), &courier.Options{}, all.deliver
		m := New(b.o)
		stop := runMonitor(t, m)
		s := after(t, m, 10*time.Minute)
		if all.of(alert.Balance) != 1 {
			t.Fatalf("A01: a balance of %v was told %d times, want once: %+v", s.Balance.LeftUSD(), all.of(alert.Balance), all.events)
		}
		if !slices.ContainsFunc(s.Alerts, func(e alert.Event) bool { return e.Rule == alert.Balance && e.Level == alert.Urgent }) {
			t.Errorf("Alerts = %+v, want the balance, urgent", s.Alerts)
		}
		for _, e := range all.events {
			if e.Rule == alert.Runway && !strings.Contains(e.Text, "runs out between ") {
				t.Errorf("in the first minutes it was told %q, want a range in words", e.Text)
			}
		}
		if all.of(alert.Runway) == 0 {
			t.Error("nothing was told of the runway")
		}
		stop()
		time.Sleep(10 * time.Minute)
		m = New(b.o)
		stop = runMonitor(t, m)
		s = after(t, m, 10*time.Minute)
		if all.of(alert.Balance) != 1 || len(s.Alerts) == 0 {
			t.Errorf("A02: after a restart it was told %d times and %d stand, want once, and still", all.of(alert.Balance), len(s.Alerts))
		}
		once, err := New(b.o).Once(t.Context(), Freshness{MaxAge: time.Hour})
		if err != nil || len(once.Alerts) != len(s.Alerts) {
			t.Errorf("Once has %d alerts, %v, want the %d that stand", len(once.Alerts), err, len(s.Alerts))
		}
		events, err := b.db.Events(t.Context(), m.subject.Load().account, time.Unix(0, 0), b.now(), 100)
		if err != nil || len(events) != len(all.events) {
			t.Errorf("Events = %d, %v, want the %d that were told", len(events), err, len(all.events))
		}
		b.account.TopUp(100)
		after(t, m, 40*time.Minute)
		if n := all.saying("topped up by $100.00, "); n != 1 {
			t.Errorf("S10: the top-up was told %d times, want once", n)
		}
		s, _ = m.Latest()
		if slices.ContainsFunc(s.Alerts, func(e alert.Event) bool { return e.Rule == alert.Balance }) {
			t.Errorf("S10: the balance still stands after a top-up: %+v", s.Alerts)
		}
		stop()
	})
}

func TestSilenceIsTold(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		var all told
		b.o.Rules, b.o.Alerts, b.o.Notify = alert.Defaults(), &courier.Options{}, all.deliver
		m := b.run()
		after(t, m, 30*time.Minute)
		b.offset.Add(int64(8 * time.Hour)) // asleep
		after(t, m, 2*time.Minute)
		if n := all.of(alert.Stale); n != 0 {
			t.Errorf("T01: a sleep was told as silence, %d times", n)
		}
		b.account.Fail(sim.Error(503))
		after(t, m, 2*time.Hour)
		if n := all.of(alert.Stale); n != 1 {
			t.Errorf("A04: two hours without an answer were told %d times, want once", n)
		}
		for _, e := range all.events {
			if strings.Contains(e.Text, sim.DemoKey) {
				t.Errorf("A05: a key is in %q", e.Text)
			}
		}
	})
}

func TestUndeliveredAlertsAreShownEverywhere(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "nearly-empty"})
		up := filepath.Join(t.TempDir(), "up")
		b.o.Rules, b.o.Alerts = alert.Defaults(), &courier.Options{
			Channels: []alert.Channel{{Name: "phone", Via: alert.Command, Argv: []string{"/bin/sh", "-c", `test -e "$0" || exit 7`, up}}}, Now: b.now,
		}
		m := b.run()
		other := b.o
		other.Rules, other.Alerts = nil, nil
		shown := func(want string) {
			t.Helper()
			s := after(t, m, 10*time.Minute)
			once, err := New(other).Once(t.Context(), Freshness{MaxAge: time.Hour})
			if err != nil || !strings.HasPrefix(s.Undelivered, want) || s.Undelivered == "" != (want == "") || once.Undelivered != s.Undelivered {
				t.Errorf("Undelivered = %q, and in another process %q, %v, want %q", s.Undelivered, once.Undelivered, err, want)
			}
		}
		shown("alerts do not reach phone: ")
		shown("alerts do not reach phone: ")
		if err := os.WriteFile(up, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		shown("")
		faults := 0
		for _, e := range b.events(m) {
			if e.Kind == account.EventFault && strings.HasPrefix(e.Text, "alerts do not reach phone") {
				faults++
			}
		}
		if faults != 1 {
			t.Errorf("%d events of it, want one", faults)
		}
	})
}
