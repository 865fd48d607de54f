package account

import (
	"math"
	"strings"
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

func TestComparedAtTheBounds(t *testing.T) {
	for _, c := range []struct {
		v, usual float64
		want     string
	}{
		{0, 0, ", as usual"},
		{1, 0, ", against it"},
		{0, 1, ", 100 % below it"},
		{2.995, 1, ", 3 times it"},
		{2.99, 1, ", 199 % above it"},
		{1.006, 1, ", 1 % above it"},
		{1.005, 1, ", it"},
		{1, 1, ", it"},
		{.995, 1, ", it"},
		{.994, 1, ", 1 % below it"},
	} {
		if got := compared(c.v, c.usual, "it"); got != c.want {
			t.Errorf("%v against %v: %q, want %q", c.v, c.usual, got, c.want)
		}
	}
}

// What is spent is said of the hour where that is at least half as much again as
// usual, else of the day.
func TestWhySpentIsOfTheHourOrTheDay(t *testing.T) {
	for _, c := range []struct {
		name        string
		hour, usual *float64
		want        string
	}{
		{"half as much again", usd(3), usd(2), "Spent $3.00 in the last hour, 50 % above the usual $2.00 at this hour."},
		{"less", usd(2.99), usd(2), "Spent $9.00 in 24 h."},
		{"usually nothing", usd(3), usd(0), "Spent $9.00 in 24 h."},
		{"not known what is usual", usd(3), nil, "Spent $9.00 in 24 h."},
		{"not known what was spent", nil, usd(2), "Spent $9.00 in 24 h."},
	} {
		s := Snapshot{At: t0, Now: t0, Burn: Burn{USDPerHour: c.hour, UsualUSDPerHour: c.usual, USDPerDay: usd(9)}}
		if got := s.whySpent(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	for idle, want := range map[time.Duration]string{time.Hour: "Spent $3.00 in the last hour.", time.Hour + 1: "Nothing was spent for 1 h"} {
		s := Snapshot{At: t0, Burn: Burn{USDPerHour: usd(3)}, Forecast: forecast.Forecast{LastSpend: t0.Add(-idle)}}
		if got := s.whyNow(t0); !strings.HasPrefix(got, want) {
			t.Errorf("idle for %v: %q, want %q", idle, got, want)
		}
	}
}

func TestWhyHistoryAtTheBounds(t *testing.T) {
	const day = 24 * time.Hour
	const hours, days, narrow = ": the range narrows within hours.", ": the range narrows with the days.", ": the range is as narrow as this account allows."
	for _, c := range []struct {
		name     string
		all, own time.Duration
		gaps     int
		state    forecast.State
		want     string
	}{
		{"nearly four hours", 4*time.Hour - 1, 4*time.Hour - 1, 0, forecast.OK, " of history" + hours},
		{"four hours", 4 * time.Hour, 4 * time.Hour, 0, forecast.OK, "4 h of history" + days},
		{"nearly two weeks", longHistory - 1, longHistory - 1, 0, forecast.OK, " of history" + days},
		{"two weeks", longHistory, longHistory, 0, forecast.OK, "14 d of history" + narrow},
		{"a minute before it", 4*time.Hour + time.Minute, 4 * time.Hour, 1, forecast.OK, "4 h of history, with a gap" + days},
		{"more before it", 6 * time.Hour, 4 * time.Hour, 2, forecast.OK, "4 h of own history, 2 h before it by hour and day, with 2 gaps" + days},
		{"filled in", 20 * day, time.Hour, 0, forecast.OK, " before it by hour and day" + hours},
		{"no forecast", 20 * day, 20 * day, 0, forecast.Idle, "20 d of history."},
	} {
		s := Snapshot{HistorySince: t0.Add(-c.all), OwnSince: t0.Add(-c.own), Gaps: c.gaps, Forecast: forecast.Forecast{State: c.state}}
		if got := s.WhyHistory(t0); !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := (&Snapshot{}).WhyHistory(t0); got != "" {
		t.Errorf("without history: %q", got)
	}
}

func TestTrackInWords(t *testing.T) {
	wide, narrow := math.Log(1.1), math.Log(.9)
	for _, c := range []struct {
		t    Track
		want string
	}{
		{Track{}, "None of its forecasts has ended yet."},
		{Track{Made: 1, Held: 1}, "Of 1 forecast that has ended, 1 held."},
		{Track{Made: 4, Held: 3, Factor: 1.5}, "Of the last 4 forecasts, 3 held (75 %); typically within a factor 1.5."},
		{Track{Made: 4, Held: 3, Factor: .5, Taught: [2]float64{wide, narrow}},
			"Of the last 4 forecasts, 3 held (75 %); typically within a factor 1.0. That made the range 10 % wider before and 10 % narrower after its middle."},
	} {
		if got := c.t.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A budget that is gone is no limit, and what lasts is called by its name.
func TestLimitsByTheirNames(t *testing.T) {
	key := &credit.Key{Cap: credit.Cap{RemainingUSD: usd(1)}}
	s := Snapshot{At: t0, Key: key, Forecast: forecast.Forecast{Subject: forecast.Budget}}
	if _, _, ok := s.Limit(t0); ok {
		t.Error("a budget that is gone is a limit")
	}
	s.Forecast = forecast.Forecast{CapLasts: true, ResetsAt: t0}
	if got := s.whySubject(); got != "The key's cap probably lasts until it resets on 21 Nov, 10:42 UTC." {
		t.Errorf("%q", got)
	}
	s.Key = &credit.Key{Budgets: []credit.Budget{{Scope: "api_key", Cap: credit.Cap{RemainingUSD: usd(1)}}}}
	if got := s.whySubject(); got != "The key budget probably lasts until it resets on 21 Nov, 10:42 UTC." {
		t.Errorf("%q", got)
	}
	s.AutoTopUp, s.Forecast.State = &AutoTopUp{ThresholdUSD: 5, AmountUSD: 25, Seen: 3, Last: t0}, forecast.OK
	if got := s.whyRefilled(t0); !strings.HasPrefix(got, "An automatic top-up of $25.00 below $5.00 comes before") {
		t.Errorf("%q", got)
	}
	if s.Forecast.State = forecast.Depleted; s.whyRefilled(t0) != "" {
		t.Error("a balance that is spent is refilled")
	}
}

// What is left of a forecast counts from now on, and the worse of two answers is said.
func TestLastsFromNowOn(t *testing.T) {
	of := func(p10 time.Duration) *Snapshot {
		return &Snapshot{At: t0, Now: t0, Interval: time.Minute, Forecast: forecast.Forecast{State: forecast.OK, At: t0.Add(-time.Hour), P10: p10.Seconds()}}
	}
	if p := of(49 * time.Hour).Lasts(48 * time.Hour); p.Answer != Enough {
		t.Errorf("49 h from an hour ago: %+v, want 48 h", p)
	}
	if p := of(47 * time.Hour).Lasts(48 * time.Hour); p.Answer != Short || !strings.HasSuffix(p.Reason, ": 2 h short") {
		t.Errorf("47 h from an hour ago: %+v, want 2 h short", p)
	}
	cold := of(0)
	cold.Forecast.State, cold.OwnSince = forecast.Cold, t0.Add(-3*time.Minute)
	if p := cold.Lasts(time.Hour); p.Answer != CannotBeSaid || p.Reason != "3 min of history are too few to say how long it lasts" {
		t.Errorf("3 min: %+v", p)
	}
	for _, c := range []struct {
		p, q   Preflight
		answer Answer
		reason string
	}{
		{Preflight{Answer: Enough, Reason: "a"}, Preflight{Answer: Enough, Reason: "b"}, Enough, "a; b"},
		{Preflight{Answer: Enough, Reason: "a"}, Preflight{Answer: Short, Reason: "b"}, Short, "b"},
		{Preflight{Answer: Short, Reason: "a"}, Preflight{Answer: Enough, Reason: "b"}, Short, "a"},
		{Preflight{Answer: Short, Reason: "a"}, Preflight{Answer: Short}, Short, "a"},
		{Preflight{Answer: Enough, Reason: "a"}, Preflight{Answer: Short}, Short, "a"},
		{Preflight{Answer: Short}, Preflight{Answer: Enough, Reason: "b"}, Short, "b"},
	} {
		if got := c.p.And(c.q); got.Answer != c.answer || got.Reason != c.reason {
			t.Errorf("%+v and %+v = %s, %q, want %s, %q", c.p, c.q, got.Answer, got.Reason, c.answer, c.reason)
		}
	}
}
