package render

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/ledger"
	"ortop/internal/monitor"
	"ortop/internal/reconcile"
	"ortop/internal/render/rendertest"
)

func goldenReconciliation() *Reconciliation {
	entry := func(line int, id string, cost float64) ledger.Entry {
		return ledger.Entry{Line: line, ID: id, At: rendertest.Day("2026-11-20 09:00"), CostUSD: rendertest.USD(cost), Model: "a/b", Key: "ci"}
	}
	log := ledger.Log{
		Entries: []ledger.Entry{entry(2, "gen-1", 1.5), entry(3, "gen-2", 2.25), entry(5, "gen-3", 0.75)}, Duplicates: 6,
		Problems: ledger.Problems{First: []ledger.Problem{{Number: 4, Text: "its quotes do not match"}}, Count: 8},
	}
	return &Reconciliation{
		Account: "personal", Log: log, From: rendertest.Day("2026-11-20 09:00"), To: rendertest.Day("2026-11-20 10:30"),
		Spent: &monitor.Spent{USD: 5.5, UnsureUSD: 0.2, Subject: "account"},
		Result: reconcile.Result{LogUSD: 4.5, DifferenceUSD: rendertest.USD(1), ToleranceUSD: rendertest.USD(0.055), Verdict: reconcile.Differs,
			Causes: []reconcile.Cause{{Kind: "bad_lines", Text: "8 lines of the log could not be read"}, {Kind: "lag", Text: "a request is charged when it ends"}}},
		Reason: errors.New("the reason"), LookupError: errors.New("rate limited"),
		Lookup: &reconcile.Lookup{Matched: 1, Missing: log.Entries[2:], Differing: []reconcile.Difference{{Entry: log.Entries[1], RecordUSD: 2.5}}},
	}
}

func goldenAccounts() []AccountRow {
	low := rendertest.Fixed()
	low.Account, low.At = "low", rendertest.Now.Add(-12*time.Minute)
	low.Balance, low.Burn = &credit.Balance{CreditsUSD: 10, UsageUSD: 11.5}, account.Burn{USDPerHour: rendertest.USD(0.07), USDPerDay: rendertest.USD(1.6)}
	low.AutoTopUp, low.Forecast = nil, forecast.Forecast{State: forecast.Depleted, Subject: forecast.Account, At: low.At}
	return []AccountRow{
		{Name: "personal", BaseURL: "https://openrouter.ai/api/v1", KeySource: "keyring", Snapshot: rendertest.Fixed()},
		{Name: "low", BaseURL: "https://proxy.test/v1", Host: "proxy.test", KeySource: "key_file", Snapshot: low},
		{Name: "work", BaseURL: "https://openrouter.ai/api/v1", KeySource: "keyring", Snapshot: rendertest.Failed(), Fault: rendertest.Failed().Fault},
		{Name: "bare", BaseURL: "https://openrouter.ai/api/v1", Snapshot: account.Snapshot{Forecast: forecast.Forecast{State: forecast.Unknown}}, Fault: &account.Fault{Kind: credit.FaultUnauthorized, Message: "no key is set"}},
	}
}

// TestGolden compares what every command prints of fixed values with the files
// in testdata, to the last number: -update writes them.
func TestGolden(t *testing.T) {
	now := rendertest.Now
	topUp := forecast.Ask{TopUpUSD: rendertest.USD(25), Until: rendertest.Day("2026-12-01 00:00")}
	with := rendertest.Fixed().Forecast
	with.P10, with.P50, with.P90 = 100*3600, 170*3600, 280*3600
	plan := forecast.Plan{WithTopUp: with, NeededUSD: rendertest.USD(31.07), AllowanceUSDPerDay: rendertest.USD(6.5),
		Buy:  &forecast.Purchases{Items: []forecast.Item{{Package: forecast.Package{AmountUSD: 15, BonusUSD: 1, PriceUSD: rendertest.USD(15)}, Count: 2}}, CostUSD: rendertest.USD(31.66), Lasts: with},
		Auto: &forecast.AutoTopUp{ThresholdUSD: 15, AmountUSD: 100, Every: 8 * 24 * time.Hour, USDPerMonth: 372}}
	preflight := account.Preflight{Answer: account.Enough, SpendableUSD: rendertest.USD(14.86), BackgroundUSD: rendertest.USD(0.3), MarginUSD: rendertest.USD(12.06), Reason: "$14.86 can be spent"}
	cost := monitor.Cost{Of: "the account", SpentUSD: rendertest.USD(0.42), BackgroundUSD: rendertest.USD(0.05), Span: 3 * time.Minute, Settled: true, SettledAfter: 62 * time.Second, Still: 95 * time.Second}
	rows := []HistoryRow{{At: now, CreditsUSD: rendertest.USD(100), UsageUSD: rendertest.USD(36.48), SpendUSD: rendertest.USD(0.51)}, {At: now.Add(time.Minute)}}
	unseen := rendertest.Fixed()
	unseen.Spend.TodayUSD, unseen.Spend.Last24hUSD = nil, nil
	unseen.Unseen = []credit.Hole{{Gap: credit.Gap{Span: credit.Span{From: rendertest.Day("2026-11-19 22:00"), To: rendertest.Day("2026-11-21 09:00")}}, USD: 18, Known: true}}
	rows[1].Holes = unseen.Unseen
	for name, v := range map[string]any{
		"status-unseen.json": Status(&unseen, now), "status-unseen.txt": StatusText(&unseen, now),
		"status.json": Status(new(rendertest.Fixed()), now), "status-failed.json": Status(new(rendertest.Failed()), now), "status.txt": StatusText(new(rendertest.Fixed()), now), "status-failed.txt": StatusText(new(rendertest.Failed()), now),
		"forecast.json": Forecast(new(rendertest.Fixed()), topUp, plan, now), "forecast-failed.json": Forecast(new(rendertest.Failed()), forecast.Ask{}, forecast.Plan{}, now),
		"forecast.txt":   ForecastText(new(rendertest.Fixed()), topUp, plan, now),
		"breakdown.json": Breakdown(new(rendertest.Breakdown())), "breakdown.csv": BreakdownCSV(new(rendertest.Breakdown()), Dialect{}), "breakdown.txt": BreakdownText(new(rendertest.Breakdown()), now, 0),
		"accounts.json": Accounts(goldenAccounts(), now), "accounts.txt": AccountsText(goldenAccounts(), now, 0),
		"preflight.json": Preflight("work", preflight, 2.5, 3*time.Hour, 0), "cost.json": Cost(cost, 7), "cost.txt": CostText(cost),
		"reconcile.json": Reconcile(goldenReconciliation()), "reconcile.txt": ReconcileText(goldenReconciliation()),
		"history.json": rowsIn(t, JSONRows.Of("work"), rows), "history.csv": rowsIn(t, CSVRows, rows), "history.txt": rowsIn(t, TableRows(0), rows),
	} {
		rendertest.CompareGolden(t, name, v)
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
