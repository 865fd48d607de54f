package monitor

import (
	"os"
	"strconv"
	"testing"
	"time"

	"ortop/internal/longtest"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/courier"
	"ortop/internal/forecast"
	"ortop/internal/sim"
)

// polls is a monitor whose polls are made one by one, without the loop that
// looks at the clock each second: two months of them take seconds.
type polls struct {
	*bench
	m   *Monitor
	st  *store
	api API
	all told
}

func newPolls(t *testing.T, b *bench) *polls {
	t.Helper()
	p := &polls{bench: b, m: New(b.o)}
	var err error
	if p.st, err = openStore(t.Context(), p.m, Freshness{}); err == nil {
		p.api, _, err = b.o.Connect(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// after lets d pass, polls, and returns what a snapshot says of the balance and
// of what becomes of it.
func (p *polls) after(t *testing.T, d time.Duration) account.Snapshot {
	t.Helper()
	time.Sleep(d)
	q := request{api: p.api, fingerprint: p.st.fingerprint, facts: p.st.state.Facts, now: p.now, log: p.m.log}
	v := p.st.judge(t.Context(), q.send(t.Context()).reading)
	r, err := p.st.step(t.Context(), &account.Input{Verdict: &v}, &poll{due: p.now().Add(time.Minute)}, true)
	if err != nil || v.Fault != nil {
		t.Fatalf("polling: %v, %v", err, v.Fault)
	}
	p.all.deliver(r.Notify)
	return r.Snapshot
}

// pace is how long until the next poll: half an hour, or longer while nothing is refilled.
func pace(s account.Snapshot) time.Duration {
	if s.Balance.LeftUSD() > 13 && !longtest.On() {
		return 2 * time.Hour
	}
	return 30 * time.Minute
}

// TestAutoTopUpIsRecognised lets weeks pass, ORTOP_SOAK_DAYS days if that is
// set, in which the account is refilled by $25 under $10.
func TestAutoTopUpIsRecognised(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	days := longtest.Of(8, 12)
	if v := os.Getenv("ORTOP_SOAK_DAYS"); v != "" {
		var err error
		if days, err = strconv.Atoi(v); err != nil {
			t.Fatal(err)
		}
	}
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "auto-top-up"})
		p := newPolls(t, b)
		s := p.after(t, 0)
		began, first := b.account.Credits(s.At), 0.0
		for until := s.At.AddDate(0, 0, days); s.At.Before(until); {
			if s = p.after(t, pace(s)); s.AutoTopUp != nil && first == 0 {
				first = (b.account.Credits(s.At) - began) / 25
				t.Logf("recognised after %v top-ups, by %v: %+v", first, s.At, s.AutoTopUp)
			}
		}
		a := s.AutoTopUp
		if a == nil || a.ThresholdUSD != 10 || a.AmountUSD != 25 || first > 3 || !s.Refilled() {
			t.Fatalf("AutoTopUp = %+v after %v top-ups, want 25 under 10 after 3", a, first)
		}
		t.Logf("after %d days and %v top-ups: %+v", days, (b.account.Credits(s.At)-began)/25, a)
		if a.Next.State != forecast.OK || a.Next.P50 >= s.Forecast.P50 || a.USDPerMonth == nil {
			t.Errorf("Next = %+v, want one before %v s, when the balance runs out", a.Next, s.Forecast.P50)
		}
		if pl, _ := s.Planner(&p.st.book); pl == nil {
			t.Error("there is no plan")
		} else if plan := pl.Plan(forecast.Ask{}); plan.Auto.USDPerMonth != *a.USDPerMonth {
			t.Errorf("USDPerMonth = %v, want that of the plan, %v", *a.USDPerMonth, plan.Auto.USDPerMonth)
		}
		at := s.At
		for s.AutoTopUp.Last.Equal(a.Last) && s.At.Sub(at) < 10*24*time.Hour {
			s = p.after(t, pace(s))
		}
		if took := s.AutoTopUp.Last.Sub(at).Seconds(); took < a.Next.P10/2 || took > 2*a.Next.P90 {
			t.Errorf("the next came after %v s, want about %v to %v", took, a.Next.P10, a.Next.P90)
		}
		again, err := New(b.o).Once(t.Context(), Freshness{MaxAge: time.Hour})
		if err != nil || again.Forecast != s.Forecast || again.AutoTopUp == nil || again.AutoTopUp.Next != s.AutoTopUp.Next || *again.AutoTopUp.USDPerMonth != *s.AutoTopUp.USDPerMonth {
			t.Errorf("Once = %+v, %v, want what was found, %+v", again.AutoTopUp, err, s.AutoTopUp)
		}
	})
}

