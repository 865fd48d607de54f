package account

import (
	"testing"
	"time"

	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

// What follows from a rise is of the snapshot: its balance, its rates, and the rules.
func TestAboutARise(t *testing.T) {
	usd := func(v float64) *float64 { return &v }
	const again = "Comes again when this rise is over and another reaches 1.5 times its first week."
	for _, c := range []struct {
		name        string
		change      func(s *Snapshot, e *Event)
		pace, again string
	}{
		{"one that goes on", func(*Snapshot, *Event) {}, "At the week's $7.15 a day $89.63 lasts 13 days; at the last day's $12.16, 7 days.", again},
		{"few days, and many", func(s *Snapshot, _ *Event) { s.Burn.WeekUSDPerDay, s.Burn.USDPerDay = usd(40), usd(0.1) }, "At the week's $40.00 a day $89.63 lasts 2 d 6 h; at the last day's $0.10, > 1 year.", again},
		{"a day without spend", func(s *Snapshot, _ *Event) { s.Burn.USDPerDay = usd(0) }, "At the week's $7.15 a day $89.63 lasts 13 days.", again},
		{"a day that was not seen", func(s *Snapshot, _ *Event) { s.Burn.USDPerDay = nil }, "At the week's $7.15 a day $89.63 lasts 13 days.", again},
		{"a week that was not seen", func(s *Snapshot, _ *Event) { s.Burn.WeekUSDPerDay = nil }, "", again},
		{"nothing is left", func(s *Snapshot, _ *Event) { s.Balance.UsageUSD = 152 }, "", again},
		{"no balance", func(s *Snapshot, _ *Event) { s.Balance = nil }, "", again},
		{"a top-up comes first", func(s *Snapshot, _ *Event) { s.AutoTopUp = &AutoTopUp{} }, "", again},
		{"another rule", func(s *Snapshot, _ *Event) { s.Burn.WeekUSDPerDay, s.RiseFactor = nil, 1.2 }, "", "Comes again when this rise is over and another reaches 1.2 times its first week."},
		{"one before this", func(s *Snapshot, e *Event) { e.At = s.RiseSince.Add(-time.Second) }, "", "This rise is over."},
		{"one that is over", func(s *Snapshot, _ *Event) { s.RiseSince = time.Time{} }, "", "This rise is over."},
		{"nothing was read", func(s *Snapshot, _ *Event) { s.At = time.Time{} }, "", ""},
		{"a spike", func(_ *Snapshot, e *Event) { e.Kind = EventSpike }, "", ""},
	} {
		since := t0.Add(400 * time.Millisecond) // an event is of whole seconds
		s := Snapshot{
			At: t0, Balance: &credit.Balance{CreditsUSD: 152, UsageUSD: 62.37}, Burn: Burn{WeekUSDPerDay: usd(7.15), USDPerDay: usd(12.16)},
			Forecast: forecast.Forecast{State: forecast.OK, Subject: forecast.Account}, RiseSince: since, RiseFactor: alert.LeakFactor,
		}
		e := Event{Kind: EventLeak, At: since.Truncate(time.Second)}
		c.change(&s, &e)
		if pace, again := s.AboutRise(&e); pace != c.pace || again != c.again {
			t.Errorf("%s: %q, %q, want %q, %q", c.name, pace, again, c.pace, c.again)
		}
	}
}

// Which rise goes on is the state's, and how high one is that counts, the rules'.
func TestASnapshotHasItsRise(t *testing.T) {
	st, b := known()
	st.Unusual.Rise = t0.Add(-time.Hour)
	rules := testRules
	rules.Alerts = []alert.Rule{{Kind: alert.Leak, Factor: 1.2}}
	if s := View(&st, b, rules, t0, false); !s.RiseSince.Equal(st.Unusual.Rise) || s.RiseFactor != 1.2 {
		t.Errorf("the rise goes on since %v from %g, want %v, 1.2", s.RiseSince, s.RiseFactor, st.Unusual.Rise)
	}
}
