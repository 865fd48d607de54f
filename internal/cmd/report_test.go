package cmd

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/alert"
	"ortop/internal/credit"
	"ortop/internal/monitor"
)

// monitorOf is a monitor of a history in memory with these readings.
func monitorOf(t *testing.T, readings ...history.Reading) *monitor.Monitor {
	t.Helper()
	ar := archiveOf(t, 24*time.Hour, readings...)
	mon := monitor.New(monitor.Options{
		Account: "personal", BaseURL: "https://x.test", Now: func() time.Time { return importNow },
		Open: func(context.Context) (*history.DB, string, error) { return ar.DB, "", nil },
		Connect: func(context.Context) (monitor.API, string, error) {
			return nil, "", client.ErrUnauthorized
		},
	})
	if _, err := mon.OpenArchive(context.Background()); err != nil {
		t.Fatal(err)
	}
	return mon
}

// daily is one reading at each midnight, with a rise of 1 USD a day.
func daily(from, to string) (readings []history.Reading) {
	for at := day(from); !at.After(day(to)); at = at.AddDate(0, 0, 1) {
		readings = append(readings, history.Reading{At: at, UsageUSD: float64(len(readings)), CreditsUSD: 100, CreditsKnown: true})
	}
	return readings
}

func usd(v float64) *float64 { return &v }

func TestReportSums(t *testing.T) {
	for _, c := range []struct {
		name                    string
		period                  period
		now                     string
		readings                []history.Reading
		spent, before, sameTime *float64
		days                    int
	}{
		{"week", periods[1], "2026-11-21 00:00", daily("2026-11-01 00:00", "2026-11-21 00:00"), usd(5), usd(7), usd(5), 7},
		{"the month before is shorter", periods[2], "2026-03-31 00:00", daily("2026-01-31 00:00", "2026-03-31 00:00"), usd(30), usd(28), usd(28), 30},
		{"the month before is longer", periods[2], "2026-11-30 00:00", daily("2026-09-30 00:00", "2026-11-30 00:00"), usd(29), usd(31), usd(29), 31},
		{"a leap day", periods[2], "2024-03-01 00:00", daily("2024-01-01 00:00", "2024-03-01 00:00"), nil, nil, nil, 0},
		{"the turn of the year, in week 53", periods[1], "2027-01-02 00:00", daily("2026-12-01 00:00", "2027-01-02 00:00"), usd(5), usd(7), usd(5), 7},
		{"a history that begins within", periods[1], "2026-11-21 00:00", daily("2026-11-18 00:00", "2026-11-21 00:00"), nil, nil, nil, 7},
		{"nothing was read since it began", periods[1], "2026-11-21 00:00", daily("2026-11-01 00:00", "2026-11-15 00:00"), nil, nil, usd(5), 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			mon := monitorOf(t, c.readings...)
			now := day(c.now)
			snap := account.Snapshot{At: c.readings[len(c.readings)-1].At, Fault: &account.Fault{Kind: credit.FaultNetwork}}
			r, err := newReport(context.Background(), mon, snap, c.period, now)
			if err != nil {
				t.Fatal(err)
			}
			got := []any{r.spentUSD, r.beforeUSD, r.sameTimeUSD, len(r.days)}
			if want := []any{c.spent, c.before, c.sameTime, c.days}; !reflect.DeepEqual(got, want) {
				g, _ := json.Marshal(got)
				w, _ := json.Marshal(want)
				t.Errorf("spent, before, by this time, days = %s, want %s", g, w)
			}
			if within := c.readings[0].At.After(r.from); len(r.days) > 0 && r.boughtKnown == within {
				t.Errorf("bought is known of all of it: %v, and the first reading came within: %v", r.boughtKnown, within)
			}
			sum := 0.0
			for _, d := range r.days {
				if d.spentUSD != nil {
					sum += *d.spentUSD
				}
			}
			if c.spent != nil && sum != *c.spent {
				t.Errorf("the days sum to %v, want %v", sum, *c.spent)
			}
		})
	}
}

