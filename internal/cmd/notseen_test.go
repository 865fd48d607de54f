package cmd

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/credit"
	"ortop/internal/focustest"
	"ortop/internal/forecast"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/spenders"
)

// What was spent in a hole of 35 h is no day's, and every page says how much it is.
func TestWhatNobodySawIsNoDays(t *testing.T) {
	var readings []history.Reading
	from, to := day("2026-11-19 11:00"), day("2026-11-20 22:00")
	for at := day("2026-11-09 00:00"); !at.After(day("2026-11-21 06:00")); at = at.Add(time.Hour) {
		r := history.Reading{At: at, UsageUSD: at.Sub(day("2026-11-09 00:00")).Hours(), CreditsUSD: 1000, CreditsKnown: true}
		if at.After(from) {
			r.UsageUSD -= 35 - 18 // the hole has 18
		}
		if !at.After(from) || !at.Before(to) {
			readings = append(readings, r)
		}
	}
	now := day("2026-11-21 06:00")
	ar := archiveOf(t, time.Hour, readings...)
	mon := monitor.New(monitor.Options{
		Account: "personal", BaseURL: "https://x.test", Interval: time.Hour, Now: func() time.Time { return now },
		Open:    func(context.Context) (*history.DB, string, error) { return ar.DB, "", nil },
		Connect: func(context.Context) (monitor.API, string, error) { return nil, "", client.ErrUnauthorized },
	})
	if _, err := mon.OpenArchive(t.Context()); err != nil {
		t.Fatal(err)
	}
	snap, err := mon.Once(t.Context(), monitor.Freshness{MaxAge: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	const says = "not seen, $18.00 in 35 h"
	has := func(what, page string, lines ...string) {
		t.Helper()
		for _, line := range lines {
			if !strings.Contains(page, line) {
				t.Errorf("%s lacks %q:\n%s", what, line, page)
			}
		}
	}
	if snap.Spend.Last1hUSD == nil || snap.Spend.TodayUSD == nil || snap.Spend.Last24hUSD != nil || snap.Spend.Last7dUSD == nil {
		t.Errorf("Spend = %+v, want all but the last 24 h", snap.Spend)
	}
	has("status", render.StatusText(&snap, now), "last 24 h: "+says)
	if strings.Count(render.StatusText(&snap, now), "not seen") != 1 {
		t.Errorf("status says more than once what was not seen:\n%s", render.StatusText(&snap, now))
	}
	holes := render.Status(&snap, now).Spend.NotSeen
	if len(holes) != 1 || *holes[0].Spend != 18 || *holes[0].From != "2026-11-19T11:00:01Z" && *holes[0].From != "2026-11-19T11:00:00Z" || *holes[0].To != "2026-11-20T22:00:00Z" {
		t.Errorf("not_seen = %+v, want $18 from the 19th, 11:00, to the 20th, 22:00", holes)
	}

	r, err := newReport(t.Context(), mon, &account.Snapshot{At: now, Fault: &account.Fault{Kind: credit.FaultNetwork}}, periods[1], nil, reportForms[0], now)
	if err != nil {
		t.Fatal(err)
	}
	if r.SpentUSD == nil || *r.SpentUSD != 126-35+18 {
		t.Errorf("the week's spend is %v, want it whole, %d", r.SpentUSD, 126-35+18)
	}
	for i, want := range []string{"", "", "", says, says, ""} {
		if d := r.Days[i]; d.SpentWhy != want || (d.SpentUSD == nil) != (want != "") {
			t.Errorf("day %d: %v %q, want %q", i, d.SpentUSD, d.SpentWhy, want)
		}
	}
	has("report", render.ReportText(&r, now, 0), says)
	if d := render.Report(&r, now).Days[3]; d.NotSeen == nil || *d.NotSeen != says || d.Spend != nil {
		t.Errorf("report --json has %+v, want null and why", d)
	}
	if r, err = newReport(t.Context(), mon, &account.Snapshot{At: now}, periods[0], &askedSpan{from: day("2026-11-20 06:00"), to: now}, reportForms[0], now); err != nil || r.SpentWhy != says+"; seen, $8.00" {
		t.Errorf("a span that begins in the hole: %v %q, %v, want %q and what was seen", r.SpentUSD, r.SpentWhy, err, says)
	}

	if r, err = newReport(t.Context(), mon, &account.Snapshot{Account: "personal", At: now, Fault: &account.Fault{Kind: credit.FaultNetwork}}, periods[1], nil, reportForm{name: focusForm}, now); err != nil {
		t.Fatal(err)
	}
	rows, problems := focustest.Check(render.ReportFocus(&r))
	if problems != nil || focustest.Usage(rows) != 126-35+18 || len(rows) != 5 {
		t.Errorf("as FOCUS it is $%v in %d rows, %q, want what was spent in 5", focustest.Usage(rows), len(rows), problems)
	}
	for _, row := range rows {
		if whole := row["ChargePeriodStart"] == "2026-11-19T00:00:00Z"; whole && row["ChargePeriodEnd"] != "2026-11-21T00:00:00Z" || row["ChargePeriodStart"] == "2026-11-20T00:00:00Z" {
			t.Errorf("a row is from %s to %s, though nobody saw what each of the two days had", row["ChargePeriodStart"], row["ChargePeriodEnd"])
		}
	}

	for _, c := range []struct {
		layout render.RowLayout
		want   []string
	}{
		{render.TableRows(0), []string{
			"2026-11-19 00:00:00         $11.00        $760.00        $240.00      $1,000.00\n", // up to the hole
			"2026-11-19 11:00:00              —        $749.00        $251.00      $1,000.00  " + says + "\n",
			"2026-11-20 00:00:00              —              —              —              —  as above\n",
			"2026-11-20 22:00:00          $2.00        $731.00        $269.00      $1,000.00\n",
		}},
		{render.JSONRows, []string{`"not_seen":[{"from":"2026-11-19T11:00:0`, `"to":"2026-11-20T22:00:00Z","spend_usd":18}]}`}},
	} {
		var b bytes.Buffer
		out := render.NewRowWriter(&b, c.layout)
		if err := eachRow(t.Context(), ar, historyQuery{every: 24 * time.Hour, to: now}, out.Write); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		has("history", b.String(), c.want...)
		if n := strings.Count(b.String(), `"spend_usd":18`); n > 1 {
			t.Errorf("history --json tells the hole %d times:\n%s", n, b.String())
		}
	}
}

// A hole in which nothing was spent hides nothing, and one of which nothing is known
// hides all totals before it.
func TestWhatAHoleHides(t *testing.T) {
	still := []history.Reading{known("2026-11-20 10:00", 1, 10), known("2026-11-20 22:00", 1, 10), known("2026-11-22 08:00", 1, 10), known("2026-11-22 09:00", 2, 10)}
	for _, c := range []struct {
		name    string
		spent   []history.Spend
		every   time.Duration
		want    string
		notSeen string
	}{
		{"nothing", nil, 24 * time.Hour, `2026-11-20T10:00:00Z,10,1,9,0
2026-11-21T00:00:00Z,10,1,9,0
2026-11-22T00:00:00Z,10,1,9,1
`, `"not_seen":[]`},
		{"what came before", []history.Spend{{From: day("2026-11-17 00:00"), To: day("2026-11-18 00:00"), USD: .25}, {From: day("2026-11-19 00:00"), To: day("2026-11-20 10:00"), USD: .5}}, 48 * time.Hour, `2026-11-17T00:00:00Z,,,,0.25
2026-11-18T00:00:00Z,,,,
2026-11-19T00:00:00Z,,0.5,,0.5
2026-11-21T00:00:00Z,10,1,9,1
`, `"not_seen":[{"from":"2026-11-18T00:00:00Z","to":"2026-11-19T00:00:00Z","spend_usd":null}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			ar := archiveOf(t, time.Minute, still...)
			if _, err := ar.DB.Backfill(t.Context(), ar.Shown, c.spent); err != nil {
				t.Fatal(err)
			}
			query := historyQuery{every: c.every, to: day("2026-11-22 09:00")}
			if got := csvOf(t, ar, query); got != csvHead+c.want {
				t.Errorf("rows =\n%s\nwant\n%s", got, c.want)
			}
			var b bytes.Buffer
			out := render.NewRowWriter(&b, render.JSONRows)
			if err := errors.Join(eachRow(t.Context(), ar, query, out.Write), out.Close()); err != nil || !strings.Contains(b.String(), c.notSeen) {
				t.Errorf("JSON = %s, %v, want %s", b.String(), err, c.notSeen)
			}
		})
	}
}

// Of an account that was never read every page says so: nothing of it is "none".
func TestWhatWasNeverRead(t *testing.T) {
	now := day("2026-11-21 06:00")
	mon := monitorOf(t)
	snap := account.Snapshot{Account: "personal", Now: now, Fault: &account.Fault{Kind: credit.FaultNetwork, Message: "no connection"}}
	r, err := newReport(t.Context(), mon, &snap, periods[1], nil, reportForms[0], now)
	if err != nil {
		t.Fatal(err)
	}
	page := render.ReportText(&r, now, 0)
	for _, line := range []string{"state      no connection", "spent      —", "Models: —", "Keys: —", "Top-ups: —", "Events: —"} {
		if !strings.Contains(page, line) {
			t.Errorf("report lacks %q:\n%s", line, page)
		}
	}
	if page := render.ForecastText(&snap, forecast.Ask{}, forecast.Plan{}, now); !strings.Contains(page, "read         never: no connection") {
		t.Errorf("forecast does not say that nothing was read:\n%s", page)
	}
	b, err := mon.Breakdown(t.Context(), spenders.Query{By: spenders.ByKey, From: now.Add(-time.Hour), To: now})
	if o := render.Breakdown(&b); err == nil || o.TotalWhy == nil || *o.TotalWhy != "nothing was read yet" || o.ReadAt != nil {
		t.Errorf("breakdown = %+v, %v, want that nothing was read", o, err)
	}
}
