package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/ledger"
	"ortop/internal/monitor"
	"ortop/internal/reconcile"
	"ortop/internal/spenders"
)

var update = flag.Bool("update", false, "write the golden files")

var goldenNow = day("2026-11-21 10:42")

// fixed is an account of which everything is known; no two numbers of it are
// the same.
func fixed() account.Snapshot {
	now := goldenNow
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
			Cap: credit.Cap{LimitUSD: usd(20), RemainingUSD: usd(14.87), Reset: credit.ResetMonthly},
		},
		Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48}, SpendableUSD: usd(14.86), Binding: credit.BoundByKey,
		Spend:    account.Spend{TodayUSD: usd(2.14), Last1hUSD: usd(0.51), Last24hUSD: usd(12.3), Last7dUSD: usd(76.3)},
		Burn:     account.Burn{USDPerHour: usd(0.53), USDPerDay: usd(12.4), WeekUSDPerDay: usd(10.9), TrendRatio: usd(0.13), UsualUSDPerHour: usd(0.44)},
		Forecast: f, Track: account.Track{Made: 40, Held: 33, Factor: 1.4},
		AutoTopUp: &account.AutoTopUp{ThresholdUSD: 10, AmountUSD: 25, Seen: 7, Last: now.Add(-52 * time.Hour), Next: next, USDPerMonth: usd(330.4)},
		Due:       now.Add(56 * time.Second), HistorySince: now.Add(-31 * 24 * time.Hour), OwnSince: now.Add(-31 * 24 * time.Hour),
		Alerts: []alert.Event{
			{ID: "1", Rule: alert.Runway, Level: alert.Urgent, Account: "personal", Since: now.Add(-2 * time.Hour), At: now, ValueText: "2 d 21 h", Text: "personal: may run out in 2 d 21 h"},
			{ID: "2", Rule: alert.Spend, Level: alert.Warning, Account: "personal", Since: now.Add(-time.Hour), At: now, ValueText: "$12.30", Text: "personal: $12.30 was spent today"},
		},
	}
}

// failed is an account that could not be read and of which nothing is known.
func failed() account.Snapshot {
	return account.Snapshot{Account: "work", Now: goldenNow, Forecast: forecast.Forecast{State: forecast.Unknown},
		Fault: &account.Fault{Kind: credit.FaultNetwork, Message: "reading credits: cannot resolve openrouter.ai"}}
}

func goldenBreakdown() spenders.Breakdown {
	count := func(n int64) *int64 { return &n }
	return spenders.Breakdown{
		By: spenders.ByKey, From: goldenNow.AddDate(0, 0, -1), To: goldenNow.Add(-30 * time.Second), ReadAt: goldenNow.Add(-30 * time.Second),
		TotalUSD: usd(12.3), UnattributedUSD: usd(0.1),
		Rows: []spenders.Row{
			{ID: "9f3a", Name: "=laptop", SpendUSD: usd(7.2), Share: usd(0.585), Requests: count(812), Tokens: count(1203344), USDPerMtok: usd(5.98), ChangeRatio: usd(1.1),
				BYOKUSD: usd(0.3), Cap: credit.Cap{LimitUSD: usd(20), RemainingUSD: usd(14.8)}, ResetsAt: day("2026-12-01 00:00"), SpentChance: usd(0.34)},
			{ID: "77", Name: "ci", SpendUSD: usd(5), Share: usd(0.407), Requests: count(9), Tokens: count(4), USDPerMtok: usd(2.5), New: true, Disabled: true, ExternalUser: "=ada", Guardrails: []spenders.GuardrailBudget{
				{ID: "g1", Name: "Nightly jobs", LimitUSD: 25, Reset: credit.ResetWeekly}, {ID: "g2", Name: "=stop", LimitUSD: 0.5, Reset: "fortnightly", IncludesBYOK: true}}},
			{ID: "0", LastUsed: time.Date(2026, 7, 1, 9, 30, 0, 0, time.UTC), Unused: 143 * 24 * time.Hour, Name: "", Cap: credit.Cap{LimitUSD: usd(3)}},
		},
	}
}

