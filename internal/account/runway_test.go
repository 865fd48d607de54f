package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

func TestLasts(t *testing.T) {
	of := func(state forecast.State, p10Hours float64) Snapshot {
		return Snapshot{Now: t0, At: t0, Interval: time.Minute, Forecast: forecast.Forecast{State: state, At: t0, P10: p10Hours * 3600, P50: p10Hours * 7200, P90: p10Hours * 9000}}
	}
	failed := of(forecast.OK, 1000)
	failed.Fault = &Fault{Kind: credit.FaultNetwork, Message: "no connection"}
	old := of(forecast.OK, 1000)
	old.At = t0.Add(-time.Hour)
	const day = 24 * time.Hour
	for _, c := range []struct {
		name string
		s    Snapshot
		d    time.Duration
		want Answer
	}{
		{"longer", of(forecast.OK, 49), 2 * day, Enough},
		{"just as long", of(forecast.OK, 48), 2 * day, Enough},
		{"shorter", of(forecast.OK, 47), 2 * day, Short},
		{"spent", of(forecast.Depleted, 0), 2 * day, Short},
		{"nothing is spent", of(forecast.Idle, 0), 2 * day, Enough},
		{"too early", of(forecast.Cold, 0), 2 * day, CannotBeSaid},
		{"nothing is known", of(forecast.Unknown, 0), 2 * day, CannotBeSaid},
		{"a failure", failed, 2 * day, CannotBeSaid},
		{"an old reading", old, 2 * day, CannotBeSaid},
		{"not asked for", failed, 0, Enough},
	} {
		if p := c.s.Lasts(c.d); p.Answer != c.want || (p.Reason == "") != (c.d == 0) {
			t.Errorf("%s: %s, %q, want %s", c.name, p.Answer, p.Reason, c.want)
		}
	}
	a := func(v Answer) Preflight { return Preflight{Answer: v, Reason: string(v)} }
	for _, c := range []struct{ p, q, want Answer }{
		{Enough, Enough, Enough}, {Enough, Short, Short}, {Short, Enough, Short}, {Short, CannotBeSaid, Short}, {CannotBeSaid, Short, Short}, {Enough, CannotBeSaid, CannotBeSaid},
	} {
		if got := a(c.p).And(a(c.q)); got.Answer != c.want {
			t.Errorf("%s and %s = %s, want %s", c.p, c.q, got.Answer, c.want)
		}
	}
}
