package monitor

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/sim"
)

// A hundred calls that wait for a loop that is busy are all carried out, and
// the last word of a pause counts.
func TestCallsAreNotDropped(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := New(b.o)
		for range 40 {
			m.Refresh()
			m.Pause(true)
		}
		m.Pause(false) // nobody takes calls yet
		stop := runMonitor(t, m)
		defer stop()
		if s := after(t, m, 10*time.Second); s.Phase == account.Paused {
			t.Errorf("phase %q, want that the last call counts", s.Phase)
		}
		for range 40 {
			m.Pause(true)
		}
		m.Release()
		m.Resume()
		m.Pause(false)
		if s := after(t, m, 10*time.Second); s.Phase != account.Waiting || s.Fault != nil {
			t.Errorf("phase %q, %v, want waiting", s.Phase, s.Fault)
		}
	})
}

// The bound of a refresh, 5 s over all processes, holds where the history cannot
// be written.
func TestRefreshIsBoundWithoutADisk(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		path := filepath.Join(t.TempDir(), "history.db")
		db, err := history.Open(t.Context(), path, history.Options{Now: b.now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		b.o.Open = opened(db)
		after(t, b.run(), 10*time.Second)
		var all []*Monitor
		for range 3 {
			only, err := history.Open(t.Context(), path, history.Options{Now: b.now, ReadOnly: true})
			if err != nil {
				t.Fatal(err)
			}
			defer only.Close()
			o := b.o
			o.Open = opened(only)
			m := New(o)
			all = append(all, m)
			defer runMonitor(t, m)()
		}
		after(t, all[0], time.Minute)
		before := b.asked("/credits")
		for range 100 {
			for _, m := range all {
				m.Refresh()
			}
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		if n := b.asked("/credits") - before; n > 4 {
			t.Errorf("%d requests in 10 s of refreshes by three processes, want one each 5 s", n)
		}
	})
}

// A history folder that vanishes and comes back unreadable ends nothing: the
// balance goes on from memory, alerts are judged, and it is reported.
func TestHistoryThatVanishes(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "nearly-empty"})
		dir := filepath.Join(t.TempDir(), "data")
		path := filepath.Join(dir, "history.db")
		db, err := history.Open(t.Context(), path, history.Options{Now: b.now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		var all told
		b.o.Open, b.o.Rules, b.o.Alerts, b.o.Notify = opened(db), []alert.Rule{{Kind: alert.TopUp}}, &courier.Options{}, all.deliver
		m := b.run()
		left := after(t, m, 5*time.Minute).Balance.LeftUSD()
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("no database at all, but long enough to be looked at as one"), 0o600); err != nil {
			t.Fatal(err)
		}
		b.account.TopUp(30)
		s := after(t, m, 5*time.Minute)
		if s.Balance == nil || s.Balance.LeftUSD() < left+20 || s.StorageNote == "" {
			t.Errorf("balance %v, note %q, want the new balance, and that it is not stored", s.Balance, s.StorageNote)
		}
		if all.of(alert.TopUp) != 1 {
			t.Errorf("the top-up was notified %d times, want once", all.of(alert.TopUp))
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		s = after(t, m, 3*time.Minute)
		if s.Fault != nil {
			t.Errorf("Fault = %v", s.Fault)
		}
		again, err := history.Open(t.Context(), path, history.Options{Now: b.now, ReadOnly: true})
		if err != nil {
			t.Fatalf("once the file can be written again: %v", err)
		}
		again.Close()
	})
}

// An alert whose channel is down is delivered when it is back, however long
// that took, and over a restart; the success of another wipes no note.
func TestAnAlertWaitsForItsChannel(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "nearly-empty"})
		dir := t.TempDir()
		up, log := filepath.Join(dir, "up"), filepath.Join(dir, "log")
		script := `test -e "$0" || exit 7; echo delivered >>"$1"`
		b.o.Rules, b.o.Alerts = []alert.Rule{{Kind: alert.Balance, BelowUSD: 1000, Level: alert.Urgent}}, &courier.Options{
			Channels: []alert.Channel{{Name: "phone", Via: alert.Command, Argv: []string{"/bin/sh", "-c", script, up, log}}}, Now: b.now,
		}
		m := New(b.o)
		stop := runMonitor(t, m)
		if s := after(t, m, time.Hour); s.Undelivered == "" {
			t.Error("nothing is reported undelivered after an hour")
		}
		stop()
		m = New(b.o)
		stop = runMonitor(t, m)
		defer stop()
		if err := os.WriteFile(up, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		s := after(t, m, 20*time.Minute)
		got, _ := os.ReadFile(log)
		if string(got) != "delivered\n" || s.Undelivered != "" {
			t.Errorf("delivered %q, undelivered %q, want it once and nothing", got, s.Undelivered)
		}
	})
}

// A refused key is tried rarely, and once it is accepted again a later refusal
// is the first one.
func TestASuccessForgetsRefusals(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		s := newSchedule(time.Minute, time.Now)
		refused := client.ErrUnauthorized
		s.failed(time.Now(), refused)
		s.failed(time.Now(), refused)
		if !s.refused() {
			t.Fatal("two refusals in a row are not refused")
		}
		s.succeeded(time.Now())
		s.failed(time.Now(), refused)
		if s.refused() || time.Until(s.due) > 2*time.Minute {
			t.Errorf("due in %v, refused %v, want that one refusal after a success is the first", time.Until(s.due), s.refused())
		}
		time.Sleep(time.Hour)
		s.failed(time.Now(), client.ErrNetwork)
		s.failed(time.Now(), refused)
		if s.refused() {
			t.Error("a fault between two refusals does not count")
		}
	})
}

// What was delivered as the end came is stored: the next process would send it
// again.
func TestADeliveryIsStoredAfterTheEnd(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "nearly-empty"})
		b.o.Rules, b.o.Alerts = []alert.Rule{{Kind: alert.Balance, BelowUSD: 1000, Level: alert.Urgent}}, &courier.Options{
			Channels: []alert.Channel{{Name: "phone", Via: alert.Ntfy}}, Now: b.now,
		}
		p := newPolls(t, b)
		p.after(t, time.Minute)
		due := p.st.state.Outbox.Due(b.now())
		if len(due) != 1 {
			t.Fatalf("%d deliveries are due, want the alert", len(due))
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		in := account.Input{Results: []alert.Result{{ID: due[0].ID, Channel: "phone", At: b.now()}}}
		if _, err := p.st.step(ended, &in, nil, true); err != nil {
			t.Error(err)
		}
		again, err := openStore(t.Context(), New(b.o), Freshness{})
		if err != nil {
			t.Fatal(err)
		}
		if due := again.state.Outbox.Due(b.now()); len(due) != 0 {
			t.Errorf("%d deliveries are due in the next process, want none", len(due))
		}
	})
}