func goldenReport() UsageReport {
	keys := goldenBreakdown()
	models := keys
	models.By, models.Rows, models.UnattributedUSD = spenders.ByModel, keys.Rows[:1], usd(5.1)
	keys.UnattributedUSD = nil // one of them is not known
	workspaces, held := keys, history.Plot{TopUps: []credit.TopUp{{At: day("2026-11-17 12:00"), AmountUSD: 25}}}
	workspaces.By, workspaces.Rows = spenders.ByWorkspace, keys.Rows[1:2]
	for at := day("2026-11-14 12:00"); at.Before(goldenNow); at = at.Add(12 * time.Hour) {
		b := history.Bucket{Span: credit.Span{From: at, To: at.Add(12 * time.Hour)}, Known: true, Observed: 1, CreditsKnown: true, CreditsUSD: 75, UsageUSD: at.Sub(day("2026-11-10 00:00")).Hours() / 8}
		if !b.To.Before(day("2026-11-17 12:00")) {
			b.CreditsUSD = 100
		}
		b.Known = !at.Equal(day("2026-11-16 00:00")) // nobody looked
		held.Buckets = append(held.Buckets, b)
	}
	return UsageReport{
		Workspaces: workspaces, Held: held,
		Snapshot: fixed(), Period: "week", PeriodBefore: "last week", From: day("2026-11-16 00:00"), To: goldenNow, Before: day("2026-11-09 00:00"),
		SpentUSD: usd(60.5), SameTimeUSD: usd(48.4),
		Days: []ReportDay{
			{At: day("2026-11-16 00:00"), Before: day("2026-11-09 00:00"), SpentUSD: usd(11.5), BeforeUSD: usd(9.25)},
			{Before: day("2026-11-10 00:00"), BeforeUSD: usd(8.75)},
			{At: day("2026-11-21 00:00"), SpentWhy: "not seen, $18.00 in 35 h"},
		},
		BeforeWhy: "nothing was read since Thu 12 Nov, 09:00",
		Models:    models, Keys: keys, TopUps: []credit.TopUp{{At: day("2026-11-17 12:00"), AmountUSD: 25}}, TopUpsKnown: true,
		Events: []history.Event{{At: day("2026-11-18 13:00"), Kind: "spike", Level: "warning", Text: "3 times the usual"}}, MoreEvents: true,
		Notes: []string{"read by hand"},
	}
}

func goldenReconciliation() *Reconciliation {
	entry := func(line int, id string, cost float64) ledger.Entry {
		return ledger.Entry{Line: line, ID: id, At: day("2026-11-20 09:00"), CostUSD: usd(cost), Model: "a/b", Key: "ci"}
	}
	log := ledger.Log{
		Entries: []ledger.Entry{entry(2, "gen-1", 1.5), entry(3, "gen-2", 2.25), entry(5, "gen-3", 0.75)}, Duplicates: 6,
		Problems: ledger.Problems{First: []ledger.Problem{{Number: 4, Text: "its quotes do not match"}}, Count: 8},
	}
	return &Reconciliation{
		Account: "personal", Log: log, From: day("2026-11-20 09:00"), To: day("2026-11-20 10:30"),
		Spent: &monitor.Spent{USD: 5.5, UnsureUSD: 0.2, Subject: "account"},
		Result: reconcile.Result{LogUSD: 4.5, DifferenceUSD: usd(1), ToleranceUSD: usd(0.055), Verdict: reconcile.Differs,
			Causes: []reconcile.Cause{{Kind: "bad_lines", Text: "8 lines of the log could not be read"}, {Kind: "lag", Text: "a request is charged when it ends"}}},
		Reason: errors.New("the reason"), LookupError: errors.New("rate limited"),
		Lookup: &reconcile.Lookup{Matched: 1, Missing: log.Entries[2:], Differing: []reconcile.Difference{{Entry: log.Entries[1], RecordUSD: 2.5}}},
	}
}

func goldenAccounts() []AccountRow {
	low := fixed()
	low.Account, low.At = "low", goldenNow.Add(-12*time.Minute)
	low.Balance, low.Burn = &credit.Balance{CreditsUSD: 10, UsageUSD: 11.5}, account.Burn{USDPerHour: usd(0.07), USDPerDay: usd(1.6)}
	low.AutoTopUp, low.Forecast = nil, forecast.Forecast{State: forecast.Depleted, Subject: forecast.Account, At: low.At}
	return []AccountRow{
		{Name: "personal", BaseURL: "https://openrouter.ai/api/v1", KeySource: "keyring", Snapshot: fixed()},
		{Name: "low", BaseURL: "https://proxy.test/v1", Host: "proxy.test", KeySource: "key_file", Snapshot: low},
		{Name: "work", BaseURL: "https://openrouter.ai/api/v1", KeySource: "keyring", Snapshot: failed(), Fault: failed().Fault},
		{Name: "bare", BaseURL: "https://openrouter.ai/api/v1", Snapshot: account.Snapshot{Forecast: forecast.Forecast{State: forecast.Unknown}}, Fault: &account.Fault{Kind: credit.FaultUnauthorized, Message: "no key is set"}},
	}
}

