package monitor

import (
	"math"
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/sim"
)

func TestPreflight(t *testing.T) {
	t.Parallel()
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
		capped := func(remaining *float64, reset credit.Reset) func(*account.Snapshot) {
			return func(s *account.Snapshot) {
				limit := 1.0
				k := credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: &limit, RemainingUSD: remaining, Reset: reset}}
				s.Key = &k
				s.SpendableUSD, s.Binding = credit.Spendable(s.Balance, s.Key)
			}
		}
		usd := func(v float64) *float64 { return &v }
		noBalance := func(then func(*account.Snapshot)) func(*account.Snapshot) {
			return func(s *account.Snapshot) {
				s.Balance, s.BalanceNote = nil, "account balance not visible to this key"
				then(s)
			}
		}
		for _, c := range []struct {
			name   string
			of     account.Snapshot
			change func(*account.Snapshot)
			need   float64
			d      time.Duration
			want   account.Answer
			reason string
		}{
			{"enough now", warm, nil, 2.5, 0, account.Enough, "to spare"},
			{"all of it", warm, nil, left, 0, account.Enough, "$0.00 to spare"},
			{"a cent more than all", warm, nil, left + 0.01, 0, account.Short, "needed"},
			{"all of it, and others spend", warm, nil, left, time.Hour, account.Short, "spent otherwise in 1 h"},
			{"enough for hours", warm, nil, left - 12*perHour, 3 * time.Hour, account.Enough, "spent otherwise in 3 h"},
			{"cold, and now", cold, nil, 2.5, 0, account.Enough, "to spare"},
			{"cold, and for hours", cold, nil, 2.5, time.Hour, account.CannotBeSaid, "too few"},
			{"cold, and more than all", cold, nil, left + 1000, time.Hour, account.Short, "needed"},
			{"stale", warm, func(s *account.Snapshot) { s.Now = s.At.Add(time.Hour) }, 0.01, 0, account.CannotBeSaid, "no fresh reading"},
			{"never read", account.Snapshot{}, nil, 0.01, 0, account.CannotBeSaid, "no fresh reading"},
			{"a fault", warm, func(s *account.Snapshot) { s.Fault = &account.Fault{Kind: credit.FaultServer, Message: "500"} }, 0.01, 0, account.CannotBeSaid, "500"},
			{"no balance", warm, noBalance(capped(usd(1), "")), 0.5, 0, account.CannotBeSaid, "account balance not visible to this key"},
			{"no balance, and a cap too small", warm, noBalance(capped(usd(1), "")), 1.5, 0, account.Short, "the key's cap has $1.00 left"},
			{"a cap that is not said", warm, capped(nil, ""), 0.5, 0, account.CannotBeSaid, "cap is not known"},
			{"a cap that is not said, and a balance too small", warm, capped(nil, ""), left + 1, 0, account.Short, "the account has"},
			{"a cap that suffices", warm, capped(usd(1), ""), 0.75, 0, account.Enough, "the key's cap has $1.00 left, $0.75 needed: $0.25 to spare"},
			{"a cap whose key's spend is not known", warm, capped(usd(1), ""), 0.5, time.Hour, account.CannotBeSaid, "too few"},
		} {
			s := c.of
			if c.change != nil {
				c.change(&s)
			}
			p := m.Preflight(&s, c.need, c.d)
			if p.Answer != c.want || !strings.Contains(p.Reason, c.reason) {
				t.Errorf("%s: Preflight(…, %v, %v) = %q, %q, want %q, %q", c.name, c.need, c.d, p.Answer, p.Reason, c.want, c.reason)
			}
			if p.MarginUSD != nil && math.Abs(*p.SpendableUSD-c.need-*p.BackgroundUSD-*p.MarginUSD) > 1e-9 {
				t.Errorf("%s: %v spendable, %v needed and %v otherwise leave %v", c.name, *p.SpendableUSD, c.need, *p.BackgroundUSD, *p.MarginUSD)
			}
			if p.Answer == account.Enough && (p.MarginUSD == nil || *p.MarginUSD < -1e-9) {
				t.Errorf("%s: enough, with a margin of %v", c.name, p.MarginUSD)
			}
		}
	})
}
