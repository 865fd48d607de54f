package spend

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"ortop/client"
	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/cmd/cmdtest"
	"ortop/internal/credit"
	"ortop/internal/focustest"
	"ortop/internal/monitor"
	"ortop/internal/render/report"
)

// Whatever nobody saw, the rows of usage add up to what the account spent where that is
// known, and no row is of a day that is not known apart.
func TestFocusAddsUpOverHoles(t *testing.T) {
	now := cmdtest.Day("2026-11-21 06:00")
	for _, c := range []struct {
		name  string
		holes [][2]string
		known bool
		rows  string // the days that each row begins and ends with
		notes string
	}{
		{"nothing missed", nil, true, "16-17 17-18 18-19 19-20 20-21 21-21", ""},
		{"a hole over two days", [][2]string{{"2026-11-19 11:00", "2026-11-20 22:00"}}, true, "16-17 17-18 18-19 19-21 21-21", ""},
		{"a hole that ends soon after a third began", [][2]string{{"2026-11-18 11:00", "2026-11-20 01:00"}}, true, "16-17 17-18 18-21 21-21", ""},
		{"two holes, and a day between them", [][2]string{{"2026-11-16 11:00", "2026-11-17 22:00"}, {"2026-11-19 11:00", "2026-11-20 22:00"}}, true, "16-18 18-19 19-21 21-21", ""},
		{"two such holes, that end after their days", [][2]string{{"2026-11-16 11:00", "2026-11-17 01:00"}, {"2026-11-19 11:00", "2026-11-20 01:00"}}, true, "16-18 18-19 19-21 21-21", ""},
		{"a hole from before the week", [][2]string{{"2026-11-14 11:00", "2026-11-17 22:00"}}, false, "18-19 19-20 20-21 21-21", "what was spent is not known from Mon 16 Nov 2026 to Tue 17 Nov 2026: not seen, $83.00 in 3 d 11 h"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var readings []history.Reading
			for at := cmdtest.Day("2026-11-09 00:00"); !at.After(now); at = at.Add(time.Hour) {
				missed := false
				for _, h := range c.holes {
					missed = missed || at.After(cmdtest.Day(h[0])) && at.Before(cmdtest.Day(h[1]))
				}
				if !missed {
					readings = append(readings, history.Reading{At: at, UsageUSD: at.Sub(cmdtest.Day("2026-11-09 00:00")).Hours(), CreditsUSD: 1000, CreditsKnown: true})
				}
			}
			ar := cmdtest.ArchiveOf(t, time.Hour, readings...)
			mon := monitor.New(monitor.Options{
				Account: "personal", BaseURL: "https://x.test", Interval: time.Hour, Now: func() time.Time { return now },
				Open:    func(context.Context) (*history.DB, string, error) { return ar.DB, "", nil },
				Connect: func(context.Context) (monitor.API, string, error) { return nil, "", client.ErrUnauthorized },
			})
			if _, err := mon.OpenArchive(t.Context()); err != nil {
				t.Fatal(err)
			}
			snap := account.Snapshot{Account: "personal", At: now, Fault: &account.Fault{Kind: credit.FaultNetwork}}
			r, err := newReport(t.Context(), mon, &snap, periods[1], nil, reportForm{name: focusForm}, now)
			if err != nil {
				t.Fatal(err)
			}
			rows, problems := focustest.Check(report.Focus(&r))
			var days []string
			for _, row := range rows {
				days = append(days, row["ChargePeriodStart"][8:10]+"-"+row["ChargePeriodEnd"][8:10])
			}
			if got := strings.Join(days, " "); problems != nil || got != c.rows {
				t.Errorf("rows are of %s, %q, want %s", got, problems, c.rows)
			}
			if usage := focustest.Usage(rows); (r.SpentUSD != nil) != c.known || c.known && math.Abs(usage-*r.SpentUSD) > 1e-9 {
				t.Errorf("its usage is %v, and the account's %v, known: %v", usage, r.SpentUSD, c.known)
			}
			if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, c.notes) || c.notes == "" && strings.Contains(notes, "not known") {
				t.Errorf("the notes are %q, want %q", notes, c.notes)
			}
		})
	}
}

// What was seen of the day in which the history begins is billed.
func TestFocusOfTheFirstDay(t *testing.T) {
	now, first := cmdtest.Day("2026-11-21 06:00"), cmdtest.Day("2026-11-18 04:00")
	var readings []history.Reading
	for at := first; !at.After(now); at = at.Add(time.Hour) {
		readings = append(readings, history.Reading{At: at, UsageUSD: 7 + at.Sub(first).Hours(), CreditsUSD: 1000, CreditsKnown: true})
	}
	ar := cmdtest.ArchiveOf(t, time.Hour, readings...)
	mon := monitor.New(monitor.Options{
		Account: "personal", BaseURL: "https://x.test", Interval: time.Hour, Now: func() time.Time { return now },
		Open:    func(context.Context) (*history.DB, string, error) { return ar.DB, "", nil },
		Connect: func(context.Context) (monitor.API, string, error) { return nil, "", client.ErrUnauthorized },
	})
	if _, err := mon.OpenArchive(t.Context()); err != nil {
		t.Fatal(err)
	}
	snap := account.Snapshot{Account: "personal", At: now, HistorySince: first, Fault: &account.Fault{Kind: credit.FaultNetwork}}
	r, err := newReport(t.Context(), mon, &snap, periods[1], nil, reportForm{name: focusForm}, now)
	if err != nil {
		t.Fatal(err)
	}
	rows, problems := focustest.Check(report.Focus(&r))
	if len(rows) == 0 || rows[0]["ChargePeriodStart"][:10] != "2026-11-18" {
		t.Errorf("the first row is %v, want one of the 18th", rows)
	}
	if usage := focustest.Usage(rows); problems != nil || math.Abs(usage-now.Sub(first).Hours()) > 1e-9 {
		t.Errorf("its usage is %v, %q, want %v", usage, problems, now.Sub(first).Hours())
	}
}
