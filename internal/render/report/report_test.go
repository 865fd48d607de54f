package report

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/forecast"
	"ortop/internal/render/rendertest"
	"ortop/internal/spenders"
)

// aReport has strings that nobody should trust.
func aReport() (Usage, time.Time) {
	now := rendertest.Day("2026-11-21 10:42")
	return Usage{
		Snapshot: account.Snapshot{
			Account: "personal", At: now, Interval: time.Minute, Source: account.FromCredits,
			Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48}, Track: account.Track{Made: 40, Held: 33, Factor: 1.4},
			Alerts: []alert.Event{{Level: alert.Urgent, Rule: alert.Balance, Text: "personal: $4.90 is left\x1b[2J"}},
		},
		Period: "week", PeriodBefore: "last week", From: rendertest.Day("2026-11-16 00:00"), Before: rendertest.Day("2026-11-09 00:00"), To: now,
		SpentUSD: rendertest.USD(12), SameTimeUSD: rendertest.USD(10),
		Days: []Day{{At: rendertest.Day("2026-11-16 00:00"), Before: rendertest.Day("2026-11-09 00:00"), SpentUSD: rendertest.USD(12)}},
		Models: spenders.Breakdown{TotalUSD: rendertest.USD(12), Rows: []spenders.Row{
			{Name: "a|b\x1b[31m*", SpendUSD: rendertest.USD(9), Share: rendertest.USD(0.75)}, {Name: "idle"}}},
		TopUps: []credit.TopUp{{At: rendertest.Day("2026-11-17 12:00"), AmountUSD: 25}},
		Events: []history.Event{{At: rendertest.Day("2026-11-18 13:00"), Kind: "spike", Level: "warning", Text: "<b>\u202e3 times\nthe usual"}},
		Notes:  []string{"read by hand"},
	}, now
}

