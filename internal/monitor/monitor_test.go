package monitor

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"net/http"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/routine"
	"ortop/internal/sim"
)

const testURL = "http://127.0.0.1/api/v1"

// bench is a simulated account, a history and a monitor of both, to be used
// inside a synctest bubble.
type bench struct {
	t       *testing.T
	account *sim.Account
	db      *history.DB
	o       Options
	connect atomic.Int32
	key     atomic.Pointer[string]
	offset  atomic.Int64 // of the wall clock, in nanoseconds
}

func newBench(t *testing.T, c sim.Config) *bench {
	t.Helper()
	b := &bench{t: t}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Start.IsZero() { // a past of days is enough for most, and soon made
		c.Start = c.Now().AddDate(0, 0, -5)
	}
	var err error
	if b.account, err = sim.New(c); err != nil {
		t.Fatal(err)
	}
	db, err := history.OpenMemory(t.Context(), history.Options{Now: b.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b.db = db
	key := sim.DemoKey
	b.key.Store(&key)
	b.o = Options{
		Account: "test", BaseURL: testURL, Open: opened(db), Now: b.now, Interval: time.Minute,
		Connect: func(context.Context) (API, string, error) {
			b.connect.Add(1)
			key := client.NewSecret(*b.key.Load())
			c, err := client.New(client.Config{BaseURL: testURL, Key: key, Transport: b.account.RoundTripper(), Now: b.now})
			return c, key.Fingerprint(), err
		},
	}
	return b
}

// opened is an Options.Open for a history that is open.
func opened(db *history.DB) func(context.Context) (*history.DB, string, error) {
	return func(context.Context) (*history.DB, string, error) { return db, "", nil }
}

func (b *bench) now() time.Time { return time.Now().Add(time.Duration(b.offset.Load())) }

// run runs a monitor until the test ends.
func (b *bench) run() *Monitor {
	b.t.Helper()
	m := New(b.o)
	stop := runMonitor(b.t, m)
	b.t.Cleanup(stop)
	return m
}

func runMonitor(t *testing.T, m *Monitor) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	stopped := false
	return func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run = %v", err)
		}
	}
}

// after lets d pass and returns the newest snapshot.
func after(t *testing.T, m *Monitor, d time.Duration) account.Snapshot {
	t.Helper()
	time.Sleep(d)
	synctest.Wait()
	s, ok := m.Latest()
	if !ok {
		t.Fatal("there is no snapshot")
	}
	return s
}

// asked is how often an endpoint was asked since the last call of clear.
func (b *bench) asked(path string) int {
	n := 0
	for _, r := range b.account.Requests() {
		if strings.HasSuffix(r.Path, path) {
			n++
		}
	}
	return n
}

func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func TestPollsAndTellsTheTruth(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		s := after(t, m, time.Hour+30*time.Second)
		if n := b.asked("/credits"); n < 58 || n > 62 {
			t.Errorf("an hour at one a minute made %d requests", n)
		}
		if n := b.asked("/key"); n > 3 {
			t.Errorf("a management key's facts were asked %d times in an hour", n)
		}
		want := b.account.Credits(s.At) - b.account.Usage(s.At)
		if s.Balance == nil || math.Abs(s.Balance.LeftUSD()-want) > 1e-9 {
			t.Errorf("Balance = %+v, want %v left", s.Balance, want)
		}
		if s.Source != account.FromCredits || s.KeyKind() != credit.KeyManagement || s.Fault != nil || s.Phase != account.Waiting || !s.Collecting {
			t.Errorf("Snapshot = %+v", s)
		}
		if s.Spend.Last1hUSD == nil {
			t.Fatal("the last hour is not known after an hour")
		}
		if spent := b.account.Usage(s.At) - b.account.Usage(s.At.Add(-time.Hour)); math.Abs(*s.Spend.Last1hUSD-spent) > 0.05*spent+1e-6 {
			t.Errorf("Last1hUSD = %v, want about %v", *s.Spend.Last1hUSD, spent)
		}
		if s.Forecast.State != "ok" {
			t.Errorf("Forecast = %+v", s.Forecast)
		}
	})
}

