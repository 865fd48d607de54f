package spend

import (
	"context"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"ortop/history"
	"ortop/internal/account"
	"ortop/internal/cmd/cli"
	"ortop/internal/cmd/cmdtest"
	"ortop/internal/credit"
)

func usd(v float64) *float64 { return &v }

func TestReportSums(t *testing.T) {
	for _, c := range []struct {
		name                    string
		period                  period
		now                     string
		readings                []history.Reading
		spent, before, sameTime *float64
		days                    int
		why                     string
	}{
		{"week", periods[1], "2026-11-21 00:00", cmdtest.Daily("2026-11-01 00:00", "2026-11-21 00:00"), usd(5), usd(7), usd(5), 7, ""},
		{"the month before is shorter", periods[2], "2026-03-31 00:00", cmdtest.Daily("2026-01-31 00:00", "2026-03-31 00:00"), usd(30), usd(28), usd(28), 30, ""},
		{"the month before is longer", periods[2], "2026-11-30 00:00", cmdtest.Daily("2026-09-30 00:00", "2026-11-30 00:00"), usd(29), usd(31), usd(29), 31, ""},
		{"a leap day", periods[2], "2024-03-01 00:00", cmdtest.Daily("2024-01-01 00:00", "2024-03-01 00:00"), nil, nil, nil, 0, ""},
		{"the turn of the year, in week 53", periods[1], "2027-01-02 00:00", cmdtest.Daily("2026-12-01 00:00", "2027-01-02 00:00"), usd(5), usd(7), usd(5), 7, ""},
		{"a history that begins within", periods[1], "2026-11-21 00:00", cmdtest.Daily("2026-11-18 00:00", "2026-11-21 00:00"), nil, nil, nil, 7,
			"history begins Wed 18 Nov, 00:00; $3.00 since, history begins Wed 18 Nov 2026, 00:00"},
		{"a history that begins in the month before", periods[2], "2026-11-21 00:00", cmdtest.Daily("2026-10-11 00:00", "2026-11-21 00:00"), usd(20), nil, nil, 31,
			"history begins Sun 11 Oct, 00:00; $21.00 since"},
		{"nothing was read since it began", periods[1], "2026-11-21 00:00", cmdtest.Daily("2026-11-01 00:00", "2026-11-15 00:00"), nil, nil, usd(5), 7,
			"nothing was read since Sun 15 Nov, 00:00, nothing was read since Sun 15 Nov, 00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			mon := cmdtest.MonitorOf(t, c.readings...)
			now := cmdtest.Day(c.now)
			snap := account.Snapshot{At: c.readings[len(c.readings)-1].At, Fault: &account.Fault{Kind: credit.FaultNetwork}}
			r, err := newReport(context.Background(), mon, &snap, c.period, nil, reportForms[0], now)
			if err != nil {
				t.Fatal(err)
			}
			got := []any{r.SpentUSD, r.BeforeUSD, r.SameTimeUSD, len(r.Days)}
			if want := []any{c.spent, c.before, c.sameTime, c.days}; !reflect.DeepEqual(got, want) {
				g, _ := json.Marshal(got)
				w, _ := json.Marshal(want)
				t.Errorf("spent, before, by this time, days = %s, want %s", g, w)
			}
			if why := r.SpentWhy + ", " + r.BeforeWhy; strings.Trim(why, ", ") != strings.Trim(c.why, ", ") {
				t.Errorf("what is not known is so for %q, want %q", why, c.why)
			}
			if within := c.readings[0].At.After(r.From); len(r.Days) > 0 && r.TopUpsKnown == within {
				t.Errorf("bought is known of all of it: %v, and the first reading came within: %v", r.TopUpsKnown, within)
			}
			sum := 0.0
			for _, d := range r.Days {
				if d.SpentUSD != nil {
					sum += *d.SpentUSD
				}
			}
			if c.spent != nil && sum != *c.spent {
				t.Errorf("the days sum to %v, want %v", sum, *c.spent)
			}
		})
	}
}

// A report of any span has the same spend as its days, and compares with as long
// a time before.
func TestReportOfASpan(t *testing.T) {
	readings := cmdtest.Daily("2026-11-01 00:00", "2026-11-21 00:00")
	mon := cmdtest.MonitorOf(t, readings...)
	snap := account.Snapshot{At: readings[len(readings)-1].At, Fault: &account.Fault{Kind: credit.FaultNetwork}}
	for _, c := range []struct {
		name             string
		from, to         string
		over             bool
		spent, before    float64
		firstDay, lastOf string
		days             int
	}{
		{"whole days that are over", "2026-11-10 00:00", "2026-11-13 00:00", true, 3, 3, "2026-11-10 00:00", "2026-11-12 00:00", 3},
		{"parts of days", "2026-11-10 12:00", "2026-11-13 12:00", true, 3, 3, "2026-11-10 00:00", "2026-11-13 00:00", 4},
		{"up to now", "2026-11-18 00:00", "2026-11-21 00:00", false, 3, 3, "2026-11-18 00:00", "2026-11-20 00:00", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := newReport(context.Background(), mon, &snap, periods[1], &cli.AskedSpan{From: cmdtest.Day(c.from), To: cmdtest.Day(c.to)}, reportForms[0], cmdtest.Day("2026-11-21 00:00"))
			if err != nil {
				t.Fatal(err)
			}
			if r.SpentUSD == nil || r.BeforeUSD == nil || math.Abs(*r.SpentUSD-c.spent) > 1e-9 || math.Abs(*r.BeforeUSD-c.before) > 1e-9 || r.Over != c.over {
				t.Fatalf("spent %v, before %v, over %v, want %v, %v, %v", r.SpentUSD, r.BeforeUSD, r.Over, c.spent, c.before, c.over)
			}
			sum, n := 0.0, 0
			for _, d := range r.Days {
				if !d.At.IsZero() && d.SpentUSD != nil {
					sum, n = sum+*d.SpentUSD, n+1
				}
			}
			if n != c.days || math.Abs(sum-c.spent) > 1e-9 || !r.Days[0].At.Equal(cmdtest.Day(c.firstDay)) || !r.Days[n-1].At.Equal(cmdtest.Day(c.lastOf)) {
				t.Errorf("%d days from %v to %v with %v, want %d with all that was spent", n, r.Days[0].At, r.Days[n-1].At, sum, c.days)
			}
		})
	}
}

// However many days a report has, what was spent on them is read at once.
func TestReportReadsLittle(t *testing.T) {
	readings := cmdtest.Daily("2026-08-01 00:00", "2026-11-21 00:00")
	mon := cmdtest.MonitorOf(t, readings...)
	snap := account.Snapshot{At: readings[len(readings)-1].At, Fault: &account.Fault{Kind: credit.FaultNetwork}}
	ar, _ := mon.Archive()
	var reads [2]int64
	for i, from := range []string{"2026-11-19 00:00", "2026-10-01 00:00"} {
		before := ar.DB.Stats().ReadTx
		r, err := newReport(context.Background(), mon, &snap, periods[1], &cli.AskedSpan{From: cmdtest.Day(from), To: cmdtest.Day("2026-11-21 00:00")}, reportForms[0], cmdtest.Day("2026-11-21 00:00"))
		if err != nil {
			t.Fatal(err)
		}
		if reads[i] = int64(ar.DB.Stats().ReadTx - before); len(r.Days) < 2 {
			t.Fatalf("%d days, want more", len(r.Days))
		}
	}
	if reads[0] != reads[1] || reads[0] == 0 {
		t.Errorf("a report of 2 days and one of 51 read %v times, want the same", reads)
	}
}
