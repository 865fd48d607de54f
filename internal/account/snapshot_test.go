package account

import (
	"testing"
	"time"

	"ortop/internal/credit"
	"ortop/internal/forecast"
)

func TestEarly(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	const minute, month = time.Minute, 30 * 24 * time.Hour
	for _, c := range []struct {
		name         string
		state        forecast.State
		history, own time.Duration // own 0: none was filled in
		want         bool
	}{
		{"weeks", forecast.OK, month, month, false},
		{"minutes", forecast.OK, 14 * minute, 0, true},
		{"a quarter of an hour", forecast.OK, 15 * minute, 15 * minute, false},
		{"weeks that were filled in", forecast.OK, month, 10 * minute, true},
		{"no forecast", forecast.Cold, minute, minute, false},
	} {
		s := Snapshot{Forecast: forecast.Forecast{State: c.state, At: now, History: c.history}}
		if c.own > 0 {
			s.OwnSince = now.Add(-c.own)
		}
		if got := s.Early(); got != c.want {
			t.Errorf("%s: Early = %t, want %t", c.name, got, c.want)
		}
	}
}

// The age stands beside the values, and nothing calls them live, from the first
// attempt that fails.
func TestStale(t *testing.T) {
	s := Snapshot{At: t0, Interval: time.Minute}
	failed := s
	failed.Fault = &Fault{Kind: credit.FaultServer}
	for _, c := range []struct {
		name       string
		s          Snapshot
		now        time.Time
		stale, old bool
	}{
		{"just read", s, t0, false, false},
		{"two and a half intervals ago", s, t0.Add(150 * time.Second), false, false},
		{"longer ago", s, t0.Add(151 * time.Second), true, true},
		{"the newest attempt failed", failed, t0.Add(time.Second), true, false},
		{"never read", Snapshot{Interval: time.Minute}, t0, true, true},
	} {
		if stale, old := c.s.Stale(c.now), c.s.Old(c.now); stale != c.stale || old != c.old {
			t.Errorf("%s: stale %v, old %v, want %v, %v", c.name, stale, old, c.stale, c.old)
		}
	}
}
