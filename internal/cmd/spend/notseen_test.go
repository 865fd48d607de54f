package spend

import (
	"context"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/cmdtest"
	"ortop/internal/credit"
	"ortop/internal/focustest"
	"ortop/internal/forecast"
	"ortop/internal/monitor"
	"ortop/internal/render"
	"ortop/internal/render/report"
	"ortop/internal/spenders"
)

// What was spent in a hole of 35 h is no day's, and every page says how much it is.
func TestWhatNobodySawIsNoDays(t *testing.T) {
	now := cmdtest.Day("2026-11-21 06:00")
	ar := cmdtest.ArchiveOf(t, time.Hour, cmdtest.WithHole()...)
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
	has("report", report.Text(&r, now, 0), says)
	if d := report.Object(&r, now).Days[3]; d.NotSeen == nil || *d.NotSeen != says || d.Spend != nil {
		t.Errorf("report --json has %+v, want null and why", d)
	}
	if r, err = newReport(t.Context(), mon, &account.Snapshot{At: now}, periods[0], &cli.AskedSpan{From: cmdtest.Day("2026-11-20 06:00"), To: now}, reportForms[0], now); err != nil || r.SpentWhy != says+"; seen, $8.00" {
		t.Errorf("a span that begins in the hole: %v %q, %v, want %q and what was seen", r.SpentUSD, r.SpentWhy, err, says)
	}

	if r, err = newReport(t.Context(), mon, &account.Snapshot{Account: "personal", At: now, Fault: &account.Fault{Kind: credit.FaultNetwork}}, periods[1], nil, reportForm{name: focusForm}, now); err != nil {
		t.Fatal(err)
	}
	rows, problems := focustest.Check(report.Focus(&r))
	if problems != nil || focustest.Usage(rows) != 126-35+18 || len(rows) != 5 {
		t.Errorf("as FOCUS it is $%v in %d rows, %q, want what was spent in 5", focustest.Usage(rows), len(rows), problems)
	}
	for _, row := range rows {
		if whole := row["ChargePeriodStart"] == "2026-11-19T00:00:00Z"; whole && row["ChargePeriodEnd"] != "2026-11-21T00:00:00Z" || row["ChargePeriodStart"] == "2026-11-20T00:00:00Z" {
			t.Errorf("a row is from %s to %s, though nobody saw what each of the two days had", row["ChargePeriodStart"], row["ChargePeriodEnd"])
		}
	}
}

// Of an account that was never read every page says so: nothing of it is "none".
func TestWhatWasNeverRead(t *testing.T) {
	now := cmdtest.Day("2026-11-21 06:00")
	mon := cmdtest.MonitorOf(t)
	snap := account.Snapshot{Account: "personal", Now: now, Fault: &account.Fault{Kind: credit.FaultNetwork, Message: "no connection"}}
	r, err := newReport(t.Context(), mon, &snap, periods[1], nil, reportForms[0], now)
	if err != nil {
		t.Fatal(err)
	}
	page := report.Text(&r, now, 0)
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
