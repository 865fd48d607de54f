package render

import (
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/render/rendertest"
)

func TestStatusLine(t *testing.T) {
	now := rendertest.Day("2026-11-21 10:42")
	read := account.Snapshot{
		At: now, Now: now, Interval: time.Minute, Source: account.FromCredits, SpendableUSD: rendertest.USD(63.52),
		Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48}, Spend: account.Spend{Last1hUSD: rendertest.USD(0.51)},
		Forecast: forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: now, P10: 3e5, P50: 4.5e5, P90: 7e5, History: 48 * time.Hour},
	}
	with := func(change func(*account.Snapshot)) account.Snapshot {
		s := read
		change(&s)
		return s
	}
	for _, c := range []struct {
		name    string
		s       account.Snapshot
		session *float64
		want    string
	}{
		{"all", read, rendertest.USD(0.42), "$63.52 · runs out in 5 to 6 days · $0.51 last hour · $0.42 this session"},
		{"no session", read, nil, "$63.52 · runs out in 5 to 6 days · $0.51 last hour"},
		{"old", with(func(s *account.Snapshot) { s.At = now.Add(-12 * time.Minute) }), nil, "$63.52 · runs out in 5 to 6 days · $0.51 last hour · read 12 min ago"},
		{"the last poll failed", with(func(s *account.Snapshot) { s.Fault = &account.Fault{Kind: credit.FaultNetwork} }), nil, "$63.52 · runs out in 5 to 6 days · $0.51 last hour · no connection · read 0 s ago"},
		{"a cap binds", with(func(s *account.Snapshot) { s.Binding, s.SpendableUSD = credit.BoundByKey, rendertest.USD(2) }), nil, "$2.00 spendable · runs out in 5 to 6 days · $0.51 last hour"},
		{"depleted", with(func(s *account.Snapshot) {
			s.Forecast = forecast.Forecast{State: forecast.Depleted, Subject: forecast.Account}
		}), nil, "$63.52 · depleted · $0.51 last hour"},
		{"nothing", account.Snapshot{Forecast: forecast.Forecast{State: forecast.Unknown}}, nil, "—"},
	} {
		if got := StatusLine(&c.s, c.session, now); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
