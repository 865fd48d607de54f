package account

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// A forecast counts as moved from exactly half or twice of what remained on, after it
// stayed so for exactly a tenth of that, and at the earliest 12 h after the last.
func TestHeadlineMovesAtItsBounds(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name           string
		was, left      time.Duration
		p10, p90       time.Duration // of the headline
		earlier, later bool
	}{
		{"half", 10 * day, 5 * day, 6 * day, 20 * day, true, false},
		{"a second more than half", 10 * day, 5*day + time.Second, 6 * day, 20 * day, false, false},
		{"half, within the range", 10 * day, 5 * day, 5 * day, 20 * day, false, false},
		{"twice", 10 * day, 20 * day, day, 15 * day, false, true},
		{"a second less than twice", 10 * day, 20*day - time.Second, day, 15 * day, false, false},
		{"twice, within the range", 10 * day, 20 * day, day, 20 * day, false, false},
		{"from a year away", farAway, 800 * day, day, 700 * day, false, true},
		{"from more than a year away", farAway + time.Second, 800 * day, day, 700 * day, false, false},
		{"to a year away", 800 * day, farAway, 366 * day, 900 * day, true, false},
		{"to more than a year away", 800 * day, farAway + time.Second, 366 * day, 900 * day, false, false},
	} {
		a := Headline{At: t0, P10: t0.Add(c.p10), P50: t0.Add(c.was), P90: t0.Add(c.p90)}
		s := c.left.Seconds()
		next, moved := a.follow(standpoint{forecast: forecast.Forecast{State: forecast.OK, At: t0, P10: s, P50: s, P90: s}})
		if moved || next.EarlierSince.IsZero() == c.earlier || next.LaterSince.IsZero() == c.later {
			t.Errorf("%s: moved %v, earlier since %v, later since %v; want %v, %v", c.name, moved, next.EarlierSince, next.LaterSince, c.earlier, c.later)
		}
	}
	for _, c := range []struct {
		name            string
		left            time.Duration
		since, notified time.Duration // ago
		moved           bool
	}{
		{"as long as it must stay", 20 * time.Hour, 2 * time.Hour, movedRest, true},
		{"a moment less", 20 * time.Hour, 2*time.Hour - 1, movedRest, false},
		{"as long as it rests", 20 * time.Hour, 3 * time.Hour, movedRest, true},
		{"a moment less of rest", 20 * time.Hour, 3 * time.Hour, movedRest - 1, false},
		{"the least", time.Hour, movedLeast, movedRest, true},
		{"less than the least", time.Hour, movedLeast - 1, movedRest, false},
		{"the most", 99 * day, movedMost, movedRest, true},
		{"less than the most", 99 * day, movedMost - 1, movedRest, false},
	} {
		a := Headline{
			At: t0.Add(-day), P10: t0, P50: t0.Add(c.left / 3), P90: t0.Add(c.left / 2),
			LaterSince: t0.Add(-c.since), Notified: t0.Add(-c.notified),
		}
		s := c.left.Seconds()
		next, moved := a.follow(standpoint{forecast: forecast.Forecast{State: forecast.OK, At: t0, P10: s, P50: s, P90: s}})
		if moved != c.moved || moved && !next.Notified.Equal(t0) {
			t.Errorf("%s: moved %v, last at %v, want %v", c.name, moved, next.Notified, c.moved)
		}
	}
}

func TestEqualSums(t *testing.T) {
	for _, c := range []struct {
		a, b *float64
		want bool
	}{
		{nil, nil, true}, {usd(0), nil, false}, {nil, usd(0), false}, {usd(1), usd(1), true},
		{usd(0), usd(slack), true}, {usd(slack), usd(0), true}, {usd(0), usd(1.1 * slack), false}, {usd(1.1 * slack), usd(0), false},
	} {
		if got := equal(c.a, c.b); got != c.want {
			t.Errorf("equal(%v, %v) = %v, want %v", deref(c.a), deref(c.b), got, c.want)
		}
	}
}