// aReport has strings that nobody should trust.
func aReport() (usageReport, time.Time) {
	now := day("2026-11-21 10:42")
	return usageReport{
		Snapshot: account.Snapshot{
			Account: "personal", At: now, Interval: time.Minute, Source: account.FromCredits,
			Balance: &credit.Balance{CreditsUSD: 100, UsageUSD: 36.48}, Track: account.Track{Made: 40, Held: 33, Factor: 1.4},
			Alerts: []alert.Event{{Level: alert.Urgent, Rule: alert.Balance, Text: "personal: $4.90 is left\x1b[2J"}},
		},
		period: periods[1], from: day("2026-11-16 00:00"), before: day("2026-11-09 00:00"), to: now,
		spentUSD: usd(12), sameTimeUSD: usd(10),
		days: []reportDay{{at: day("2026-11-16 00:00"), before: day("2026-11-09 00:00"), spentUSD: usd(12)}},
		models: monitor.Breakdown{TotalUSD: usd(12), Rows: []monitor.BreakdownRow{
			{Name: "a|b\x1b[31m*", SpendUSD: usd(9), Share: usd(0.75)}, {Name: "idle"}}},
		topUps: []credit.TopUp{{At: day("2026-11-17 12:00"), AmountUSD: 25}},
		events: []history.Event{{At: day("2026-11-18 13:00"), Kind: "spike", Level: "warning", Text: "<b>\u202e3 times\nthe usual"}},
		notes:  []string{"read by hand"},
	}, now
}

func TestReportText(t *testing.T) {
	r, now := aReport()
	plain := reportPage(r, now).plain()
	for _, want := range []string{
		"Usage of account personal: week of Mon 16 Nov 2026\n\nstate      live\n",
		"spent      $12.00\nlast week  $10.00 (now 20 % more) by this time, — in all\n",
		"\nleft       $63.52 of $100.00 (64 %)\n",
		"  day         this week        day  last week\n  Mon 16 Nov     $12.00  Mon 9 Nov          —\n",
		"\nModels\n  name        spent  share\n  a|b\ufffd[31m*   $9.00   75 %\n  all others  $3.00\n",
		"\nKeys: —\n", "  Tue 17 Nov, 12:00  $25.00\n",
		"  Wed 18 Nov, 13:00  warning  spike  <b>\ufffd3 times the usual\n", "\nAlerts that stand\n  urgent: personal: $4.90 is left\ufffd[2J\n", "Of the last 40 forecasts, 33 held", "\nNotes\n  read by hand\n",
	} {
		if !strings.Contains(plain, want) {
			t.Errorf("the report has no %q:\n%s", want, plain)
		}
	}
	if n := strings.Count(plain, "UTC"); n != 1 {
		t.Errorf("the report names UTC %d times, want once", n)
	}
	dear := r
	dear.spentUSD, dear.sameTimeUSD = usd(60), usd(5)
	if got := reportPage(dear, now).plain(); !strings.Contains(got, "$5.00 (now 12 times as much) by this time") {
		t.Errorf("twelve times as much reads:\n%s", got)
	}
	md := reportPage(r, now).markdown()
	for _, want := range []string{
		"# Usage of account personal: week of Mon 16 Nov 2026\n", "| name | spent | share |\n| --- | ---: | ---: |\n| a\\|b\ufffd\\[31m\\* | $9.00 | 75 % |\n",
		"## Keys\n\n—\n", "| warning | spike | \\<b\\>\ufffd3 times the usual |\n",
	} {
		if !strings.Contains(md, want) {
			t.Errorf("the Markdown has no %q:\n%s", want, md)
		}
	}
}

func TestReportJSON(t *testing.T) {
	keys := func(r usageReport, now time.Time) (m map[string]any) {
		b, err := json.Marshal(reportObject(r, now))
		if err == nil {
			err = json.Unmarshal(b, &m)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	r, now := aReport()
	full, empty := keys(r, now), keys(usageReport{period: periods[0], from: now, before: now, to: now}, now)
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
	if empty["top_ups"] != nil {
		t.Errorf("top_ups of an empty report = %v, want null", empty["top_ups"])
	}
	empty = keys(usageReport{period: periods[0], from: now, before: now, to: now, boughtKnown: true}, now)
	for _, name := range []string{"days", "top_ups", "alerts", "events", "notes"} {
		if list, ok := empty[name].([]any); !ok || len(list) != 0 {
			t.Errorf("%s of an empty report = %v, want an empty list", name, empty[name])
		}
	}
}