// TestGolden compares what every command prints of fixed values with the files
// in testdata, to the last number: -update writes them.
func TestGolden(t *testing.T) {
	now := goldenNow
	topUp := forecast.Ask{TopUpUSD: usd(25), Until: day("2026-12-01 00:00")}
	with := fixed().Forecast
	with.P10, with.P50, with.P90 = 100*3600, 170*3600, 280*3600
	plan := forecast.Plan{WithTopUp: with, NeededUSD: usd(31.07), AllowanceUSDPerDay: usd(6.5),
		Buy:  &forecast.Purchases{Items: []forecast.Item{{Package: forecast.Package{AmountUSD: 15, BonusUSD: 1, PriceUSD: usd(15)}, Count: 2}}, CostUSD: usd(31.66), Lasts: with},
		Auto: &forecast.AutoTopUp{ThresholdUSD: 15, AmountUSD: 100, Every: 8 * 24 * time.Hour, USDPerMonth: 372}}
	preflight := account.Preflight{Answer: account.Enough, SpendableUSD: usd(14.86), BackgroundUSD: usd(0.3), MarginUSD: usd(12.06), Reason: "$14.86 can be spent"}
	cost := monitor.Cost{Of: "the account", SpentUSD: usd(0.42), BackgroundUSD: usd(0.05), Span: 3 * time.Minute, Settled: true, SettledAfter: 62 * time.Second, Still: 95 * time.Second}
	rows := []HistoryRow{{At: now, CreditsUSD: usd(100), UsageUSD: usd(36.48), SpendUSD: usd(0.51)}, {At: now.Add(time.Minute)}}
	unseen := fixed()
	unseen.Spend.TodayUSD, unseen.Spend.Last24hUSD = nil, nil
	unseen.Unseen = []credit.Hole{{Gap: credit.Gap{Span: credit.Span{From: day("2026-11-19 22:00"), To: day("2026-11-21 09:00")}}, USD: 18, Known: true}}
	rows[1].Holes = unseen.Unseen
	for name, v := range map[string]any{
		"status-unseen.json": Status(&unseen, now), "status-unseen.txt": StatusText(&unseen, now),
		"status.json": Status(new(fixed()), now), "status-failed.json": Status(new(failed()), now), "status.txt": StatusText(new(fixed()), now), "status-failed.txt": StatusText(new(failed()), now),
		"forecast.json": Forecast(new(fixed()), topUp, plan, now), "forecast-failed.json": Forecast(new(failed()), forecast.Ask{}, forecast.Plan{}, now),
		"forecast.txt":   ForecastText(new(fixed()), topUp, plan, now),
		"breakdown.json": Breakdown(new(goldenBreakdown())), "breakdown.csv": BreakdownCSV(new(goldenBreakdown()), Dialect{}), "breakdown.txt": BreakdownText(new(goldenBreakdown()), now, 0),
		"report.json": Report(new(goldenReport()), now), "report.txt": ReportText(new(goldenReport()), now, 0), "report.md": ReportMarkdown(new(goldenReport()), now), "report.html": ReportHTML(new(goldenReport()), now), "report-empty.html": ReportHTML(&UsageReport{Snapshot: failed(), Period: "week", PeriodBefore: "last week", From: day("2026-11-16 00:00"), To: goldenNow}, now),
		"accounts.json": Accounts(goldenAccounts(), now), "accounts.txt": AccountsText(goldenAccounts(), now, 0),
		"preflight.json": Preflight("work", preflight, 2.5, 3*time.Hour, 0), "cost.json": Cost(cost, 7), "cost.txt": CostText(cost),
		"reconcile.json": Reconcile(goldenReconciliation()), "reconcile.txt": ReconcileText(goldenReconciliation()),
		"history.json": rowsIn(t, JSONRows.Of("work"), rows), "history.csv": rowsIn(t, CSVRows, rows), "history.txt": rowsIn(t, TableRows(0), rows),
	} {
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
}

func rowsIn(t *testing.T, l RowLayout, rows []HistoryRow) string {
	t.Helper()
	var b bytes.Buffer
	out := NewRowWriter(&b, l)
	for _, r := range rows {
		if err := out.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