func TestNobodyTakesSnapshots(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		after(t, m, time.Hour)
		taken := <-m.Snapshots()
		latest, _ := m.Latest()
		if !taken.At.Equal(latest.At) {
			t.Errorf("the slot holds %v, want the newest, %v", taken.At, latest.At)
		}
		if n := b.asked("/credits"); n < 58 {
			t.Errorf("an hour made %d polls", n)
		}
	})
}

func TestServerTrouble(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		good := after(t, m, 10*time.Minute+30*time.Second)
		b.account.Fail(sim.Error(503))
		before := b.asked("/credits")
		s := after(t, m, time.Hour)
		if n := b.asked("/credits") - before; n > 10 || n < 4 {
			t.Errorf("R02: an hour of 503 made %d requests, want 4 to 10", n)
		}
		if s.Fault == nil || s.Fault.Kind != credit.FaultServer || s.Balance == nil || *s.Balance != *good.Balance {
			t.Errorf("Fault, Balance = %+v, %+v, want server and the last good one", s.Fault, s.Balance)
		}
		if !s.Stale(s.Now) || s.At.After(good.At.Add(time.Minute)) {
			t.Errorf("Stale = %v, At = %v, want the age of the last good answer", s.Stale(s.Now), s.At)
		}
		b.account.Fail()
		s = after(t, m, 16*time.Minute)
		if s.Fault != nil || s.Stale(s.Now) {
			t.Errorf("after the trouble: Fault = %+v, stale %v", s.Fault, s.Stale(s.Now))
		}
		gaps, err := b.db.Gaps(t.Context(), m.subject.Load().account, good.At.Add(-time.Hour), s.Now)
		if err != nil || len(gaps) != 1 || !strings.Contains(gaps[0].Cause, "503") {
			t.Errorf("Gaps = %+v, %v, want one, for the 503", gaps, err)
		}
	})
}

func TestNetworkTrouble(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		after(t, m, 10*time.Minute)
		b.account.Fail(sim.Fault{Close: true})
		after(t, m, 20*time.Minute)
		b.account.Fail()
		if s := after(t, m, 31*time.Second); s.Fault != nil {
			t.Errorf("N12: 31 s after the network came back: %+v", s.Fault)
		}
	})
}

func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		after(t, m, 5*time.Minute)
		b.account.Fail(sim.RateLimited("1800"))
		s := after(t, m, 2*time.Minute)
		if s.Phase != account.Held || s.Fault == nil || s.Fault.Kind != credit.FaultRateLimited {
			t.Fatalf("Phase, Fault = %q, %+v, want held, rate_limited", s.Phase, s.Fault)
		}
		before := b.asked("/credits")
		m.Refresh()
		after(t, m, 20*time.Minute)
		m.Refresh()
		after(t, m, time.Until(s.Due)-2*time.Second)
		if n := b.asked("/credits") - before; n != 0 {
			t.Errorf("R01: %d requests inside a Retry-After", n)
		}
		b.account.Fail()
		if s = after(t, m, 10*time.Second); s.Fault != nil {
			t.Errorf("after the wait: %+v", s.Fault)
		}
	})
}

