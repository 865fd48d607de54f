package render

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/spenders"
)

// aReport has strings that nobody should trust.
func aReport() (UsageReport, time.Time) {
	now := day("2026-11-21 10:42")
	return UsageReport{
		Snapshot: account.Snapshot{
			Account: "personal", At: now, Interval: time.Minute, Source: account.FromCredits,
			Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48}, Track: account.Track{Made: 40, Held: 33, Factor: 1.4},
			Alerts: []alert.Event{{Level: alert.Urgent, Rule: alert.Balance, Text: "personal: $4.90 is left\x1b[2J"}},
		},
		Period: "week", PeriodBefore: "last week", From: day("2026-11-16 00:00"), Before: day("2026-11-09 00:00"), To: now,
		SpentUSD: usd(12), SameTimeUSD: usd(10),
		Days: []ReportDay{{At: day("2026-11-16 00:00"), Before: day("2026-11-09 00:00"), SpentUSD: usd(12)}},
		Models: spenders.Breakdown{TotalUSD: usd(12), Rows: []spenders.Row{
			{Name: "a|b\x1b[31m*", SpendUSD: usd(9), Share: usd(0.75)}, {Name: "idle"}}},
		TopUps: []credit.TopUp{{At: day("2026-11-17 12:00"), AmountUSD: 25}},
		Events: []history.Event{{At: day("2026-11-18 13:00"), Kind: "spike", Level: "warning", Text: "<b>\u202e3 times\nthe usual"}},
		Notes:  []string{"read by hand"},
	}, now
}

func TestReportText(t *testing.T) {
	r, now := aReport()
	plain := reportPage(&r, now).plain(0)
	for _, want := range []string{
		"$12.00 spent, Mon 16 Nov, 00:00 to Sat 21 Nov, 10:42 UTC; account personal: live, read 0 s ago\n\nstate      live\n",
		"spent      $12.00 so far\nlast week  $10.00 (now 20 % more) by this time, — in total\n",
		"\nleft       $63.52 of $100.00 (64 %)\n",
		"  day         this week        day  last week\n  Mon 16 Nov     $12.00  Mon 9 Nov          —\n",
		"\nModels\n  name        spent  share\n  a|b\ufffd[31m*   $9.00   75 %\n  all others  $3.00   25 %\n",
		"\nKeys: —\n", "  Tue 17 Nov, 12:00  $25.00\n",
		"  Wed 18 Nov, 13:00  warning  spike  <b>\ufffd3 times the usual\n", "\nAlerts firing\n  urgent: personal: $4.90 is left\ufffd[2J\n", "Of the last 40 forecasts, 33 held", "\nNotes\n  read by hand\n",
	} {
		if !strings.Contains(plain, want) {
			t.Errorf("the report has no %q:\n%s", want, plain)
		}
	}
	if n := strings.Count(plain, "UTC"); n != 2 {
		t.Errorf("the report names UTC %d times, want twice", n)
	}
	dear := r
	dear.SpentUSD, dear.SameTimeUSD = usd(60), usd(5)
	if got := reportPage(&dear, now).plain(0); !strings.Contains(got, "$5.00 (now 12 times as much) by this time") {
		t.Errorf("twelve times as much reads:\n%s", got)
	}
	md := reportPage(&r, now).markdown()
	for _, want := range []string{
		"# Usage of account personal: week of Mon 16 Nov 2026\n\n| figure | value |\n| --- | --- |\n| state | live |\n", "| name | spent | share |\n| --- | ---: | ---: |\n| a\\|b\ufffd\\[31m\\* | $9.00 | 75 % |\n",
		"## Keys\n\n—\n", "| warning | spike | \\<b\\>\ufffd3 times the usual |\n",
	} {
		if !strings.Contains(md, want) {
			t.Errorf("the Markdown has no %q:\n%s", want, md)
		}
	}
}

func TestReportJSON(t *testing.T) {
	keys := func(r UsageReport, now time.Time) (m map[string]any) {
		b, err := json.Marshal(Report(&r, now))
		if err == nil {
			err = json.Unmarshal(b, &m)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	r, now := aReport()
	full, empty := keys(r, now), keys(UsageReport{Period: "day", From: now, Before: now, To: now}, now)
	for name := range full {
		if _, ok := empty[name]; !ok {
			t.Errorf("an empty report has no key %q", name)
		}
	}
	for name, want := range map[string]any{
		"schema": 1.0, "period": "week", "spend_usd": 12.0, "previous_usd": nil, "balance_usd": 100 - 36.48, "keys": nil,
		"from": "2026-11-16T00:00:00Z",
	} {
		if got := full[name]; got != want {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{"top_ups", "alerts"} {
		if empty[name] != nil {
			t.Errorf("%s of an empty report = %v, want null", name, empty[name])
		}
	}
	empty = keys(UsageReport{Period: "day", From: now, Before: now, To: now, TopUpsKnown: true}, now)
	for _, name := range []string{"days", "top_ups", "events", "notes"} {
		if list, ok := empty[name].([]any); !ok || len(list) != 0 {
			t.Errorf("%s of an empty report = %v, want an empty list", name, empty[name])
		}
	}
}
