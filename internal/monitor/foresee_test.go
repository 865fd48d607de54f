package monitor

import (
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/sim"
)

func TestForecastsAreGraded(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much arithmetic, and nothing beside it: the race detector finds nothing here")
	}
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "nearly-empty"})
		b.o.Interval = 5 * time.Minute
		m := b.run()
		early := after(t, m, 3*time.Hour)
		if early.Track.Made != 0 {
			t.Errorf("Track after 3 h = %+v, want none that has ended", early.Track)
		}
		var s account.Snapshot
		for range 48 {
			if s = after(t, m, time.Hour); s.Forecast.State == forecast.Depleted {
				break
			}
		}
		if s.Forecast.State != forecast.Depleted {
			t.Fatalf("State = %s after two days, want depleted", s.Forecast.State)
		}
		series := m.subject.Load().account
		past, err := b.db.Load(t.Context(), history.Want{Account: series})
		ended := past.Ended
		if err != nil || len(ended) < 3 {
			t.Fatalf("Load = %d ended forecasts, %v, want those of each hour", len(ended), err)
		}
		held := 0
		for _, f := range ended {
			if f.Outcome == credit.OutcomeHeld {
				held++
			}
			if f.True == nil {
				continue
			}
			// The account's own clock tells when that balance was spent.
			at := f.At.Add(time.Duration(*f.True * float64(time.Second)))
			if spent := b.account.Usage(at.Add(6*time.Minute)) - f.UsageUSD; spent < f.BalanceUSD-1e-6 {
				t.Errorf("the forecast of %v ended at %v, when %.4f of %.4f were spent", f.At, at, spent, f.BalanceUSD)
			}
			if spent := b.account.Usage(at.Add(-6*time.Minute)) - f.UsageUSD; spent > f.BalanceUSD+1e-6 {
				t.Errorf("the forecast of %v ended at %v, after %.4f of %.4f were spent", f.At, at, spent, f.BalanceUSD)
			}
		}
		if s.Track.Made != len(ended) || s.Track.Held != held || s.Track.Factor < 1 {
			t.Errorf("Track = %+v, want %d made, %d held, and a factor", s.Track, len(ended), held)
		}
		if why := strings.Join(s.Why(b.now()), "\n"); !strings.Contains(why, "held (") {
			t.Errorf("Why = %s, want how they did", why)
		}
	})
}

func TestEveryProcessShowsTheSameForecast(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		m := b.run()
		s := after(t, m, time.Hour)
		asked := b.asked("/credits")
		again, err := New(b.o).Once(t.Context(), Freshness{MaxAge: time.Hour})
		if err != nil || again.Forecast != s.Forecast || again.Track != s.Track {
			t.Errorf("Once = %+v, %v, want the forecast that the collector made: %+v", again.Forecast, err, s.Forecast)
		}
		if b.asked("/credits") != asked {
			t.Error("showing what is stored asked the account")
		}
		p, ok, err := New(b.o).Plan(t.Context(), s, forecast.Ask{})
		if ok || err != nil {
			t.Errorf("Plan before the first look = %+v, %v, %v, want none", p, ok, err)
		}
		topUp := 50.0
		p, ok, err = m.Plan(t.Context(), s, forecast.Ask{TopUpUSD: &topUp, Until: s.At.Add(20 * 24 * time.Hour)})
		if err != nil || !ok || p.WithTopUp.P50 <= s.Forecast.P50 || p.NeededUSD == nil || p.AllowanceUSDPerDay == nil || p.Auto == nil {
			t.Errorf("Plan = %+v, %v, %v, want one that lasts longer than %v s", p, ok, err, s.Forecast.P50)
		}
		planner := m.subject.Load().plans.planner
		for _, usd := range []float64{5, 55} {
			if _, ok, err := m.Plan(t.Context(), s, forecast.Ask{TopUpUSD: &usd}); !ok || err != nil || m.subject.Load().plans.planner != planner {
				t.Errorf("another plan for the same reading: %v, %v; the history is looked at anew", ok, err)
			}
		}
		later := s
		later.At = s.At.Add(time.Hour)
		if _, ok, err := m.Plan(t.Context(), later, forecast.Ask{TopUpUSD: &topUp}); !ok || err != nil || m.subject.Load().plans.planner == planner {
			t.Errorf("the plan of a later reading is that of the one before: %v, %v", ok, err)
		}
		s.Balance = &credit.Balance{CreditsUSD: s.Balance.CreditsUSD + 100, UsageUSD: s.Balance.UsageUSD}
		more, ok, err := m.Plan(t.Context(), s, forecast.Ask{TopUpUSD: &topUp})
		if err != nil || !ok || more.WithTopUp.P50 <= p.WithTopUp.P50 {
			t.Errorf("with 100 USD more the plan is %+v, %v, %v, want one that lasts longer than %v s", more.WithTopUp, ok, err, p.WithTopUp.P50)
		}
	})
}
