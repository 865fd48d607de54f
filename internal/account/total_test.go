package account

import (
	"reflect"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

func TestTotalIsHonest(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	const here, there = "", "example.org"
	usd := func(v float64) *float64 { return &v }
	of := func(host, creator string, bought, used, perDay float64, age time.Duration) Snapshot {
		s := Snapshot{
			Host: host, At: now.Add(-age), Interval: time.Minute, Balance: &credit.Balance{CreditsUSD: bought, UsageUSD: used},
			Key: &credit.Key{Creator: creator},
		}
		if perDay >= 0 {
			s.Burn.USDPerHour, s.Burn.USDPerDay = usd(perDay/2), usd(perDay)
		}
		return s
	}
	owned := func(organization, workspace string, s Snapshot) Snapshot {
		s.Key.Owner = credit.Owner{Organization: organization, Workspace: workspace}
		return s
	}
	keyOnly := Snapshot{At: now, Interval: time.Minute, Burn: Burn{USDPerHour: usd(7), USDPerDay: usd(9)}}
	for _, c := range []struct {
		name     string
		accounts []Snapshot
		want     Total
	}{
		{"none known", []Snapshot{{}, keyOnly}, Total{Accounts: 2}},
		{"two", []Snapshot{of(here, "a", 10, 4, 1, time.Second), of(here, "b", 20, 5, 2, time.Minute)},
			Total{Accounts: 2, Known: 2, BalanceUSD: usd(21), USDPerHour: usd(1.5), USDPerDay: usd(3), Oldest: now.Add(-time.Minute)}},
		{"one is not known", []Snapshot{of(here, "a", 10, 4, 1, time.Second), keyOnly},
			Total{Accounts: 2, Known: 1, BalanceUSD: usd(6), USDPerHour: usd(0.5), USDPerDay: usd(1), Oldest: now.Add(-time.Second)}},
		{"one owes", []Snapshot{of(here, "a", 10, 4, 1, 0), of(here, "b", 0, 1, 0, 0)},
			Total{Accounts: 2, Known: 2, BalanceUSD: usd(5), USDPerHour: usd(0.5), USDPerDay: usd(1), Oldest: now}},
		{"a burn that is not known", []Snapshot{of(here, "a", 10, 4, 1, 0), of(here, "b", 20, 5, -1, 0), of(here, "c", 1, 0, 1, 0)},
			Total{Accounts: 3, Known: 3, BalanceUSD: usd(22), Oldest: now}},
		{"one is old", []Snapshot{of(here, "a", 10, 4, 1, time.Hour), of(here, "b", 20, 5, 1, 0)},
			Total{Accounts: 2, Known: 2, BalanceUSD: usd(21), USDPerHour: usd(1), USDPerDay: usd(2), Oldest: now.Add(-time.Hour), Stale: true}},
		{"two names of one", []Snapshot{of(here, "a", 10, 4, 1, 0), of(here, "a", 10, 4, 1, time.Second)},
			Total{Accounts: 2, Known: 2, Repeated: 1, BalanceUSD: usd(6), USDPerHour: usd(0.5), USDPerDay: usd(1), Oldest: now.Add(-time.Second)}},
		{"one person's accounts", []Snapshot{of(here, "a", 10, 4, 1, 0), of(here, "a", 11, 4, 1, 0), of(there, "a", 10, 4, 1, 0)},
			Total{Accounts: 3, Known: 3, BalanceUSD: usd(19), USDPerHour: usd(1.5), USDPerDay: usd(3), Oldest: now}},
		{"two members of one organization, around a top-up", []Snapshot{owned("o", "w1", of(here, "a", 10, 4, 1, 0)), owned("o", "w2", of(here, "b", 35, 4, 1, time.Second))},
			Total{Accounts: 2, Known: 2, Repeated: 1, BalanceUSD: usd(6), USDPerHour: usd(0.5), USDPerDay: usd(1), Oldest: now.Add(-time.Second)}},
		{"one person in two organizations", []Snapshot{owned("o", "w1", of(here, "a", 10, 4, 1, 0)), owned("p", "w2", of(here, "a", 10, 4, 1, 0))},
			Total{Accounts: 2, Known: 2, BalanceUSD: usd(12), USDPerHour: usd(1), USDPerDay: usd(2), Oldest: now}},
		{"two keys of a personal workspace", []Snapshot{owned("", "w1", of(here, "a", 10, 4, 1, 0)), owned("", "w1", of(here, "a", 11, 4, 1, 0))},
			Total{Accounts: 2, Known: 2, Repeated: 1, BalanceUSD: usd(6), USDPerHour: usd(0.5), USDPerDay: usd(1), Oldest: now}},
		{"one organization's name at two hosts", []Snapshot{owned("o", "w1", of(here, "a", 10, 4, 1, 0)), owned("o", "w1", of(there, "a", 10, 4, 1, 0))},
			Total{Accounts: 2, Known: 2, BalanceUSD: usd(12), USDPerHour: usd(1), USDPerDay: usd(2), Oldest: now}},
		{"nobody knows whose", []Snapshot{of(here, "", 10, 4, 1, 0), of(here, "", 10, 4, 1, 0)},
			Total{Accounts: 2, Known: 2, BalanceUSD: usd(12), USDPerHour: usd(1), USDPerDay: usd(2), Oldest: now}},
	} {
		c.want.First = -1
		if got := TotalOf(c.accounts, now); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: TotalOf(…) = %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestTotalNamesTheFirstToRunOut(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	ends := func(state forecast.State, made time.Duration, p50 float64) Snapshot {
		return Snapshot{Forecast: forecast.Forecast{State: state, At: now.Add(made), P50: p50}}
	}
	refilled := ends(forecast.OK, 0, 60)
	refilled.Forecast.Subject, refilled.AutoTopUp = forecast.Account, &AutoTopUp{ThresholdUSD: 10, AmountUSD: 25}
	for _, c := range []struct {
		name     string
		accounts []Snapshot
		want     int
	}{
		{"none", nil, -1},
		{"nobody knows", []Snapshot{ends(forecast.Unknown, 0, 0), ends(forecast.Idle, 0, 0)}, -1},
		{"the sooner", []Snapshot{ends(forecast.OK, 0, 7200), ends(forecast.OK, 0, 3600), ends(forecast.OK, 0, 3600)}, 1},
		{"by the moment, not by the seconds", []Snapshot{ends(forecast.OK, 0, 3600), ends(forecast.OK, -time.Hour, 7000)}, 1},
		{"not who is refilled", []Snapshot{refilled, ends(forecast.OK, 0, 3600)}, 1},
		{"spent before all", []Snapshot{ends(forecast.OK, 0, 1), ends(forecast.Depleted, 0, 0)}, 1},
	} {
		if got := TotalOf(c.accounts, now).First; got != c.want {
			t.Errorf("%s: first = %d, want %d", c.name, got, c.want)
		}
	}
}
