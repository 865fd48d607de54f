package monitor

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/credit"
	"ortop/internal/sim"
	"ortop/internal/spenders"
)

// What a collector read is live for its whole interval, and fresh for a minute
// of it: what was spent since is not seen.
func TestOnceAsksWhereTheCollectorIsSlow(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "idle"})
		path := filepath.Join(t.TempDir(), "history.db")
		db, err := history.Open(t.Context(), path, history.Options{Now: b.now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		b.o.Open, b.o.Interval = opened(db), time.Hour
		left := after(t, b.run(), 30*time.Second).Balance.LeftUSD()
		b.account.Spend(5)
		for _, c := range []struct {
			wait     time.Duration
			fresh    Freshness
			asks     int
			spentUSD float64
		}{{0, Live, 0, 0}, {0, Fresh, 0, 0}, {10 * time.Minute, Live, 0, 0}, {0, Fresh, 1, 5}} {
			time.Sleep(c.wait)
			before := b.asked("/credits")
			s, err := New(b.o).Once(t.Context(), c.fresh)
			if err != nil || s.Balance == nil {
				t.Fatalf("Once() = %+v, %v", s, err)
			}
			age, _ := s.Age(s.Now)
			if n, spent := b.asked("/credits")-before, left-s.Balance.LeftUSD(); n != c.asks || math.Abs(spent-c.spentUSD) > 1e-9 {
				t.Errorf("with a reading %v old: %d requests and $%v less, want %d and $%v", age, n, spent, c.asks, c.spentUSD)
			}
		}
	})
}

// A server that does not answer is waited for once: what is asked for soon after is
// told of that failure, and requests nothing, also of who spent it.
func TestOnceWaitsOnceForADeadServer(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		if s, err := New(b.o).Once(t.Context(), Live); err != nil || s.Fault != nil {
			t.Fatalf("Once() = %+v, %v", s.Fault, err)
		}
		time.Sleep(10 * time.Second)
		b.account.Fail(sim.Fault{Hang: true})
		once := func(m *Monitor) (took time.Duration) {
			t.Helper()
			began := time.Now()
			s, err := m.Once(t.Context(), Live)
			if err != nil || s.Fault == nil || s.Fault.Kind != credit.FaultNetwork || s.Balance == nil {
				t.Fatalf("Once() = %+v, %v, want the last balance and no connection", s.Fault, err)
			}
			return time.Since(began)
		}
		if took := once(New(b.o)); took < 10*time.Second || took > onceLimit {
			t.Errorf("the first answer took %v", took)
		}
		asked := len(b.account.Requests())
		for range 4 {
			time.Sleep(time.Second)
			m := New(b.o)
			if took := once(m); took != 0 {
				t.Errorf("the failure that was just stored took %v to be told", took)
			}
			if _, err := m.Breakdown(t.Context(), spenders.Query{By: spenders.ByModel, From: b.now().Add(-time.Hour), To: b.now()}); err != nil {
				t.Error(err)
			}
		}
		if n := len(b.account.Requests()) - asked; n != 0 {
			t.Errorf("%d requests within the gate", n)
		}
		time.Sleep(minGap)
		if took := once(New(b.o)); took < 10*time.Second {
			t.Errorf("after the gate the answer took %v, want a new attempt", took)
		}
	})
}

// Who interrupts a command stores no failure.
func TestOnceInterrupted(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.account.Fail(sim.Fault{Hang: true})
		stopped := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(stopped) })
		if _, err := New(b.o).Once(ctx, Live); !errors.Is(err, stopped) {
			t.Errorf("Once() = %v, want the cause", err)
		}
		b.account.Fail()
		time.Sleep(time.Second)
		if s, err := New(b.o).Once(t.Context(), Live); err != nil || s.Fault != nil || s.Balance == nil {
			t.Errorf("Once() soon after = %+v, %v, want a reading", s.Fault, err)
		}
	})
}

// Who asked just now and could not store the answer leaves none: it is asked for
// again, and what is stored is not shown in its place.
func TestAnAttemptThatIsNotStoredIsNoAnswer(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.alone()
		db := b.onDisk("history.db")
		if _, err := New(b.o).Once(t.Context(), Live); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		lock, ok, err := history.TryLock(history.LockPath(db.Path(), b.o.Account, b.o.BaseURL))
		if err != nil || !ok {
			t.Fatalf("the lock: %v, %v", ok, err)
		}
		defer func() { _ = lock.Unlock() }()
		if err := lock.Mark(b.now()); err != nil {
			t.Fatal(err)
		}
		asked := b.asked("/credits")
		s, err := New(b.o).Once(t.Context(), Live)
		if age, ok := s.Age(b.now()); err != nil || !ok || age > time.Minute || b.asked("/credits") != asked+1 {
			t.Errorf("%v old after %d requests, %v", age, b.asked("/credits")-asked, err)
		}
	})
}
