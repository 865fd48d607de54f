package monitor

import (
	"math"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/sim"
)

func TestPreflight(t *testing.T) {
	bubble(t, func(t *testing.T) {
		b := newBench(t, sim.Config{Profile: "steady"})
		hours, days := sim.Error(500), sim.Error(500) // no past: the first minutes are cold
		hours.Path, days.Path = "/analytics/query", "/activity"
		b.account.Fail(hours, days)
		m := b.run()
		cold := after(t, m, time.Minute)
		warm := after(t, m, 90*time.Minute)
		left := warm.Balance.LeftUSD()
		perHour := *warm.Burn.USDPerHour
		capped := func(remaining *float64, reset credit.Reset) func(*Snapshot) {
			return func(s *Snapshot) {
				limit := 1.0
				k := credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: &limit, RemainingUSD: remaining, Reset: reset}}
				s.Key = &k
				s.SpendableUSD, s.Binding = credit.Spendable(s.Balance, s.Key)
			}
		}
		usd := func(v float64) *float64 { return &v }
		noBalance := func(then func(*Snapshot)) func(*Snapshot) {
			return func(s *Snapshot) { s.Balance, s.BalanceNote = nil, noteHidden; then(s) }
		}
		for _, c := range []struct {
			name   string
			of     Snapshot
			change func(*Snapshot)
			need   float64
			d      time.Duration
			want   Answer
			reason string
		}{
			{"enough now", warm, nil, 2.5, 0, Enough, "to spare"},
			{"all of it", warm, nil, left, 0, Enough, "$0.00 to spare"},
			{"a cent more than all", warm, nil, left + 0.01, 0, Short, "needed"},
			{"all of it, and others spend", warm, nil, left, time.Hour, Short, "spent otherwise in 1 h"},
			{"enough for hours", warm, nil, left - 12*perHour, 3 * time.Hour, Enough, "spent otherwise in 3 h"},
			{"cold, and now", cold, nil, 2.5, 0, Enough, "to spare"},
			{"cold, and for hours", cold, nil, 2.5, time.Hour, CannotBeSaid, "too few"},
			{"cold, and more than all", cold, nil, left + 1000, time.Hour, Short, "needed"},
			{"stale", warm, func(s *Snapshot) { s.Now = s.At.Add(time.Hour) }, 0.01, 0, CannotBeSaid, "no fresh reading"},
			{"never read", Snapshot{}, nil, 0.01, 0, CannotBeSaid, "no fresh reading"},
			{"a fault", warm, func(s *Snapshot) { s.Fault = &Fault{Kind: credit.FaultServer, Message: "500"} }, 0.01, 0, CannotBeSaid, "500"},
			{"no balance", warm, noBalance(capped(usd(1), "")), 0.5, 0, CannotBeSaid, noteHidden},
			{"no balance, and a cap too small", warm, noBalance(capped(usd(1), "")), 1.5, 0, Short, "the key's cap has $1.00 left"},
			{"a cap that is not said", warm, capped(nil, ""), 0.5, 0, CannotBeSaid, "cap is not known"},
			{"a cap that is not said, and a balance too small", warm, capped(nil, ""), left + 1, 0, Short, "the account has"},
			{"a cap that suffices", warm, capped(usd(1), ""), 0.75, 0, Enough, "the key's cap has $1.00 left, $0.75 needed: $0.25 to spare"},
			{"a cap whose key's spend is not known", warm, capped(usd(1), ""), 0.5, time.Hour, CannotBeSaid, "too few"},
		} {
			s := c.of
			if c.change != nil {
				c.change(&s)
			}
			p, err := m.Preflight(t.Context(), s, c.need, c.d)
			if err != nil || p.Answer != c.want || !strings.Contains(p.Reason, c.reason) {
				t.Errorf("%s: Preflight(…, %v, %v) = %q, %q, %v, want %q, %q", c.name, c.need, c.d, p.Answer, p.Reason, err, c.want, c.reason)
			}
			if p.MarginUSD != nil && math.Abs(*p.SpendableUSD-c.need-*p.BackgroundUSD-*p.MarginUSD) > 1e-9 {
				t.Errorf("%s: %v spendable, %v needed and %v otherwise leave %v", c.name, *p.SpendableUSD, c.need, *p.BackgroundUSD, *p.MarginUSD)
			}
			if p.Answer == Enough && (p.MarginUSD == nil || *p.MarginUSD < -1e-9) {
				t.Errorf("%s: enough, with a margin of %v", c.name, p.MarginUSD)
			}
		}
	})
}

func TestCapAfter(t *testing.T) {
	at := time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC) // a Saturday
	var samples []credit.Sample
	for i := range 2001 { // 1 USD an hour
		samples = append(samples, credit.Sample{At: at.Add(time.Duration(i-2000) * time.Minute), UsageUSD: float64(i) / 60})
	}
	model := forecast.New(at, samples, forecast.Options{})
	remaining, limit := 20.0, 30.0
	for _, c := range []struct {
		name     string
		reset    credit.Reset
		d        time.Duration
		from, to float64
	}{
		{"now", credit.ResetDaily, 0, 20, 20},
		{"before the reset", credit.ResetDaily, time.Hour, 18, 19.1},
		{"after the reset", credit.ResetDaily, 6 * time.Hour, 15, 18.1},
		{"a whole window after the reset", credit.ResetDaily, 48 * time.Hour, -20, 6},
		{"many windows", credit.ResetDaily, 480 * time.Hour, -20, 6},
		{"never reset", credit.ResetNever, 48 * time.Hour, -80, -28},
		{"a reset that is not known", "yearly", 48 * time.Hour, -80, -28},
	} {
		got := capAfter(model, credit.Cap{LimitUSD: &limit, RemainingUSD: &remaining, Reset: c.reset}, at, c.d)
		if got == nil || *got < c.from || *got > c.to {
			t.Errorf("%s: capAfter(…, %v) = %v, want %v to %v", c.name, c.d, said64(got), c.from, c.to)
		}
	}
	if got := capAfter(forecast.New(at, nil, forecast.Options{}), credit.Cap{LimitUSD: &limit, RemainingUSD: &remaining}, at, time.Hour); got != nil {
		t.Errorf("capAfter of no history = %v, want nil", *got)
	}
}

func said64(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}
