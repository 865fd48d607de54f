package render

import (
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

func TestDepletedSaysWhatIs(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	key := &credit.Key{Kind: credit.KeyOrdinary, Cap: credit.Cap{Reset: credit.ResetMonthly}}
	for _, c := range []struct {
		name           string
		subject        forecast.Subject
		key            *credit.Key
		age            time.Duration
		ranOut         time.Time
		state, runsOut string
	}{
		{"the account", forecast.Account, nil, 0, now.Add(-time.Hour), "depleted", "depleted since Sat 21 Nov, 09:42"},
		{"seen spent from the first", forecast.Account, key, 0, time.Time{}, "depleted", "depleted"},
		{"read a while ago", forecast.Account, nil, 12 * time.Minute, time.Time{}, "depleted, stale 12 min", "depleted"},
		{"the key's cap", forecast.Key, key, 0, time.Time{}, "key cap depleted", "key cap depleted, until 1 Dec (UTC)"},
		{"a cap that never resets", forecast.Key, &credit.Key{Kind: credit.KeyOrdinary}, 0, time.Time{}, "key cap depleted", "key cap depleted"},
	} {
		f := NewFields(&account.Snapshot{
			At: now.Add(-c.age), Interval: time.Minute, Key: c.key, RanOutAt: c.ranOut,
			Forecast: forecast.Forecast{State: forecast.Depleted, Subject: c.subject, At: now},
		}, now)
		if f.State != c.state || f.RunsOut != c.runsOut || f.RunsOutIn == "—" {
			t.Errorf("%s: state %q, runs out %q, in %q, want %q, %q", c.name, f.State, f.RunsOut, f.RunsOutIn, c.state, c.runsOut)
		}
	}
	f := NewFields(&account.Snapshot{
		At: now, Interval: time.Minute, RanOutAt: now.Add(-time.Hour), RanOutUnseen: true, Forecast: forecast.Forecast{State: forecast.Depleted, At: now},
	}, now)
	if want := "depleted since before Sat 21 Nov, 09:42"; f.RunsOut != want {
		t.Errorf("in a gap: %q, want %q", f.RunsOut, want)
	}
}