// What the server asks to wait goes on over a restart, whatever the status of
// its answer, for the loop and for a single question; a good answer ends it.
func TestRetryAfterOverRestart(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 500, 502, 503} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady"})
			m := New(b.o)
			stop := runMonitor(t, m)
			after(t, m, 5*time.Minute)
			f := sim.Error(status)
			f.Header = http.Header{"Retry-After": {"1800"}}
			b.account.Fail(f)
			due := after(t, m, 2*time.Minute).Due
			stop()
			before := b.asked("/credits")

			m = b.run()
			s := after(t, m, 10*time.Minute)
			if s.Phase != account.Held || s.Due.Sub(due).Abs() > time.Second {
				t.Errorf("%d: after a restart it is %q until %v, want held until %v", status, s.Phase, s.Due, due)
			}
			m.Refresh()
			if s, err := New(b.o).Once(t.Context(), Freshness{}); err != nil || s.Phase != account.Held || s.Due.Sub(due).Abs() > time.Second {
				t.Errorf("%d: Once = %q until %v, %v", status, s.Phase, s.Due, err)
			}
			after(t, m, time.Until(due)-2*time.Second)
			if n := b.asked("/credits") - before; n != 0 {
				t.Errorf("%d: %d requests inside a Retry-After that was stored", status, n)
			}
			b.account.Fail()
			if s = after(t, m, time.Minute); s.Fault != nil || s.Phase != account.Waiting {
				t.Errorf("%d: after the wait it is %q, %+v", status, s.Phase, s.Fault)
			}
		})
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		after(t, m, 30*time.Second)
		before := b.asked("/credits")
		for range 100 {
			m.Refresh()
			after(t, m, 100*time.Millisecond)
		}
		if n := b.asked("/credits") - before; n < 2 || n > 3 {
			t.Errorf("100 refreshes in 10 s made %d requests, want 2 or 3", n)
		}
	})
}

func TestRefusedKey(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		good := after(t, m, 10*time.Minute)
		b.account.Fail(sim.Error(401))
		after(t, m, 5*time.Minute)
		before, connects := len(b.account.Requests()), b.connect.Load()
		s := after(t, m, time.Hour)
		if n := len(b.account.Requests()) - before; n > 13 {
			t.Errorf("C401: a refused key was sent %d times in an hour", n)
		}
		if s.Phase != account.Refused || s.Fault == nil || s.Fault.Kind != credit.FaultUnauthorized || s.Balance == nil {
			t.Errorf("Phase, Fault = %q, %+v", s.Phase, s.Fault)
		}
		if b.connect.Load() == connects {
			t.Error("the key was not read again")
		}
		b.account.Fail()
		s = after(t, m, 6*time.Minute)
		if s.Fault != nil || s.Balance.CreditsUSD != good.Balance.CreditsUSD {
			t.Errorf("after it was accepted again: %+v", s.Fault)
		}
	})
}

func TestOrdinaryKey(t *testing.T) {
	t.Parallel()
	const ordinary = "sk-or-v1-ordinary0000000000000000000000000000000000000000000000000001"
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady", OrdinaryKey: ordinary})
		key := ordinary
		b.key.Store(&key)
		m := b.run()
		s := after(t, m, time.Hour+time.Minute)
		if n := b.asked("/credits"); n > 2 {
			t.Errorf("C403: /credits was asked %d times in an hour", n)
		}
		if n := b.asked("/key"); n < 58 {
			t.Errorf("/key was asked %d times in an hour", n)
		}
		if s.Balance != nil || s.BalanceNote == "" || s.Fault != nil || s.Source != account.FromKey || s.KeyKind() != credit.KeyOrdinary {
			t.Errorf("Snapshot = %+v", s)
		}
		if s.SpendableUSD != nil {
			t.Errorf("SpendableUSD = %v, want unknown", *s.SpendableUSD)
		}
		if s.Spend.Last1hUSD == nil || *s.Spend.Last1hUSD < 0 {
			t.Errorf("Last1hUSD = %v, want the key's own", s.Spend.Last1hUSD)
		}

		zero := sim.Answer(`{"data":{"total_credits":0,"total_usage":0}}`)
		zero.Path = "/credits"
		b.account.Fail(zero)
		s = after(t, m, time.Hour)
		if s.Balance != nil || s.Fault != nil || s.Forecast.State == "depleted" {
			t.Errorf("S06: 0 of 0: Balance = %+v, Fault = %+v, Forecast %q", s.Balance, s.Fault, s.Forecast.State)
		}
	})
}