// The cap of a standpoint is the budget's where that runs out, and only there.
func TestStandpointOfABudget(t *testing.T) {
	key := &credit.Key{
		Kind: credit.KeyOrdinary, Cap: credit.Cap{LimitUSD: usd(20), RemainingUSD: usd(5)},
		Budgets: []credit.Budget{{Cap: credit.Cap{LimitUSD: usd(9), RemainingUSD: usd(2)}}},
	}
	plain := *key
	plain.Budgets = nil
	for _, c := range []struct {
		name          string
		key           *credit.Key
		of            forecast.Subject
		limit, remain float64
	}{
		{"the budget", key, forecast.Budget, 9, 2},
		{"the cap", key, forecast.Key, 20, 5},
		{"a budget that is gone", &plain, forecast.Budget, 20, 0},
	} {
		s := Snapshot{At: t0, Now: t0, Key: c.key, Forecast: forecast.Forecast{Subject: c.of}}
		if p, ok := s.standpoint(credit.Sample{}); !ok || *p.capUSD != c.limit || p.leftUSD != c.remain {
			t.Errorf("%s: limit %v, left %v, want %v and %v", c.name, deref(p.capUSD), p.leftUSD, c.limit, c.remain)
		}
	}
}

// A cause is named from exactly its bound on, and none is made from a usual of nothing.
func TestCausesAtTheirBounds(t *testing.T) {
	const other = "spent $4.00 a day since then, and not $5.00"
	was := Headline{At: t0.AddDate(0, 0, -2), P50: t0.AddDate(0, 0, 8), LeftUSD: 50, UsageUSD: 3}
	for _, c := range []struct {
		name   string
		burn   Burn
		idle   time.Duration // 0: never spent
		sooner bool
		want   string // its beginning
	}{
		{"half as much again in an hour", Burn{USDPerHour: usd(3), UsualUSDPerHour: usd(2)}, 0, true, "spent $3.00 in the last hour"},
		{"less in an hour", Burn{USDPerHour: usd(2.99), UsualUSDPerHour: usd(2)}, 0, true, other},
		{"an hour that usually costs nothing", Burn{USDPerHour: usd(3), UsualUSDPerHour: usd(0)}, 0, true, other},
		{"a fifth more in a day", Burn{USDPerDay: usd(24), WeekUSDPerDay: usd(20)}, 0, true, "spent $24.00 in 24 h"},
		{"less in a day", Burn{USDPerDay: usd(23.99), WeekUSDPerDay: usd(20)}, 0, true, other},
		{"a day after a week of nothing", Burn{USDPerDay: usd(24), WeekUSDPerDay: usd(0)}, 0, true, other},
		{"a fifth less in a day", Burn{USDPerDay: usd(16), WeekUSDPerDay: usd(20)}, 0, false, "slower than usual, $16.00 in 24 h"},
		{"a little more than that", Burn{USDPerDay: usd(16.01), WeekUSDPerDay: usd(20)}, 0, false, other},
		{"idle for long", Burn{}, longIdle, false, "nothing was spent for 3 h"},
		{"idle for less", Burn{}, longIdle - 1, false, other},
	} {
		s := Snapshot{At: t0, Now: t0, Burn: c.burn}
		if c.idle > 0 {
			s.Forecast.LastSpend = t0.Add(-c.idle)
		}
		if got := movedCause(&s, &was, c.sooner, standpoint{usageUSD: 11}); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	// The text looks for the cause of that way in which it moved.
	s := Snapshot{At: t0, Now: t0, Burn: Burn{USDPerDay: usd(30), WeekUSDPerDay: usd(20)}}
	for later, want := range map[time.Duration][2]string{-time.Hour: {"sooner", "spent $30.00 in 24 h"}, time.Hour: {"later", other}} {
		is := Headline{P10: was.P50.Add(later), P50: was.P50.Add(later), P90: was.P50.Add(later)}
		got := movedText(&s, &was, &is, standpoint{usageUSD: 11})
		if !strings.HasPrefix(got, "the balance runs out "+want[0]) || !strings.Contains(got, ": "+want[1]) {
			t.Errorf("%v later: %q, want %q and %q", later, got, want[0], want[1])
		}
	}
}

// The series that is shown is the key's where the account's is not known.
func TestShownSeries(t *testing.T) {
	account, key := &credit.Trail{}, &credit.Trail{}
	for _, c := range []struct {
		of        Source
		key, want *credit.Trail
	}{{FromKey, key, key}, {FromKey, nil, account}, {FromCredits, key, account}} {
		b := &Book{Account: account, Key: c.key}
		if got := b.Shown(&Facts{Source: c.of}); got != c.want {
			t.Errorf("from %s, with the key's series %v: the key's %v", c.of, c.key != nil, got == key)
		}
	}
}
