package session

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/metrics"
	"ortop/internal/render"
)

// What a collector sends of an account makes the same metrics on a viewer as on the
// collector, but for what is not sent.
func TestARowMakesTheSameMetrics(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 42, 0, 0, time.UTC)
	usd := func(v float64) *float64 { return &v }
	count := func(v int64) *int64 { return &v }
	read := account.Snapshot{
		Account: "work", At: now.Add(-20 * time.Second), Now: now, Interval: time.Minute, Source: account.FromCredits,
		Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.25}, SpendableUSD: usd(20.5), Burn: account.Burn{USDPerHour: usd(.5), USDPerDay: usd(9)},
		Forecast: forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: now, P10: 3600, P50: 7200, P90: 1e7},
		Key:      &credit.Key{Kind: credit.KeyManagement}, Alerts: []alert.Event{{Level: alert.Urgent}, {Level: alert.Info}, {Level: alert.Info}},
	}
	ordinary := read
	ordinary.Key = &credit.Key{
		Kind: credit.KeyOrdinary, FreeRequests: &credit.FreeRequests{Used: count(3), Limit: count(50)},
		Budgets: []credit.Budget{{Cap: credit.Cap{LimitUSD: usd(5), RemainingUSD: usd(2), Reset: "monthly"}, Scope: "api_key"}},
	}
	stated := read
	stated.Source, stated.Forecast = account.FromPerson, forecast.Forecast{State: forecast.Cold}
	failed := read
	failed.Fault = &account.Fault{Kind: credit.FaultNetwork, Message: "no route"}
	old := read
	old.At = now.Add(-time.Hour)
	overdrawn := read
	overdrawn.Balance, overdrawn.Alerts = &credit.Balance{CreditsUSD: 1, UsageUSD: 3}, nil
	for name, s := range map[string]account.Snapshot{"management": read, "ordinary": ordinary, "stated": stated, "failed": failed, "old": old, "overdrawn": overdrawn, "nothing": {Account: "work", Fault: failed.Fault}} {
		sent, err := json.Marshal(render.Status(&s, now))
		if err != nil {
			t.Fatal(err)
		}
		var row render.FleetRow
		if err := json.Unmarshal(sent, &row.StatusObject); err != nil {
			t.Fatal(err)
		}
		row = row.Aged(now, s.Interval)
		lines := func(s account.Snapshot) string {
			var kept []string
			for line := range strings.Lines(string(metrics.Text([]metrics.Account{{Snapshot: s}}, now))) {
				if !strings.Contains(line, "ortop_alerts_undelivered") {
					kept = append(kept, line)
				}
			}
			return strings.Join(kept, "")
		}
		got, want := lines(row.Snapshot()), lines(s)
		if got != want {
			t.Errorf("%s: a viewer has\n%s\nwant\n%s", name, got, want)
		}
	}
}
