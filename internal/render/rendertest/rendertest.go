// Package rendertest has the fixed account of golden files.
package rendertest

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/spenders"
)

// Fixed is an account of which everything is known; no two numbers of it are
// the same.
func Fixed() account.Snapshot {
	now := Now
	f := forecast.Forecast{
		State: forecast.OK, Subject: forecast.Account, At: now.Add(-4 * time.Second), P10: 69.5 * 3600, P50: 122.6 * 3600, P90: 202.3 * 3600,
		History: 31 * 24 * time.Hour, LastSpend: now.Add(-90 * time.Second), RateUSDPerHour: 0.52,
	}
	next := f
	next.P10, next.P50, next.P90 = 17*3600, 29*3600, 44*3600
	return account.Snapshot{
		Account: "personal", Now: now, At: now.Add(-4200 * time.Millisecond), Interval: time.Minute, Source: account.FromCredits,
		Key: &credit.Key{
			Label: "sk-or-v1-abc…123", Kind: credit.KeyOrdinary, Creator: "user_1",
			Cap: credit.Cap{LimitUSD: USD(20), RemainingUSD: USD(14.87), Reset: credit.ResetMonthly},
		},
		Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48}, SpendableUSD: USD(14.86), Binding: credit.BoundByKey,
		Spend:    account.Spend{TodayUSD: USD(2.14), Last1hUSD: USD(0.51), Last24hUSD: USD(12.3), Last7dUSD: USD(76.3)},
		Burn:     account.Burn{USDPerHour: USD(0.53), USDPerDay: USD(12.4), WeekUSDPerDay: USD(10.9), TrendRatio: USD(0.13), UsualUSDPerHour: USD(0.44)},
		Forecast: f, Track: account.Track{Made: 40, Held: 33, Factor: 1.4},
		AutoTopUp: &account.AutoTopUp{ThresholdUSD: 10, AmountUSD: 25, Seen: 7, Last: now.Add(-52 * time.Hour), Next: next, USDPerMonth: USD(330.4)},
		Due:       now.Add(56 * time.Second), HistorySince: now.Add(-31 * 24 * time.Hour), OwnSince: now.Add(-31 * 24 * time.Hour),
		Alerts: []alert.Event{
			{ID: "1", Rule: alert.Runway, Level: alert.Urgent, Account: "personal", Since: now.Add(-2 * time.Hour), At: now, ValueText: "2 d 21 h", Text: "personal: may run out in 2 d 21 h"},
			{ID: "2", Rule: alert.Spend, Level: alert.Warning, Account: "personal", Since: now.Add(-time.Hour), At: now, ValueText: "$12.30", Text: "personal: $12.30 was spent today"},
		},
	}
}

// Failed is an account that could not be read and of which nothing is known.
func Failed() account.Snapshot {
	return account.Snapshot{Account: "work", Now: Now, Forecast: forecast.Forecast{State: forecast.Unknown},
		Fault: &account.Fault{Kind: credit.FaultNetwork, Message: "reading credits: cannot resolve openrouter.ai"}}
}

// Now is when the golden files are printed.
var Now = Day("2026-11-21 10:42")

// Breakdown is who spent what on the account.
func Breakdown() spenders.Breakdown {
	count := func(n int64) *int64 { return &n }
	return spenders.Breakdown{
		By: spenders.ByKey, From: Now.AddDate(0, 0, -1), To: Now.Add(-30 * time.Second), ReadAt: Now.Add(-30 * time.Second),
		TotalUSD: USD(12.3), UnattributedUSD: USD(0.1),
		Rows: []spenders.Row{
			{ID: "9f3a", Name: "=laptop", SpendUSD: USD(7.2), Share: USD(0.585), Requests: count(812), Tokens: count(1203344), USDPerMtok: USD(5.98), ChangeRatio: USD(1.1),
				BYOKUSD: USD(0.3), Cap: credit.Cap{LimitUSD: USD(20), RemainingUSD: USD(14.8)}, ResetsAt: Day("2026-12-01 00:00"), SpentChance: USD(0.34)},
			{ID: "77", Name: "ci", SpendUSD: USD(5), Share: USD(0.407), Requests: count(9), Tokens: count(4), USDPerMtok: USD(2.5), New: true, Disabled: true, ExternalUser: "=ada", Guardrails: []spenders.GuardrailBudget{
				{ID: "g1", Name: "Nightly jobs", LimitUSD: 25, Reset: credit.ResetWeekly}, {ID: "g2", Name: "=stop", LimitUSD: 0.5, Reset: "fortnightly", IncludesBYOK: true}}},
			{ID: "0", LastUsed: time.Date(2026, 7, 1, 9, 30, 0, 0, time.UTC), Unused: 143 * 24 * time.Hour, Name: "", Cap: credit.Cap{LimitUSD: USD(3)}},
		},
	}
}

// USD is an amount that is known.
func USD(v float64) *float64 { return &v }

// Day is a time of UTC: "2006-01-02 15:04".
func Day(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

var update = flag.Bool("update", false, "write the golden files")

// CompareGolden compares what is printed with a file in testdata; an object as JSON.
func CompareGolden(t *testing.T, name string, v any) {
	t.Helper()
	got, ok := v.(string)
	if !ok {
		b, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got = string(b)
	}
	got = strings.TrimSuffix(got, "\n") + "\n"
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || got != string(want) {
		t.Errorf("%s is\n%s\nwant, %v\n%s", name, got, err, want)
	}
}
