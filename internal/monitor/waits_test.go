package monitor

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/sim"
	"ortop/internal/spenders"
)

// What the server asks to wait for analytics, keys and what else is no poll goes on
// over a restart, for the key that it was said to, and not longer.
func TestAWaitOfAnyEndpointSurvivesARestart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path  string
		fault sim.Fault
		ask   func(b *bench, m *Monitor) error
	}{
		{"/analytics/query", sim.RateLimited("3600"), func(b *bench, m *Monitor) error {
			d := b.broken(m, spenders.ByModel, 24*time.Hour)
			if d.Rows == nil {
				return errors.New(strings.Join(d.Notes, "; "))
			}
			return nil
		}},
		{"/v1/keys", sim.RateLimited("3600"), func(b *bench, m *Monitor) error {
			_, err := m.Breakdown(b.t.Context(), spenders.Query{By: spenders.ByKey, From: b.now().Add(-time.Hour), To: b.now()})
			return err
		}},
	} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady"})
			b.t = t
			path := strings.TrimPrefix(c.path, "/v1")
			c.fault.Path = path
			b.account.Fail(c.fault)
			m := New(b.o)
			stop := runMonitor(t, m)
			after(t, m, 2*time.Second)
			if err := c.ask(b, m); err == nil {
				t.Fatalf("%s: answered, want that it is refused", c.path)
			}
			stop()
			b.account.Fail()
			n := b.asked(c.path)
			for range 3 { // restarts
				m = New(b.o)
				stop = runMonitor(t, m)
				after(t, m, 15*time.Minute)
				if err := c.ask(b, m); err == nil || !strings.Contains(err.Error(), "429") {
					t.Errorf("%s: %v after a restart, want the wait", c.path, err)
				}
				stop()
			}
			if now := b.asked(c.path); now != n {
				t.Errorf("%s: %d requests during the wait", c.path, now-n)
			}
			m = New(b.o)
			stop = runMonitor(t, m)
			after(t, m, 16*time.Minute)
			if err := c.ask(b, m); err != nil || b.asked(c.path) == n {
				t.Errorf("%s: %v after the wait, %d requests", c.path, err, b.asked(c.path)-n)
			}
			stop()
		})
	}
}

// A wait that was stored while the clock was ahead ends when the clock is right again.
func TestAWaitOfAWrongClockEnds(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.t = t
		refusal := sim.RateLimited("3600")
		refusal.Path = "/analytics/query"
		b.account.Fail(refusal)
		m := New(b.o)
		stop := runMonitor(t, m)
		after(t, m, 2*time.Second)
		if d := b.broken(m, spenders.ByModel, 24*time.Hour); d.Rows != nil {
			t.Fatal("answered, want that it is refused")
		}
		at := m.subject.Load()
		stop()
		b.account.Fail()
		stored, err := at.db.State(t.Context(), at.account, waitsState)
		var list []namedWait
		if err != nil || json.Unmarshal(stored, &list) != nil || len(list) != 1 {
			t.Fatalf("the waits are %s, %v, want one", stored, err)
		}
		list[0].At, list[0].Until = list[0].At.AddDate(1, 0, 0), list[0].Until.AddDate(1, 0, 0)
		if stored, err = json.Marshal(list); err != nil {
			t.Fatal(err)
		}
		if err := at.db.SetState(t.Context(), at.account, waitsState, stored); err != nil {
			t.Fatal(err)
		}
		m = New(b.o)
		stop = runMonitor(t, m)
		after(t, m, 2*time.Minute)
		if d := b.broken(m, spenders.ByModel, 24*time.Hour); d.Rows == nil {
			t.Errorf("no answer: %v", d.Notes)
		}
		stop()
	})
}

// What one process is asked to wait for, another that is running waits for, too: also
// for the minute after a 429 that named no wait.
func TestAWaitIsOfAllProcesses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		after string
		wait  time.Duration
	}{{"600", 10 * time.Minute}, {"", time.Minute}} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady"})
			b.onDisk("history.db")
			first := b.run()
			after(t, first, 20*time.Second)
			db, err := history.Open(t.Context(), first.subject.Load().db.Path(), history.Options{Now: b.now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			b.o.Open = opened(db)
			second := b.run()
			after(t, second, 20*time.Second)
			b.broken(second, spenders.ByProvider, 24*time.Hour) // it is connected
			refusal := sim.RateLimited(c.after)
			refusal.Path = "/analytics/query"
			b.account.Fail(refusal)
			if d := b.broken(first, spenders.ByModel, 24*time.Hour); d.Rows != nil {
				t.Fatalf("rows = %+v, want that it is refused", d.Rows)
			}
			b.account.Fail()
			n := b.asked("/analytics/query")
			for _, by := range []spenders.By{spenders.ByMember, spenders.ByWorkspace} {
				if b.broken(second, by, 24*time.Hour); b.asked("/analytics/query") != n {
					t.Errorf("%q: another process asked %d times", c.after, b.asked("/analytics/query")-n)
				}
			}
			time.Sleep(c.wait + time.Minute)
			if b.broken(second, spenders.ByMember, 24*time.Hour); b.asked("/analytics/query") == n {
				t.Errorf("%q: nothing was asked after the wait", c.after)
			}
		})
	}
}

// A command that meters one key is told to wait, and so is the next command; one that
// meters another key, or asks with another, is not.
func TestAMeterWaitsOverARestart(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		api, _, err := New(b.o).o.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		keys, err := api.Keys(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		first, other := keys.Rows[0].Hash, keys.Rows[1].Hash
		pause := sim.RateLimited("3600")
		pause.Path = "/keys/" + first
		b.account.Fail(pause)
		if _, err := New(b.o).Meter(t.Context(), first); !errors.Is(err, client.ErrRateLimited) {
			t.Fatalf("Meter = %v, want that it is refused", err)
		}
		b.account.Fail()
		n := b.asked("/keys/" + first)
		time.Sleep(30 * time.Minute)
		var fault *faultError
		if _, err := New(b.o).Meter(t.Context(), first); !errors.As(err, &fault) || fault.Kind != credit.FaultRateLimited || b.asked("/keys/"+first) != n {
			t.Errorf("the next Meter = %v after %d requests, want the wait without one", err, b.asked("/keys/"+first)-n)
		}
		if _, err := New(b.o).Meter(t.Context(), other); err != nil {
			t.Errorf("Meter of another key = %v", err)
		}
		time.Sleep(31 * time.Minute)
		if _, err := New(b.o).Meter(t.Context(), first); err != nil {
			t.Errorf("Meter after the wait = %v", err)
		}
	})
}
