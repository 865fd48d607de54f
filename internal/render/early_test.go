package render

import (
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
)

func TestNeedText(t *testing.T) {
	usd := func(v float64) *float64 { return &v }
	for want, p := range map[string]forecast.Plan{
		"needs nothing more for 90 % certainty; up to $18.01 a day may be spent": {NeededUSD: usd(0), AllowanceUSDPerDay: usd(18.01)},
		"needs $61.10 more for 90 % certainty, or at most $6.24 a day":           {NeededUSD: usd(61.1), AllowanceUSDPerDay: usd(6.24)},
		"needs — more for 90 % certainty, or at most — a day":                    {},
	} {
		if got := needText(p); got != want {
			t.Errorf("needText = %q, want %q", got, want)
		}
	}
}

// In the first minutes people are told a range in words, as on the screen; what
// a script reads stays.
func TestEarlyTellsNoMiddle(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	f := forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: now, History: 10 * time.Minute,
		P10: 22 * 3600, P50: 123 * 3600, P90: 290 * 3600}
	snap := account.Snapshot{
		Account: "work", Now: now, At: now, Interval: time.Minute, Source: account.FromCredits,
		Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48}, Forecast: f,
	}
	refilled := snap
	refilled.AutoTopUp = &account.AutoTopUp{ThresholdUSD: 10, AmountUSD: 25, Seen: 3, Last: now.Add(-time.Hour), Next: f}
	const vague = "between tomorrow and Thu 3 Dec, probably next week"
	topUp := 25.0
	for _, c := range []struct {
		name   string
		s      account.Snapshot
		label  string
		format string // Next|RunsOut|RunsOutIn|RunsOutRange|Charge|ChargeIn|ChargeRange
	}{
		{"runs out", snap, "runs out", "runs out between tomorrow and Thu 3 Dec|" + vague + "|—|Sun 22 to Thu 3 Dec|—|—|—"},
		{"is refilled", refilled, "next charge", "charge between tomorrow and Thu 3 Dec|—|—|—|" + vague + "|—|Sun 22 to Thu 3 Dec"},
	} {
		for name, page := range map[string]string{
			"status":   StatusText(&c.s, now),
			"forecast": ForecastText(&c.s, forecast.Ask{TopUpUSD: &topUp}, forecast.Plan{WithTopUp: f}, now),
			"accounts": AccountsText([]AccountRow{{Snapshot: c.s}}, now, 0),
		} {
			for _, middle := range []string{"26 Nov", "5 d 3 h", "13:42", "08:42", "80 %"} {
				if strings.Contains(page, middle) {
					t.Errorf("%s: %q is in %s:\n%s", c.name, middle, name, page)
				}
			}
			if !strings.Contains(page, vague) || name != "accounts" && !strings.Contains(page, c.label) {
				t.Errorf("%s: %q %q is not in %s:\n%s", c.name, c.label, vague, name, page)
			}
			if name == "forecast" && !(strings.Contains(page, "with $25.00  runs out "+vague) && strings.Contains(page, "chance")) {
				t.Errorf("%s: forecast =\n%s", c.name, page)
			}
		}
		format, err := ParseFormat("{{.Next}}|{{.RunsOut}}|{{.RunsOutIn}}|{{.RunsOutRange}}|{{.Charge}}|{{.ChargeIn}}|{{.ChargeRange}}")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := format.Apply(&c.s, now); err != nil || got != c.format {
			t.Errorf("%s: --format = %q, %v, want %q", c.name, got, err, c.format)
		}
		if got := Status(&c.s, now).Forecast.P50; got == nil || *got != "2026-11-26T13:42:00Z" {
			t.Errorf("%s: --json has p50 %v", c.name, got)
		}
	}
}