func TestFallingUsage(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		good := after(t, m, 30*time.Minute+10*time.Second)
		b.account.Fail(sim.Fault{Lag: 10 * time.Minute})
		worst := good.Balance.UsageUSD
		for range 30 {
			s := after(t, m, time.Minute)
			if s.Balance.UsageUSD < worst-1e-9 || s.Fault != nil {
				t.Fatalf("S05: usage went from %v to %v, fault %+v", worst, s.Balance.UsageUSD, s.Fault)
			}
			worst = s.Balance.UsageUSD
		}
		if segments, _ := b.db.Segments(t.Context(), m.subject.Load().account, time.Unix(0, 0), b.now()); len(segments) != 1 {
			t.Errorf("S05: lagging replicas began %d segments", len(segments)-1)
		}
		b.account.Fail(sim.Fault{Path: "/credits", LessUsageUSD: 2})
		bought := b.account.Credits(b.now())
		b.account.TopUp(30)
		s := after(t, m, 3*time.Minute)
		if s.Balance.UsageUSD < worst-1e-9 {
			t.Errorf("a fall counts at once: %v after %v", s.Balance.UsageUSD, worst)
		}
		if !s.Stale(b.now()) || s.Balance.CreditsUSD != bought || s.Fault == nil || !strings.Contains(s.Fault.Message, "lower usage and other credits") {
			t.Errorf("S16: At = %v, CreditsUSD = %v, fault %+v, want what was read before, with its age", s.At, s.Balance.CreditsUSD, s.Fault)
		}
		if failed := m.Failures(); len(failed) != 0 {
			t.Errorf("S16: Failures() = %v, want none: the server answered", failed)
		}
		s = after(t, m, 4*time.Minute)
		if s.Balance.UsageUSD > worst {
			t.Errorf("S03: usage = %v, want the lower one after five minutes", s.Balance.UsageUSD)
		}
		if s.Balance.CreditsUSD < bought+29 {
			t.Errorf("S05: CreditsUSD = %v, want the top-up with it", s.Balance.CreditsUSD)
		}
		if len(s.Notes) == 0 || !strings.Contains(s.Notes[0], "fell") {
			t.Errorf("Notes = %q, want that usage fell", s.Notes)
		}
		if v := s.Spend.Last1hUSD; v != nil && *v < 0 {
			t.Errorf("Last1hUSD = %v", *v)
		}
	})
}

func TestTopUpAndRefund(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		was := after(t, m, 2*time.Hour)
		b.account.TopUp(25)
		s := after(t, m, 2*time.Minute)
		if d := s.Balance.CreditsUSD - was.Balance.CreditsUSD; math.Abs(d-25) > 1e-9 {
			t.Errorf("credits rose by %v, want 25", d)
		}
		if math.Abs(*s.Spend.Last1hUSD / *was.Spend.Last1hUSD - 1) > 0.2 {
			t.Errorf("a top-up moves the spend from %v to %v", *was.Spend.Last1hUSD, *s.Spend.Last1hUSD)
		}
		b.account.Refund(10)
		s = after(t, m, 2*time.Minute)
		if d := s.Balance.CreditsUSD - was.Balance.CreditsUSD; math.Abs(d-15) > 1e-9 || s.Fault != nil {
			t.Errorf("after a refund credits are %v above, want 15; fault %+v", d, s.Fault)
		}
		topUps, err := b.db.TopUps(t.Context(), m.subject.Load().account, was.At, b.now())
		if err != nil || len(topUps) != 2 || math.Abs(topUps[0].AmountUSD-25) > 1e-9 || math.Abs(topUps[1].AmountUSD+10) > 1e-9 {
			t.Errorf("TopUps = %+v, %v, want 25 and -10", topUps, err)
		}
	})
}

