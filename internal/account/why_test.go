package account

import (
	"slices"
	"testing"
	"time"

	"ortop/internal/forecast"
)

func TestWhySaysWhatIsSpent(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		state forecast.State
		of    forecast.Subject
		anew  time.Time
		want  string // empty: nothing of it
	}{
		{"a cap runs out", forecast.OK, forecast.Key, now.AddDate(0, 0, 9), "The key's cap runs out before the balance, and before it resets on 30 Nov, 10:42 UTC."},
		{"a cap is spent", forecast.Depleted, forecast.Key, now.AddDate(0, 0, 9), "The key's cap is spent; it resets on 30 Nov, 10:42 UTC."},
		{"a cap is spent for good", forecast.Depleted, forecast.Key, time.Time{}, "The key's cap is spent, and never resets."},
		{"the balance is", forecast.Depleted, forecast.Account, now.AddDate(0, 0, 9), ""},
	} {
		s := Snapshot{At: now, Forecast: forecast.Forecast{State: c.state, Subject: c.of, At: now, ResetsAt: c.anew}}
		if got := s.whySubject(); got != c.want || c.want != "" && !slices.Contains(s.Why(now), c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