func TestText(t *testing.T) {
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
	dear.SpentUSD, dear.SameTimeUSD = rendertest.USD(60), rendertest.USD(5)
	if got := reportPage(&dear, now).plain(0); !strings.Contains(got, "$5.00 (now 12 times as much) by this time") {
		t.Errorf("twelve times as much reads:\n%s", got)
	}
	same, a, b := r, 0.1, 0.2
	same.SpentUSD, same.SameTimeUSD = rendertest.USD(0.3), rendertest.USD(a+b)
	if got := reportPage(&same, now).plain(0); !strings.Contains(got, "$0.30 (now 0 % more) by this time") || *same.change() != 0 {
		t.Errorf("as much but for the noise of a sum, a ratio of %v, reads:\n%s", *same.change(), got)
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
	keys := func(r Usage, now time.Time) (m map[string]any) {
		b, err := json.Marshal(Object(&r, now))
		if err == nil {
			err = json.Unmarshal(b, &m)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	r, now := aReport()
	full, empty := keys(r, now), keys(Usage{Period: "day", From: now, Before: now, To: now}, now)
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
	empty = keys(Usage{Period: "day", From: now, Before: now, To: now, TopUpsKnown: true}, now)
	for _, name := range []string{"days", "top_ups", "events", "notes"} {
		if list, ok := empty[name].([]any); !ok || len(list) != 0 {
			t.Errorf("%s of an empty report = %v, want an empty list", name, empty[name])
		}
	}
}

// The report, as it is printed in every form of fixed values.
func TestGoldenReport(t *testing.T) {
	now := rendertest.Now
	for name, v := range map[string]any{
		"report.json":       Object(new(goldenReport()), now),
		"report.txt":        Text(new(goldenReport()), now, 0),
		"report.md":         Markdown(new(goldenReport()), now),
		"report.html":       HTML(new(goldenReport()), now),
		"report-empty.html": HTML(&Usage{Snapshot: rendertest.Failed(), Period: "week", PeriodBefore: "last week", From: rendertest.Day("2026-11-16 00:00"), To: rendertest.Now}, now),
	} {
		rendertest.CompareGolden(t, name, v)
	}
}

func goldenReport() Usage {
	keys := rendertest.Breakdown()
	models := keys
	models.By, models.Rows, models.UnattributedUSD = spenders.ByModel, keys.Rows[:1], rendertest.USD(5.1)
	keys.UnattributedUSD = nil // one of them is not known
	workspaces, held := keys, history.Plot{TopUps: []credit.TopUp{{At: rendertest.Day("2026-11-17 12:00"), AmountUSD: 25}}}
	workspaces.By, workspaces.Rows = spenders.ByWorkspace, keys.Rows[1:2]
	for at := rendertest.Day("2026-11-14 12:00"); at.Before(rendertest.Now); at = at.Add(12 * time.Hour) {
		b := history.Bucket{Span: credit.Span{From: at, To: at.Add(12 * time.Hour)}, Known: true, Observed: 1, CreditsKnown: true, CreditsUSD: 75, UsageUSD: at.Sub(rendertest.Day("2026-11-10 00:00")).Hours() / 8}
		if !b.To.Before(rendertest.Day("2026-11-17 12:00")) {
			b.CreditsUSD = 100
		}
		b.Known = !at.Equal(rendertest.Day("2026-11-16 00:00")) // nobody looked
		held.Buckets = append(held.Buckets, b)
	}
	return Usage{
		Workspaces: workspaces, Held: held,
		Snapshot: rendertest.Fixed(), Period: "week", PeriodBefore: "last week", From: rendertest.Day("2026-11-16 00:00"), To: rendertest.Now, Before: rendertest.Day("2026-11-09 00:00"),
		SpentUSD: rendertest.USD(60.5), SameTimeUSD: rendertest.USD(48.4),
		Days: []Day{
			{At: rendertest.Day("2026-11-16 00:00"), Before: rendertest.Day("2026-11-09 00:00"), SpentUSD: rendertest.USD(11.5), BeforeUSD: rendertest.USD(9.25)},
			{Before: rendertest.Day("2026-11-10 00:00"), BeforeUSD: rendertest.USD(8.75)},
			{At: rendertest.Day("2026-11-21 00:00"), SpentWhy: "not seen, $18.00 in 35 h"},
		},
		BeforeWhy: "nothing was read since Thu 12 Nov, 09:00",
		Models:    models, Keys: keys, TopUps: []credit.TopUp{{At: rendertest.Day("2026-11-17 12:00"), AmountUSD: 25}}, TopUpsKnown: true,
		Events: []history.Event{{At: rendertest.Day("2026-11-18 13:00"), Kind: "spike", Level: "warning", Text: "3 times the usual"}}, MoreEvents: true,
		Notes: []string{"read by hand"},
	}
}

// In the first minutes a report tells a range in words, and no middle.
func TestEarlyReportTellsNoMiddle(t *testing.T) {
	now := rendertest.Now
	f := forecast.Forecast{State: forecast.OK, Subject: forecast.Account, At: now, History: 10 * time.Minute,
		P10: 22 * 3600, P50: 123 * 3600, P90: 290 * 3600}
	snap := account.Snapshot{
		Account: "work", Now: now, At: now, Interval: time.Minute, Source: account.FromCredits,
		Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48}, Forecast: f,
	}
	refilled := snap
	refilled.AutoTopUp = &account.AutoTopUp{ThresholdUSD: 10, AmountUSD: 25, Seen: 3, Last: now.Add(-time.Hour), Next: f}
	for label, s := range map[string]account.Snapshot{"runs out": snap, "next charge": refilled} {
		page := Text(&Usage{Snapshot: s, Period: "day"}, now, 0)
		for _, middle := range []string{"26 Nov", "5 d 3 h", "13:42", "08:42", "80 %"} {
			if strings.Contains(page, middle) {
				t.Errorf("%q is in\n%s", middle, page)
			}
		}
		if !strings.Contains(page, "between tomorrow and Thu 3 Dec, probably next week") || !strings.Contains(page, label) {
			t.Errorf("%q and a range are not in\n%s", label, page)
		}
	}
}