func TestAnotherAccountBehindTheName(t *testing.T) {
	t.Parallel()
	const other = "sk-or-v1-other00000000000000000000000000000000000000000000000000000002"
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("steady"))
		second, err := sim.New(sim.Config{Profile: "nearly-empty", Key: other})
		if err != nil {
			t.Fatal(err)
		}
		m := New(b.o)
		stop := runMonitor(t, m)
		after(t, m, time.Hour+time.Minute)
		stop()
		b.account.Fail(sim.Fault{Instead: second})
		key := other
		b.key.Store(&key)
		m = b.run()
		s := after(t, m, 10*time.Minute)
		if want := second.Credits(s.At) - second.Usage(s.At); s.Balance == nil || math.Abs(s.Balance.LeftUSD()-want) > 1e-6 {
			t.Fatalf("Balance = %+v, want the other account's, %v left; fault %+v", s.Balance, want, s.Fault)
		}
		if len(s.Notes) == 0 || !strings.Contains(s.Notes[0], "another account") {
			t.Errorf("Notes = %q", s.Notes)
		}
		if v := s.Spend.Last1hUSD; v != nil {
			t.Errorf("S04: an hour of spend is told of an account seen for ten minutes: %v", *v)
		}
		if h := s.Forecast.History; h > 11*time.Minute {
			t.Errorf("S04: the forecast goes by %v of history, with the other account's", h)
		}
	})
}

func TestSleepAndSetClocks(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		was := after(t, m, time.Hour)
		before := b.asked("/credits")
		b.account.Spend(1)
		b.offset.Add(int64(8 * time.Hour))
		s := after(t, m, 3*time.Second)
		if !s.At.After(was.At.Add(8*time.Hour - time.Minute)) {
			t.Fatalf("T01: 3 s after a sleep the reading is of %v", s.At)
		}
		if n := b.asked("/credits") - before; n != 1 {
			t.Errorf("T01: waking made %d requests, want 1", n)
		}
		gaps, err := b.db.Gaps(t.Context(), m.subject.Load().account, was.At, s.Now)
		if err != nil || len(gaps) != 1 || gaps[0].Cause != "asleep" {
			t.Errorf("Gaps = %+v, %v, want one, asleep", gaps, err)
		}
		if s.Spend.Last1hUSD != nil {
			t.Errorf("the hour after a sleep of eight is told: %v", *s.Spend.Last1hUSD)
		}
		b.offset.Add(-int64(24 * time.Hour))
		s = after(t, m, 5*time.Minute)
		if s.Fault != nil {
			t.Errorf("T02: Fault = %+v", s.Fault)
		}
		if age, ok := s.Age(b.now()); !ok || age > 2*time.Minute {
			t.Errorf("T02: with the clock set back a day the reading is %v old", age)
		}
		for _, v := range []*float64{s.Spend.Last1hUSD, s.Spend.Last24hUSD, s.Spend.TodayUSD} {
			if v != nil && *v < 0 {
				t.Errorf("T02: negative spend %v", *v)
			}
		}
	})
}

func TestNothingIsRecordedByAWrongClock(t *testing.T) {
	t.Parallel()
	for _, wrong := range []time.Duration{365 * 24 * time.Hour, -60 * 24 * time.Hour} {
		bubble(t, func(t *testing.T) {
			b := newBench(t, sim.Config{Profile: "steady"})
			m := b.run()
			was := after(t, m, 10*time.Minute)
			b.offset.Store(int64(wrong))
			s := after(t, m, 10*time.Minute)
			if s.Fault == nil || s.Fault.Kind != credit.FaultStorage || !strings.Contains(s.Fault.Message, "clock differs") {
				t.Errorf("T02: with the clock wrong by %v: Fault = %+v, want storage", wrong, s.Fault)
			}
			if !s.At.Equal(was.At) && s.At.Sub(was.At) > 2*time.Minute {
				t.Errorf("T02: with the clock wrong by %v a reading was stored at %v", wrong, s.At)
			}
			b.offset.Store(0)
			s = after(t, m, 3*time.Minute)
			if s.Fault != nil || s.Balance == nil || b.now().Sub(s.At) > 2*time.Minute || s.At.After(b.now()) {
				t.Errorf("T02: with the clock right again: At = %v, Fault = %+v", s.At, s.Fault)
			}
		})
	}
}