// TestAutoTopUpGoesMissing declines the card, and accepts it again.
func TestAutoTopUpGoesMissing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("auto-top-up"))
		backdate(t, b)
		b.o.Rules, b.o.Alerts = alert.Defaults(), &courier.Options{}
		p := newPolls(t, b)
		s := p.after(t, time.Minute)
		if s.AutoTopUp == nil || s.AutoTopUp.ThresholdUSD != 10 || s.AutoTopUp.Seen < 5 || !s.Refilled() {
			t.Fatalf("AutoTopUp = %+v at the start, of a past that has many", s.AutoTopUp)
		}
		b.account.Decline(true)
		for s.Balance.LeftUSD() >= 10 {
			step := time.Hour
			if s.Balance.LeftUSD() < 10.2 {
				step = time.Minute
			}
			if s = p.after(t, step); s.AutoTopUp == nil || !s.Refilled() {
				t.Fatalf("AutoTopUp = %+v with %v left, want it expected", s.AutoTopUp, s.Balance.LeftUSD())
			}
		}
		crossed := s.At
		if n := p.all.of(alert.Balance) + p.all.of(alert.Runway) + p.all.of(alert.TopUpMissing); n != 0 {
			t.Errorf("told %d things while it was expected, want none: %+v", n, p.all.events)
		}
		if s.AutoTopUp.Next.State != forecast.Depleted {
			t.Errorf("Next = %+v under the threshold, want that it is due", s.AutoTopUp.Next)
		}
		for s.Refilled() && s.At.Sub(crossed) < 3*time.Hour {
			s = p.after(t, longtest.Of[time.Duration](3, 1)*time.Minute)
		}
		since, missing := s.TopUpMissing()
		t.Logf("below at %v, missing at %v since %v", crossed, s.At, since)
		if took := s.At.Sub(crossed); !missing || took < 25*time.Minute || took > time.Hour {
			t.Errorf("missing: %v, %v after %v, want within the hour", missing, since, took)
		}
		if d := since.Sub(crossed); d < 0 || d > 20*time.Minute {
			t.Errorf("missing since %v, want from when it fell below at %v", since, crossed)
		}
		if s.Forecast.State != forecast.OK {
			t.Errorf("Forecast = %+v, want that it runs out", s.Forecast)
		}
		if n := p.all.saying("did not come"); n != 1 || p.all.saying("runs out") == 0 {
			t.Errorf("told that it is missing %d times, and that the balance runs out %d times, want once, and at all", n, p.all.saying("runs out"))
		}
		b.account.TopUp(40) // by hand
		if s = p.after(t, 5*time.Minute); s.AutoTopUp != nil {
			t.Errorf("AutoTopUp = %+v though it did not come, want none until it shows again", s.AutoTopUp)
		}
		b.account.Decline(false)
		began := b.account.Credits(s.At)
		for s.AutoTopUp == nil && s.At.Sub(crossed) < 30*24*time.Hour {
			s = p.after(t, pace(s))
		}
		came := (b.account.Credits(s.At) - began) / 25
		t.Logf("recognised again after %v top-ups", came)
		if !s.Refilled() || came > 3 {
			t.Errorf("AutoTopUp = %+v after %v, want it recognised again", s.AutoTopUp, came)
		}
	})
}

// TestForecastOfWhatIsRefilledDoesNotMove: no event is that an account runs out
// sooner which does not.
func TestForecastOfWhatIsRefilledDoesNotMove(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, oldAccount("auto-top-up"))
		backdate(t, b)
		p := newPolls(t, b)
		s := p.after(t, time.Minute)
		if !s.Refilled() || !p.st.state.Headline.At.IsZero() {
			t.Errorf("AutoTopUp = %+v, and the forecast of the balance is followed", s.AutoTopUp)
		}
		p.st.book.Purchases, p.st.purchases = nil, purchases{first: p.st.book.Account.First, until: s.At}
		if s = p.after(t, time.Minute); s.AutoTopUp != nil || p.st.state.Headline.At.IsZero() {
			t.Errorf("AutoTopUp = %+v, and the forecast is not followed where nothing refills the account", s.AutoTopUp)
		}
	})
}

// TestBuyingByHandIsNoAutoTopUp buys as people do.
func TestBuyingByHandIsNoAutoTopUp(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		p := newPolls(t, b)
		p.after(t, 0)
		for _, hours := range []int{30, 50, 20, 70, 40, 24, 33} {
			for range hours / 2 {
				if s := p.after(t, 2*time.Hour); s.AutoTopUp != nil {
					t.Fatalf("AutoTopUp = %+v, want none", s.AutoTopUp)
				}
			}
			b.account.TopUp(25)
		}
	})
}

// backdate writes the account's past into the history, as the demo does.
func backdate(t *testing.T, b *bench) {
	t.Helper()
	_, fingerprint, err := b.o.Connect(t.Context())
	if err == nil {
		err = Backdate(t.Context(), b.db, b.o.Account, b.o.BaseURL, fingerprint, b.now().AddDate(0, 0, -34), b.now(), b.account.Usage, b.account.Credits)
	}
	if err != nil {
		t.Fatal(err)
	}
}