func TestPauseReleaseResume(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		after(t, m, 5*time.Minute)
		m.Pause(true)
		s := after(t, m, time.Second)
		if s.Phase != account.Paused || !s.Due.IsZero() {
			t.Errorf("Phase, Due = %q, %v, want paused and none", s.Phase, s.Due)
		}
		before := b.asked("/credits")
		after(t, m, time.Hour)
		if n := b.asked("/credits") - before; n != 0 {
			t.Errorf("%d polls while paused", n)
		}
		m.Refresh()
		if s = after(t, m, time.Second); b.asked("/credits")-before != 1 || s.Phase != account.Paused {
			t.Errorf("a refresh while paused made %d polls, phase %q", b.asked("/credits")-before, s.Phase)
		}
		m.Pause(false)
		if s = after(t, m, 10*time.Second); s.Phase != account.Waiting || s.Stale(s.Now) {
			t.Errorf("after the pause: %q, stale %v", s.Phase, s.Stale(s.Now))
		}
		m.Release()
		before = b.asked("/credits")
		after(t, m, time.Hour)
		if n := b.asked("/credits") - before; n != 0 {
			t.Errorf("%d polls while released", n)
		}
		m.Resume()
		after(t, m, 2*time.Second)
		if n := b.asked("/credits") - before; n != 1 {
			t.Errorf("%d polls on resume, want 1", n)
		}
	})
}

func TestPanicIsReturned(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.o.Connect = func(context.Context) (API, string, error) { panic("boom") }
		err := New(b.o).Run(t.Context())
		var p *routine.PanicError
		if !errors.As(err, &p) || !strings.Contains(p.Error(), "boom") || len(p.Stack) == 0 {
			t.Errorf("Run = %v, want the panic", err)
		}
	})
}

func TestScheduleDoesNotDrift(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "idle"})
		b.run()
		const hours = 3
		time.Sleep(hours * time.Hour)
		polls := 0
		var first time.Time
		// Beside the polls: the past once, and who spends every five minutes.
		counts := map[string]int{}
		for _, r := range b.account.Requests() {
			_, name, _ := strings.Cut(strings.TrimPrefix(r.Path, "/api/v1/"), "guardrails/")
			name = cmp.Or(name, path.Base(r.Path))
			if counts[name]++; name != "credits" {
				continue
			}
			if polls++; polls == 1 {
				first = r.At
			}
			if behind := r.At.Sub(first) % time.Minute; behind > 8*time.Second {
				t.Errorf("T07: poll %d is %v behind its slot", polls, behind)
			}
		}
		if polls < hours*60-2 {
			t.Errorf("%d polls in %d hours", polls, hours)
		}
		const lists, hourly = hours*12 + 2, hours + 1
		for name, most := range map[string]int{"credits": hours*60 + 2, "key": hourly, "query": 2 + lists, "keys": 3 * lists, "workspaces": lists, "budgets": 3 * hourly, "guardrails": 2 * hourly, "assignments/keys": hourly} {
			if counts[name] > most {
				t.Errorf("/%s was asked %d times in %d hours, want at most %d", name, counts[name], hours, most)
			}
			delete(counts, name)
		}
		if len(counts) > 0 {
			t.Errorf("unexpected endpoints were asked: %v", counts)
		}
	})
}

func TestTwoMonitorsShareOneAccount(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		path := filepath.Join(t.TempDir(), "history.db")
		open := func() Options {
			o := b.o
			db, err := history.Open(t.Context(), path, history.Options{Now: b.now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			o.Open = opened(db)
			return o
		}
		first, second := New(open()), New(open())
		stopFirst := runMonitor(t, first)
		after(t, first, 2*time.Second)
		stopSecond := runMonitor(t, second)
		defer stopSecond()
		s2 := after(t, second, 20*time.Minute+20*time.Second)
		s1, _ := first.Latest()
		if n := b.asked("/credits"); n < 19 || n > 22 {
			t.Errorf("20 min of two made %d requests, want one a minute", n)
		}
		if *s1.Balance != *s2.Balance || !s1.At.Equal(s2.At) || !s1.Collecting || s2.Collecting {
			t.Errorf("two views: %+v at %v (collects %v), %+v at %v (collects %v)",
				s1.Balance, s1.At, s1.Collecting, s2.Balance, s2.At, s2.Collecting)
		}
		before := b.asked("/credits")
		second.Refresh()
		s2 = after(t, second, 3*time.Second)
		s1, _ = first.Latest()
		if b.asked("/credits")-before != 1 || !s1.At.Equal(s2.At) || s2.Now.Sub(s2.At) > 5*time.Second {
			t.Errorf("a refresh in the second made %d requests; readings of %v and %v", b.asked("/credits")-before, s1.At, s2.At)
		}

		first.Release()
		s2 = after(t, second, 2*time.Minute)
		if !s2.Collecting || s2.Stale(s2.Now) {
			t.Errorf("the second did not take over a released account")
		}
		first.Resume()
		before = b.asked("/credits")
		after(t, second, 10*time.Minute)
		if n := b.asked("/credits") - before; n > 12 {
			t.Errorf("after the resume 10 min made %d requests", n)
		}
		stopFirst()
		stopSecond()
	})
}

// TestFrozenCollectorIsNoticed has a process that was stopped hold the account's
// lock, and in one case, stopped amid a write, the file's too.
func TestFrozenCollectorIsNoticed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		writing    bool // SQLite then waits for 5 s of the real clock at each write
		watch      time.Duration
		least, max int
	}{
		{"waiting", false, 20 * time.Minute, 14, 21},
		{"writing", true, 150 * time.Second, 1, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
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
				frozen, ok, err := history.TryLock(history.LockPath(path, b.o.Account, b.o.BaseURL))
				if !ok || err != nil {
					t.Fatal(ok, err)
				}
				defer frozen.Unlock()
				if c.writing {
					defer holdWriteLock(t, path)()
				}
				m := b.run()
				s := after(t, m, c.watch)
				if s.Balance == nil || s.Collecting {
					t.Fatalf("Balance = %+v, Collecting = %v", s.Balance, s.Collecting)
				}
				if n := b.asked("/credits"); n < c.least || n > c.max {
					t.Errorf("%v beside a frozen collector made %d requests", c.watch, n)
				}
				if age, _ := s.Age(s.Now); age > 4*time.Minute {
					t.Errorf("the reading is %v old", age)
				}
			})
		})
	}
}

// holdWriteLock begins a write to the history at path, and returns what ends it.
func holdWriteLock(t *testing.T, path string) (end func()) {
	t.Helper()
	other, err := sql.Open("sqlite", path)
	if err == nil {
		other.SetMaxOpenConns(1)
		_, err = other.Exec("BEGIN IMMEDIATE")
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSlowKeyDoesNotHideTheBalance(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		b.account.Fail(sim.Fault{Path: "/key", Hang: true})
		m := b.run()
		s := after(t, m, 17*time.Second)
		if s.Balance == nil || s.Fault != nil {
			t.Fatalf("with /key hanging: Balance = %v, Fault = %+v, want the balance", s.Balance, s.Fault)
		}
		if s.SpendableUSD != nil || !strings.Contains(strings.Join(s.Notes, "\n"), "cap is not known") {
			t.Errorf("with /key hanging: SpendableUSD = %v, Notes = %q, want unknown, and why", *s.SpendableUSD, s.Notes)
		}
	})
}
